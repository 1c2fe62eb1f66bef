// A team's own fields: those whose condition is not met are hidden and not sent. Without script all of them are shown,
// and the server decides. Each of their controls says in data-rules when it is shown, and when it is needed.
const controls = (form, name) => [...form.elements].filter((each) => each.name === name);

function chosen(form, name) {
  const on = controls(form, name).filter((each) => !each.disabled && (each.type !== "checkbox" || each.checked));
  return on.map((each) => each.value);
}

function holds(form, rule) {
  if (rule.never) return false;
  const kind = form.elements.namedItem("kind");
  if (kind && rule.kinds.length && !rule.kinds.includes(kind.value)) return false;
  return !rule.field || chosen(form, rule.field).some((value) => rule.values.includes(value));
}

function apply(form, name) {
  const found = controls(form, name);
  const rules = JSON.parse(found[0].dataset.rules);
  const kind = form.elements.namedItem("kind");
  const hasKind = !kind || !rules.kinds.length || rules.kinds.includes(kind.value);
  const shown = hasKind && (!rules.conditional || rules.shown.some((rule) => holds(form, rule)));
  const needed = shown && rules.needed.some((rule) => holds(form, rule));
  const changed = found[0].disabled === shown;
  found[0].closest(".v-field").hidden = !shown;
  for (const each of found) {
    each.disabled = !shown;
    // Of several boxes one is enough, which a box cannot say.
    if (each.type !== "checkbox") each.required = needed;
  }
  return changed;
}

function arrange(form) {
  const names = new Set([...form.querySelectorAll("[data-own]")].map((each) => each.dataset.own));
  // One field may show another one, which shows a third.
  for (let round = 0; round <= names.size; round += 1) {
    if (![...names].map((name) => apply(form, name)).some(Boolean)) return;
  }
}

for (const form of new Set([...document.querySelectorAll("[data-own]")].map((each) => each.form))) {
  form.addEventListener("change", () => arrange(form));
  arrange(form);
}
