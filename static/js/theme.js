// Runs before the first paint: the person's choice "system" becomes the attribute that Tabler and the tokens obey.
// A choice of light or dark is written by the server; without script, "system" is light.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme !== "system") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const obey = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  obey();
  dark.addEventListener("change", obey);
})();
