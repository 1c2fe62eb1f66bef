// <select data-pick> becomes a list one can search. Without script it stays the select it is.
const SEARCH_FROM = 8; // fewer options are quicker to read than to search
const words = document.body.dataset;
const escape = (text) => Object.assign(document.createElement("i"), { textContent: text }).innerHTML;

function pick(select) {
  if (select.tomselect) return;
  const name = select.labels[0]?.textContent.trim() ?? "";
  select.setAttribute("aria-label", name);
  const searches = select.options.length >= SEARCH_FROM;
  const box = new TomSelect(select, {
    plugins: searches ? ["dropdown_input"] : [],
    controlInput: searches ? undefined : null,
    maxOptions: 200,
    allowEmptyOption: true, // "Nobody" is a choice as well, or one could never go back to it
    render: { no_results: () => `<div class="no-results">${escape(words.nothingFound)}</div>` },
  });
  if (searches) {
    box.control_input.setAttribute("aria-label", `${words.find}: ${name}`);
    box.control_input.placeholder = words.find;
  }
}

function pickAll(root) {
  if (root.matches?.("select[data-pick]")) pick(root);
  for (const select of root.querySelectorAll("select[data-pick]")) pick(select);
}

addEventListener("htmx:load", (event) => pickAll(event.detail.elt));
pickAll(document);
