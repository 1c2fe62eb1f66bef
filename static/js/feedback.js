// A form that is being sent marks its button and is not sent twice; htmx requests mark theirs.
const PATIENCE_MS = 15_000; // a download leaves the page in place, so the mark goes by itself
const sent = new WeakSet();

function release(form, button) {
  sent.delete(form);
  button?.removeAttribute("aria-busy");
}

addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => release(form, submitter), PATIENCE_MS);
  addEventListener("pageshow", () => release(form, submitter), { once: true });
});

const buttonOf = (event) => event.detail.requestConfig?.triggeringEvent?.submitter ?? event.detail.elt.closest?.(".btn");
addEventListener("htmx:beforeRequest", (event) => buttonOf(event)?.setAttribute("aria-busy", "true"));
addEventListener("htmx:afterRequest", (event) => buttonOf(event)?.removeAttribute("aria-busy"));

// Without a connection the page stays as it is and says so, until a request gets through again.
const offline = document.getElementById("offline");
addEventListener("htmx:sendError", () => { offline.hidden = false; });
addEventListener("htmx:afterOnLoad", () => { offline.hidden = true; });
