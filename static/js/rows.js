// The ticket list: tick all, tick from the last one (Shift), say how many. The looks of ticked rows are CSS.
const table = document.querySelector("[data-rows]");
const ticks = () => [...table.querySelectorAll("tbody > .v-row input[type=checkbox]")];

function show() {
  const chosen = ticks().filter((tick) => tick.checked);
  const count = table.closest("form")?.querySelector(".v-bulk [data-count]");
  if (count) count.textContent = chosen.length;
  const all = table.querySelector("[data-all]");
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === ticks().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
}

function tickFrom(last, here) {
  const all = ticks();
  const [from, to] = [all.indexOf(last), all.indexOf(here)].sort((a, b) => a - b);
  for (const tick of all.slice(Math.max(from, 0), to + 1)) tick.checked = here.checked;
}

if (table) {
  let last = null;
  table.addEventListener("click", (event) => {
    if (!event.target.matches("tbody > .v-row input[type=checkbox]")) return;
    if (event.shiftKey && last) tickFrom(last, event.target);
    last = event.target;
  });
  table.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const tick of ticks()) tick.checked = event.target.checked;
    show();
  });
  table.closest("form")?.addEventListener("reset", () => setTimeout(show));
  show();
}
