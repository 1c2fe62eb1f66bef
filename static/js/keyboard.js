// Keys are hints, never the only way. An element says its own key: data-key="c", or "g q" (one after another).
// Single keys are off inside fields, and off altogether when the person unticks them in the "?" dialog.
const OFF = "vaste.shortcuts.off";
const help = document.getElementById("shortcuts");
const SEQUENCE_MS = 1200;
let before = "";
let beforeAt = 0;

const stored = () => { try { return localStorage.getItem(OFF); } catch { return null; } };
const inField = (node) => node.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("tbody > .v-row")];
const visible = (node) => node.checkVisibility();

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
  if (!target) return false;
  if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) target.focus();
  else target.click();
  // Whoever chooses what to write goes on to write it.
  if (target.matches("[type=radio]")) target.form?.elements.text?.focus();
  return true;
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.matches(".cur"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  for (const row of all) {
    row.classList.toggle("cur", row === next);
    row.toggleAttribute("aria-current", row === next);
  }
  next.setAttribute("aria-current", "true");
  next.querySelector("a.subj").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

const onRow = (act) => { const row = document.querySelector(".v-row.cur"); if (row) act(row); return Boolean(row); };
const byKey = {
  j: () => move(1),
  k: () => move(-1),
  o: () => onRow((row) => row.querySelector("a.subj").click()),
  x: () => onRow((row) => row.querySelector("input[type=checkbox]").click()),
  "?": () => { help?.showModal(); return Boolean(help); },
};

function pressPrimary(from) {
  const near = [...(from.closest("form")?.querySelectorAll("[data-primary]") ?? [])];
  const button = [...near, ...document.querySelectorAll("[data-primary]")].find(visible);
  button?.click();
  return Boolean(button);
}

function withControl(event) {
  if (event.key === "Enter") return pressPrimary(event.target);
  return press(`Ctrl ${event.key.toLowerCase()}`);
}

function single(event) {
  if (stored() || event.altKey || inField(event.target)) return false;
  const sequence = Date.now() - beforeAt < SEQUENCE_MS ? `${before} ${event.key}` : "";
  [before, beforeAt] = [event.key, Date.now()];
  return (sequence && press(sequence)) || press(event.key) || (byKey[event.key]?.() ?? false);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat && event.key.length > 1 || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (inField(event.target)) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey ? withControl(event) : single(event)) event.preventDefault();
});

const choice = help?.querySelector("[data-shortcuts]");
if (choice) {
  choice.checked = !stored();
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
