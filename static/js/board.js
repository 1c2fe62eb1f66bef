// The wall board asks the server every half minute. What it shows goes visibly stale when no answer comes, and the page
// is loaded anew when the answer is no board any more: the link was ended, or nobody is signed in.
const PATIENCE_MS = 75_000; // two questions without an answer
let heard = Date.now();

addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 && !xhr.responseText.includes('id="now"')) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status < 500 && status !== 429) location.reload();
});
addEventListener("htmx:afterSwap", () => { heard = Date.now(); });

function look() {
  const now = document.getElementById("now");
  const stale = Date.now() - heard > PATIENCE_MS;
  now.classList.toggle("is-stale", stale);
  now.querySelector(".stale").hidden = !stale;
}
setInterval(look, 5_000);
addEventListener("visibilitychange", look);
