// News on the desktop, in browsers whose owner has asked for it on the page of their choices. One page of the browser
// asks for all of them, also while it is hidden; what one has shown the others do not.
const FLAG = "vaste.alerts";
const AFTER = "vaste.alerts.after";
const EVERY_MS = 30_000;
const stored = (act) => { try { return act(localStorage); } catch { return null; } };
const can = "Notification" in window && "locks" in navigator;
const isOn = () => can && Notification.permission === "granted" && stored((storage) => storage.getItem(FLAG)) !== null;

async function ask(address) {
  const after = stored((storage) => storage.getItem(AFTER)) ?? "";
  const answer = await fetch(`${address}?after=${after}`, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (!answer.ok) return;
  const { now, alerts } = await answer.json();
  stored((storage) => storage.setItem(AFTER, now));
  for (const { id, title, body, url } of alerts) {
    const shown = new Notification(title, { body, tag: id, icon: document.querySelector("link[rel=icon]")?.href });
    shown.addEventListener("click", () => {
      window.focus();
      location.assign(url);
    });
  }
}

// Held until the page goes; then the next one that waits for it goes on.
function watch(address) {
  navigator.locks.request("vaste-alerts", () => new Promise(() => {
    const again = () => isOn() && ask(address).catch(() => {});
    setInterval(again, EVERY_MS);
    again();
  }));
}

const address = document.querySelector("[data-alerts]")?.dataset.alerts;
if (address && can) watch(address);

const button = document.querySelector("[data-alerts-switch]");
const state = document.querySelector("[data-alerts-state]");

function say() {
  const words = state.dataset;
  if (!can) state.textContent = words.missing;
  else if (Notification.permission === "denied") state.textContent = words.denied;
  else state.textContent = isOn() ? words.isOn : words.isOff;
  button.hidden = !can || Notification.permission === "denied";
  button.textContent = isOn() ? button.dataset.off : button.dataset.on;
}

if (button && state) {
  say();
  button.addEventListener("click", async () => {
    if (isOn()) stored((storage) => storage.removeItem(FLAG));
    else if ((await Notification.requestPermission()) === "granted") stored((storage) => storage.setItem(FLAG, "1"));
    say();
  });
}
