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

// <button data-dialog="id"> opens the dialog; where that is impossible the button leads to the page of the same question.
addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});
