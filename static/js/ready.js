// Canned responses, macros and articles beside the composer: the button, or "//" or "??" at the beginning of a line,
// opens them; what is chosen is put where the cursor stands. Without script the same buttons lead to a page and back.
import { composer } from "./draft.js";

const form = document.querySelector("form[data-composer]");
const opener = form?.querySelector("[data-ready]");
const text = form?.elements.text;
const TYPED = /(^|\n)(\/\/|\?\?)$/;

function panel() {
  const known = form.querySelector("details.v-ready-pop");
  if (known) return known;
  const popover = Object.assign(document.createElement("details"), { className: "v-pop v-ready-pop" });
  const summary = Object.assign(document.createElement("summary"), { className: opener.className, title: opener.title });
  summary.append(...opener.childNodes);
  popover.append(summary, Object.assign(document.createElement("div"), { className: "panel" }));
  opener.replaceWith(popover);
  popover.addEventListener("toggle", () => popover.open && load(popover));
  return popover;
}

async function load(popover) {
  await window.htmx.ajax("GET", opener.dataset.ready, { target: popover.lastChild, swap: "innerHTML" });
  popover.querySelector("input[type=search]")?.focus();
}

export function insert(words) {
  const [start, end] = [text.selectionStart, text.selectionEnd];
  text.setRangeText(words, start, end, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

async function choose(button) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const headers = { Accept: "application/json" };
  const answer = await fetch(button.getAttribute("formaction"), { method: "POST", body, headers, redirect: "manual" });
  if (!answer.ok) return composer?.say(form.dataset.failed);
  const { text: words, said, macro } = await answer.json();
  panel().open = false;
  if (macro) form.querySelector("[data-macro]").innerHTML = macro;
  insert(words);
  if (said) form.querySelector("[data-macro]").append(Object.assign(document.createElement("div"), { className: "line t-warn ink-c sm", textContent: said, role: "status" }));
}

if (opener && window.fetch) {
  opener.addEventListener("click", (event) => {
    if (!window.htmx) return;
    event.preventDefault();
    // The press came from what stands no longer there, and so would close the panel as one outside of it.
    event.stopPropagation();
    panel().open = true;
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    event.preventDefault();
    choose(button);
  });
  // Enter in the search takes the first one found, and arrows walk through them.
  form.addEventListener("keydown", (event) => {
    const list = event.target.closest(".v-ready");
    if (!list) return;
    const found = [...list.querySelectorAll("[data-insert]")];
    const at = found.indexOf(document.activeElement);
    if (event.key === "Enter" && at < 0 && event.target.matches("input") && !event.ctrlKey) {
      event.preventDefault();
      found[0]?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      found[Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))]?.focus();
    }
  });
  text.addEventListener("input", () => {
    const at = text.selectionStart;
    if (!TYPED.test(text.value.slice(0, at))) return;
    text.setRangeText("", at - 2, at, "end");
    panel().open = true;
  });
}
