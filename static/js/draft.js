// The composer's draft: saved a second after the last key, when the field is left and when the page goes.
// Until the server has it, it lies in this browser, so that neither a session that ran out nor a crash loses it.
const WAIT_MS = 1000;
const ALIVE_MS = 3000; // what was typed more recently belongs to a page that still lives
const KEEPALIVE_BYTES = 60_000; // browsers send no more once a page is gone
const form = document.querySelector("form[data-composer][data-draft]");

const stored = (act) => { try { return act(localStorage); } catch { return null; } };
const entries = (storage) => Object.keys(storage).filter((key) => key.startsWith("vaste.draft."));

// What was sent needs no copy any more; the page that one lands on says so.
for (const { dataset } of document.querySelectorAll("[data-done^=sent-]")) {
  const page = dataset.done.slice("sent-".length);
  stored((storage) => entries(storage).forEach((key) => {
    if (JSON.parse(storage.getItem(key)).page === page) storage.removeItem(key);
  }));
}

// After signing in again in another tab, forms of this page need the new session's token.
export async function renewTokens() {
  const answer = await fetch(location.href, { redirect: "manual" });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = fresh.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) if (token) input.value = token;
  return Boolean(token);
}

class Composer {
  constructor() {
    this.text = form.elements.text;
    this.status = form.querySelector("[data-saved]");
    this.parked = {}; // by mode: what the other mode holds
    this.saved = this.typed();
    this.mode = this.chosen();
  }

  chosen() { return form.elements.mode.value; }
  key(mode = this.mode) { return `vaste.draft.${form.dataset.member}.${location.pathname}.${mode}`; }
  typed() { return JSON.stringify([this.text.value, form.elements.minutes.value]); }
  say(words) { if (words && this.status) this.status.textContent = words; }

  place() {
    const { page, branch, version } = form.elements;
    return { page: page.value, branch: branch.value, version: version.value };
  }

  put({ text, minutes = "", page, branch = "", version = "" }) {
    this.text.value = text;
    form.elements.minutes.value = minutes;
    form.elements.branch.value = branch;
    form.elements.version.value = version;
    if (page) form.elements.page.value = page;
  }

  keepHere(more = {}) {
    const copy = { text: this.text.value, minutes: form.elements.minutes.value, at: Date.now(), ...this.place(), ...more };
    stored((storage) => storage.setItem(this.key(), JSON.stringify(copy)));
  }

  changed() {
    form.dataset.typedAt = Date.now();
    this.keepHere();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT_MS);
  }

  async save({ leaving = false, again = true } = {}) {
    clearTimeout(this.timer);
    if (this.sending || this.typed() === this.saved) return;
    if (this.busy && !leaving) return this.busy.then(() => this.save());
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "text", "minutes", "work_type", "page", "branch", "version"]) {
      body.set(name, form.elements[name]?.value ?? "");
    }
    body.set("mode", this.mode);
    if (leaving && String(body).length > KEEPALIVE_BYTES) return;
    this.busy = this.send(body, this.typed(), this.mode, leaving, again).finally(() => { this.busy = null; });
    await this.busy;
  }

  async send(body, typed, mode, leaving, again) {
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers, keepalive: leaving, redirect: "manual" });
      if (answer.type === "opaqueredirect") return this.say(form.dataset.signedOut);
      if (answer.status === 403 && again && (await renewTokens())) {
        this.timer = setTimeout(() => this.save({ again: false }), 0);
        return;
      }
      if (!answer.ok) return this.say(form.dataset.failed);
      this.heard(await answer.json(), typed, mode);
    } catch {
      this.say(form.dataset.failed);
    }
  }

  heard({ branch, version, said, other }, typed, mode) {
    const here = mode === this.mode;
    if (here) Object.assign(form.elements.branch, { value: branch });
    if (here) Object.assign(form.elements.version, { value: version });
    else Object.assign(this.parked[mode] ?? {}, { branch, version });
    if (here) this.saved = typed;
    if (!here || this.typed() === typed) stored((storage) => storage.removeItem(this.key(mode)));
    this.say(said);
    if (other) this.showOther(other);
  }

  // Another page of the same writer holds another text: both are kept, and this one shows both.
  showOther(text) {
    let fold = document.getElementById("other-draft");
    if ([...document.querySelectorAll("[data-own] [data-text]")].some((each) => each.dataset.text === text)) return;
    if (!fold) {
      fold = document.createElement("details");
      fold.id = "other-draft";
      fold.className = "v-draft";
      fold.append(document.createElement("summary"), document.createElement("div"));
      fold.firstChild.textContent = form.dataset.other;
      form.before(fold);
    }
    fold.lastChild.innerText = text;
  }

  switchMode() {
    const [before, now] = [this.mode, this.chosen()];
    if (before === now) return;
    this.save();
    this.parked[before] = { text: this.text.value, minutes: form.elements.minutes.value, ...this.place() };
    this.mode = now;
    this.put(this.parked[now] ?? this.waiting(now) ?? { text: "" });
    this.saved = this.typed();
  }

  // A draft of the other mode that the page shows beside the composer.
  waiting(mode) {
    const fold = document.querySelector(`[data-own=${mode}]`);
    if (!fold) return null;
    fold.hidden = true;
    return { text: fold.querySelector("[data-text]").dataset.text, branch: fold.dataset.branch, version: fold.dataset.version };
  }

  // What this browser has and the server has not: of a page that died, or whose session ran out.
  restore() {
    const shown = [...document.querySelectorAll(".v-msg > .card-m > .text")].map((node) => node.innerText.replace(/\s+/g, " ").trim());
    for (const mode of ["reply", "note"]) {
      const copy = stored((storage) => JSON.parse(storage.getItem(this.key(mode))));
      if (!copy || Date.now() - copy.at < ALIVE_MS) continue;
      if (!copy.text.trim() || shown.includes(copy.text.replace(/\s+/g, " ").trim())) {
        stored((storage) => storage.removeItem(this.key(mode)));
        continue;
      }
      this.bring(mode, copy);
      break;
    }
  }

  bring(mode, copy) {
    if (mode !== this.mode) {
      form.querySelector(`input[name=mode][value=${mode}]`).checked = true;
      this.switchMode();
    }
    if (copy.text === this.text.value) return;
    if (this.text.value.trim()) this.showOther(this.text.value);
    this.put(copy);
    this.say(form.dataset.restored);
    this.save();
  }
}

export const composer = form && new Composer();

if (composer) {
  composer.restore();
  form.querySelector("[data-keep]").hidden = true;
  form.addEventListener("input", (event) => {
    if (event.target.name === "text" || event.target.name === "minutes") composer.changed();
  });
  form.addEventListener("focusout", () => composer.save());
  form.addEventListener("change", (event) => event.target.name === "mode" && composer.switchMode());
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    clearTimeout(composer.timer);
    composer.keepHere({ submitted: true });
    composer.sending = true;
  });
  addEventListener("pageshow", () => { composer.sending = false; });
  addEventListener("pagehide", () => composer.save({ leaving: true }));
  addEventListener("visibilitychange", () => document.hidden && composer.save({ leaving: true }));
}
