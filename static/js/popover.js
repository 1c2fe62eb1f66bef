// Popovers are <details class="v-pop">; they open without script. Esc and a press outside close them.
const openOnes = () => document.querySelectorAll("details.v-pop[open]");

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const topmost = [...openOnes()].pop();
  if (!topmost) return;
  topmost.open = false;
  topmost.querySelector("summary").focus();
  event.preventDefault();
  event.stopImmediatePropagation();
});

addEventListener("click", (event) => {
  for (const popover of openOnes()) if (!popover.contains(event.target)) popover.open = false;
});

// <a data-pop href>: what stands at that address opens beside it; without script, or in a new tab, it is a page.
addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-pop]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) return;
  event.preventDefault();
  const popover = Object.assign(document.createElement("details"), { className: "v-pop", open: true });
  const summary = Object.assign(document.createElement("summary"), { className: link.className });
  const panel = Object.assign(document.createElement("div"), { className: "panel" });
  summary.append(...link.childNodes);
  popover.append(summary, panel);
  link.replaceWith(popover);
  summary.focus();
  await window.htmx.ajax("GET", link.href, { target: panel, swap: "innerHTML" });
  panel.querySelector("input:not([type=hidden]), select, a")?.focus();
});

// <button data-dialog="id"> opens the dialog; where that is impossible the button leads to the page of the same question.
addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});
