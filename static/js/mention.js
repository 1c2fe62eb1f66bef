// "@" in a note offers the colleagues who see the ticket; what is chosen is put in as text, which is all that counts.
import { composer } from "./draft.js";

const form = document.querySelector("form[data-composer][data-names]");
const text = form?.elements.text;
const BEGUN = /(^|[\s(])@([\p{L}\p{N}'’-]*)$/u;
let asked = 0;

const list = Object.assign(document.createElement("ul"), { className: "v-pick v-names-list", id: "names", role: "listbox", hidden: true });

function close() {
  asked += 1;
  list.hidden = true;
  text.removeAttribute("aria-activedescendant");
}

function mark(at) {
  const options = [...list.children];
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
  if (options[at]) text.setAttribute("aria-activedescendant", options[at].id);
}

const marked = () => [...list.children].findIndex((option) => option.getAttribute("aria-selected") === "true");

function take(name) {
  const at = text.selectionStart;
  const begun = BEGUN.exec(text.value.slice(0, at));
  close();
  if (!begun) return;
  text.setRangeText(`@${name} `, at - begun[2].length - 1, at, "end");
  composer?.changed();
  text.focus();
}

function show(names) {
  list.replaceChildren(...names.map((name, place) => {
    const option = Object.assign(document.createElement("li"), { id: `name-${place}`, role: "option", textContent: name });
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(name);
    });
    return option;
  }));
  list.hidden = !names.length;
  mark(0);
}

async function look() {
  const begun = form.elements.mode.value === "note" && BEGUN.exec(text.value.slice(0, text.selectionStart));
  if (!begun) return close();
  const mine = ++asked;
  try {
    const answer = await fetch(`${form.dataset.names}?q=${encodeURIComponent(begun[2])}`, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.ok && mine === asked) show((await answer.json()).names);
  } catch {
    close();
  }
}

if (text) {
  list.setAttribute("aria-label", form.dataset.namesLabel);
  text.after(list);
  text.setAttribute("aria-controls", list.id);
  text.addEventListener("input", look);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = list.children;
    if (step) mark((marked() + step + all.length) % all.length);
    else if (event.key === "Enter" || event.key === "Tab") take(all[marked()].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
