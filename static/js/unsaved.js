// <form data-guard>: leaving the page with unsaved words asks first. Sending the form is not leaving.
const touched = new Set();

addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) touched.add(form);
});
addEventListener("submit", (event) => touched.delete(event.target));
addEventListener("htmx:afterRequest", (event) => event.detail.successful && touched.delete(event.target));
addEventListener("beforeunload", (event) => {
  if ([...touched].some((form) => form.isConnected)) event.preventDefault();
});
