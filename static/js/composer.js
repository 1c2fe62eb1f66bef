// Brings along what else belongs to the composer, so that a page names one script for it.
import "./ready.js";
import "./mention.js";

// The composer's two modes are radio buttons and CSS; the script only puts the cursor where one writes.
for (const form of document.querySelectorAll("form[data-composer]")) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "mode") form.querySelector("textarea")?.focus();
  });
}

// Reply and Note at the foot of a phone page are links to the composer; they choose the mode on the way.
addEventListener("click", (event) => {
  const mode = event.target.closest("a[data-write]")?.dataset.write;
  if (mode) document.querySelector(`[data-composer] input[name=mode][value=${mode}]`)?.click();
});
