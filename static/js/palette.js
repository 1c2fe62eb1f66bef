// Ctrl K opens one field for all places and for what can be done on the page: its own buttons, the menu's lists, and
// what the server finds. Keyboard only: up and down choose, Enter goes there, Escape leaves. Without script Ctrl K is
// the browser's, and the search field in the menu stays what it is.
const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const count = dialog?.querySelector("[role=status]");
const WAIT_MS = 120;
const MOST_HERE = 8;
const known = new Map();
let timer = 0;
let asked = "";
let chosen = -1;

const words = (node) => {
  const named = node.matches("select") ? node.labels[0]?.textContent : node.textContent;
  return (node.getAttribute("aria-label") || named || "").replace(/\s+/g, " ").trim();
};
const options = () => [...list.querySelectorAll("[role=option]")];
const means = (label, query) => query.toLowerCase().split(/\s+/).every((word) => label.toLowerCase().includes(word));

function here(selector) {
  const nodes = [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
  return nodes.map((node) => ({ label: words(node), act: () => act(node) })).filter((each) => each.label);
}

function act(node) {
  if (node.matches("input, select, textarea")) node.focus();
  else if (node.matches("summary")) {
    node.parentElement.open = true;
    node.focus();
  } else node.click();
}

function local(query) {
  const actions = here("main .v-head :is(a.btn, button, summary.btn), main .v-side :is(a.row-x, button, select), main .mode label");
  const lists = here(".v-nav a.item, .v-nav a[data-key]");
  return [[dialog.dataset.actions, actions], [dialog.dataset.lists, lists]].map(([label, items]) => ({
    label,
    items: items.filter((each) => means(each.label, query)).slice(0, MOST_HERE),
  }));
}

function element(name, attributes, ...content) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...content);
  return node;
}

function option(item, at) {
  const node = element("div", { role: "option", id: `palette-${at}`, class: "v-jump" });
  node.append(element("span", { class: "grow clip" }, item.label));
  if (item.detail) node.append(element("span", { class: "sub xs" }, item.detail));
  node.addEventListener("click", () => run(item));
  return node;
}

function show(groups) {
  let at = 0;
  const filled = groups.filter((group) => group.items.length);
  list.replaceChildren(...filled.map((group) => {
    const head = element("div", { class: "label", "aria-hidden": "true" }, group.label);
    return element("div", { role: "group", "aria-label": group.label }, head, ...group.items.map((item) => option(item, at++)));
  }));
  count.textContent = `${at} ${dialog.dataset.found}`;
  choose(at ? 0 : -1);
}

function choose(at) {
  chosen = at;
  for (const [place, node] of options().entries()) node.setAttribute("aria-selected", String(place === at));
  if (at < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", `palette-${at}`);
  options()[at].scrollIntoView({ block: "nearest" });
}

function run(item) {
  dialog.close();
  if (item.act) item.act();
  else location.assign(item.url);
}

async function fetched(query) {
  if (!query) return [];
  const before = known.get(query);
  const headers = { Accept: "application/json", ...(before && { "If-None-Match": before.etag }) };
  const answer = await fetch(`${dialog.dataset.jump}?q=${encodeURIComponent(query)}`, { headers, redirect: "manual" });
  if (answer.status === 304) return before.groups;
  if (!answer.ok) return [];
  const { groups } = await answer.json();
  known.set(query, { etag: answer.headers.get("ETag"), groups });
  return groups;
}

async function find() {
  const query = field.value.trim();
  asked = query;
  const search = query ? [{ label: `${dialog.dataset.search} ${query}`, url: `${dialog.dataset.searches}?q=${encodeURIComponent(query)}` }] : [];
  const near = local(query);
  const far = await fetched(query).catch(() => []);
  // An answer that came late is no answer to what stands there now.
  if (asked !== query) return;
  const [first, rest] = [true, false].map((leads) => far.filter((group) => group.leads === leads));
  show([...first, ...near, ...rest, { label: dialog.dataset.search, items: search }]);
}

function move(event) {
  const all = options().length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all) choose((chosen + step + all) % all);
  else if (event.key === "Enter") options()[chosen]?.click();
  else return;
  event.preventDefault();
}

function open() {
  field.value = "";
  dialog.showModal();
  find();
}

if (dialog) {
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  }, true);
  field.addEventListener("keydown", move);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    asked = "";
    timer = setTimeout(find, WAIT_MS);
  });
}
