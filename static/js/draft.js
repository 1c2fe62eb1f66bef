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
  const page = form ? new URL("..", new URL(form.dataset.draft, location)) : location;
  const answer = await fetch(page.href, { redirect: "manual" });
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
  key(mode = this.mode) { return `vaste.draft.${form.dataset.member}.${form.dataset.draft}.${mode}`; }
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

  // One at a time, so that no older text arrives after a newer one; `now` gives up the one under way.
  async save({ leaving = false, now = leaving, again = true } = {}) {
    clearTimeout(this.timer);
    if (this.sending || this.typed() === this.saved) return;
    if (leaving) this.keepHere({ left: true });
    if (this.busy && !now) return this.busy.then(() => this.save());
    this.stop?.abort();
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "text", "minutes", "work_type", "page", "branch", "version"]) {
      body.set(name, form.elements[name]?.value ?? "");
    }
    body.set("mode", this.mode);
    if (leaving && String(body).length > KEEPALIVE_BYTES) return;
    this.stop = new AbortController();
    const sent = this.send(body, this.typed(), this.mode, { leaving, again, signal: this.stop.signal });
    this.busy = sent;
    await sent;
    if (this.busy === sent) this.busy = null;
  }

  async send(body, typed, mode, { leaving, again, signal }) {
    const how = { method: "POST", headers: { Accept: "application/json" }, redirect: "manual" };
    try {
      const answer = await fetch(form.dataset.draft, { ...how, body, keepalive: leaving, signal });
      if (answer.type === "opaqueredirect") return this.fail(form.dataset.signedOut);
      if (answer.status === 403 && again && (await renewTokens())) {
        this.timer = setTimeout(() => this.save({ again: false }), 0);
        return;
      }
      if (!answer.ok) return this.fail(form.dataset.failed);
      this.heard(await answer.json(), typed, mode);
    } catch (error) {
      if (error.name !== "AbortError") this.fail(form.dataset.failed);
    }
  }

  // Tried again with the next key, or as soon as a poll gets through.
  fail(words) {
    this.waits = true;
    this.say(words);
  }

  heard({ branch, version, said, other }, typed, mode) {
    const here = mode === this.mode;
    this.waits = false;
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
    this.save({ now: true });
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
      if (!copy || (!copy.left && Date.now() - copy.at < ALIVE_MS)) continue;
      const known = mode === this.mode && copy.text === this.text.value;
      if (known || !copy.text.trim() || shown.includes(copy.text.replace(/\s+/g, " ").trim())) {
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
  addEventListener("pageshow", (event) => {
    composer.sending = false;
    // Gone back to: another page may have gone on with it.
    if (event.persisted) location.reload();
  });
  addEventListener("pagehide", () => composer.save({ leaving: true }));
  addEventListener("visibilitychange", () => document.hidden && composer.save({ leaving: true }));
}
