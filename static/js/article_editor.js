// The editor of articles: Trix over the page's own text field, which holds the HTML and works without script. Tables,
// which Trix does not know, and pictures travel as its attachments; the server reads both.
const area = document.querySelector("textarea[name=body]");
const toolbar = document.getElementById("article-toolbar");
const spot = document.querySelector("[data-files]");

function figure(told) {
  const made = document.createElement("figure");
  made.dataset.trixAttachment = JSON.stringify(told);
  return made;
}

// Tables and pictures of some HTML as attachments.
function packed(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const table of page.querySelectorAll("table")) {
    if (!table.parentElement.closest("table")) table.replaceWith(figure({ contentType: "text/html", content: table.outerHTML }));
  }
  for (const picture of page.querySelectorAll("img")) {
    const url = picture.getAttribute("src");
    picture.replaceWith(figure({ contentType: "image/png", url, filename: picture.alt }));
  }
  // Trix takes a line that was broken in the source for one that is broken on the page.
  const walker = document.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("pre")) walker.currentNode.data = walker.currentNode.data.replace(/\s+/g, " ");
  }
  return page.body.innerHTML;
}

function say(words) {
  document.querySelector("[data-files-said]").textContent = words;
}

async function upload(attachment) {
  say("");
  const body = new FormData();
  body.append("file", attachment.file);
  body.append("csrfmiddlewaretoken", area.form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(spot.dataset.files, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const { url, error } = (await answer?.json().catch(() => null)) ?? {};
  if (!answer?.ok) {
    say(error ?? spot.dataset.failed);
    return attachment.remove();
  }
  attachment.setAttributes({ url });
}

if (area && toolbar && window.Trix) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "body", id: "article-body" });
  field.value = packed(area.value);
  const editor = document.createElement("trix-editor");
  editor.setAttribute("input", field.id);
  editor.setAttribute("toolbar", toolbar.id);
  editor.setAttribute("role", "textbox");
  editor.setAttribute("aria-multiline", "true");
  editor.setAttribute("aria-label", area.labels[0]?.textContent.trim() ?? "");
  editor.className = "v-art text form-control";
  editor.addEventListener("trix-before-paste", (event) => {
    if (/<(table|img)\b/i.test(event.paste.html ?? "")) event.paste.html = packed(event.paste.html);
  });
  editor.addEventListener("trix-file-accept", (event) => {
    if (spot.dataset.files && event.file.type.startsWith("image/")) return;
    say(spot.dataset.files ? spot.dataset.pictures : spot.dataset.first);
    event.preventDefault();
  });
  editor.addEventListener("trix-attachment-add", (event) => event.attachment.file && upload(event.attachment));
  area.removeAttribute("name");
  area.required = false;
  area.hidden = true;
  toolbar.hidden = false;
  area.after(field, toolbar, editor);
}
