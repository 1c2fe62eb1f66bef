// Copies what the pages use of the npm packages into static/vendor/ and builds the sprite static/icons.svg (git ignores both).
// Run by `make assets` after `npm ci --ignore-scripts`. Needs no network.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(ROOT, "node_modules");
const TARGET = join(ROOT, "static", "vendor");

const STYLES = ["@tabler/core/dist/css/tabler.min.css", "tom-select/dist/css/tom-select.bootstrap5.min.css"];
const SCRIPTS = {
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "tom-select/dist/js/tom-select.popular.min.js": "tom-select.min.js",
  "trix/dist/trix.umd.min.js": "trix.min.js",
};
const FONTS = {
  "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
  // Invoices are set in these: what makes PDFs wants one file for each weight.
  "@fontsource/inter/files/inter-latin-400-normal.woff2": "invoice-regular.woff2",
  "@fontsource/inter/files/inter-latin-600-normal.woff2": "invoice-bold.woff2",
  "@fontsource/inter/files/inter-latin-ext-400-normal.woff2": "invoice-regular-ext.woff2",
  "@fontsource/inter/files/inter-latin-ext-600-normal.woff2": "invoice-bold-ext.woff2",
};
const LICENCES = {
  "@fontsource-variable/inter/LICENSE": "inter.txt",
  "@tabler/icons/LICENSE": "tabler-icons.txt",
  "htmx.org/LICENSE": "htmx.txt",
  "tom-select/LICENSE": "tom-select.txt",
  "trix/LICENSE": "trix.txt",
};

// The Tabler outline icons of the design reference, section 2. A page that needs another one adds it here.
const ICONS = `
  alarm alert-circle alert-octagon alert-triangle arrow-left arrow-right arrows-sort arrows-split-2 at ban bell-plus
  blockquote bold book-2 bookmark bookmark-plus building calendar camera chart-bar check chevron-down chevron-left chevron-right chevron-up
  chevrons-up circle circle-check circle-half-2 clock clock-hour-4 clock-pause copy corner-up-left device-floppy dots
  download file-spreadsheet file-text file-type-csv file-zip filter git-merge heading history inbox info-circle italic
  key keyboard language layout-list link list list-check list-numbers lock lock-open logout mail mail-down mail-fast mail-forward
  mail-question map-pin menu-2 message-2 message-question message-reply minus paperclip pencil phone phone-check
  phone-incoming photo player-pause player-play plus printer receipt-euro refresh search send settings shield-check sparkles
  speakerphone thumb-down thumb-up truck urgent user user-question user-share users x
`.trim().split(/\s+/);

// The manifest storage of Django follows source map comments, and the maps are not copied.
const withoutSourceMap = (text) => text.replace(/\/[/*][#@] sourceMappingURL=.*?(\*\/)?$/gm, "");

// One layer holds all foreign styles, so that an own rule wins without `!important`, whatever its specificity.
async function buildStyles() {
  const parts = await Promise.all(STYLES.map((path) => readFile(join(MODULES, path), "utf8")));
  const rules = parts.map((text) => withoutSourceMap(text).replace(/@charset "[^"]*";/g, "").trim());
  await writeFile(join(TARGET, "vendor.css"), `@charset "UTF-8";\n@layer vendor {\n${rules.join("\n")}\n}\n`);
}

async function buildSprite() {
  const symbols = await Promise.all(ICONS.map(async (name) => {
    const svg = await readFile(join(MODULES, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = svg
      .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s+/g, " ")
      .trim();
    const look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name}" viewBox="0 0 24 24" ${look}>${shapes}</symbol>`;
  }));
  // Nearest to the root: a page of a list names it a hundred and fifty times.
  await writeFile(join(TARGET, "..", "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

// Trix puts its styles into the page, which the content security policy refuses; css/tickets.css has what we need.
const withoutStyles = (text) => text.replaceAll('createElement("style")', 'createElement("template")');

async function copyScripts() {
  for (const [from, to] of Object.entries(SCRIPTS)) {
    const text = withoutSourceMap(await readFile(join(MODULES, from), "utf8"));
    await writeFile(join(TARGET, to), from.startsWith("trix/") ? withoutStyles(text) : text);
  }
}

async function copyAll(files, folder = "") {
  await mkdir(join(TARGET, folder), { recursive: true });
  await Promise.all(Object.entries(files).map(([from, to]) => copyFile(join(MODULES, from), join(TARGET, folder, to))));
}

await rm(TARGET, { recursive: true, force: true });
await mkdir(TARGET, { recursive: true });
await Promise.all([buildStyles(), buildSprite(), copyScripts(), copyAll(FONTS), copyAll(LICENCES, "licences")]);
// Tabler's own package carries no licence file; its notice stands at the top of its rules.
console.log(`static/vendor: styles, ${Object.keys(SCRIPTS).length} scripts, ${ICONS.length} icons, 1 font`);
