// Pages that lie open ask every quarter of a minute what is new, while somebody can see them. Nothing that is being
// typed or read is touched: a ticket gets a line that tells, a list a line that counts. Brings the drafts along: a page
// that loaded their script by another address as well would have two of each.
import "./alerts.js";
import { composer, renewTokens } from "./draft.js";

const EVERY_MS = 15_000;
const TYPING_MS = 30_000;
const conversation = document.querySelector("[data-live]");
const list = document.querySelector("[data-live-list]");

// A link to a message that the page has left out.
if (location.hash.startsWith("#message-") && !document.getElementById(location.hash.slice(1))) {
  const whole = document.getElementById("whole");
  if (whole) location.replace(whole.href + location.hash);
}

const initials = (name) => {
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => part?.[0] ?? "").join("").toUpperCase();
};

class Poll {
  constructor(address, hear, gone) {
    Object.assign(this, { address, hear, gone, etag: "", away: false });
    addEventListener("visibilitychange", () => this.ask());
    this.timer = setInterval(() => this.ask(), EVERY_MS);
    this.ask();
  }

  async ask() {
    if (document.hidden || this.asking) return;
    this.asking = true;
    try {
      const headers = { Accept: "application/json", "If-None-Match": this.etag };
      await this.read(await fetch(this.address(), { headers, redirect: "manual" }));
    } catch {
      this.away = true;
    } finally {
      this.asking = false;
    }
  }

  async read(answer) {
    if (answer.type === "opaqueredirect") {
      this.away = true;
      return;
    }
    if (answer.status === 404 || answer.status === 403) {
      clearInterval(this.timer);
      this.gone();
      return;
    }
    if ((this.away || composer?.waits) && (await renewTokens())) composer?.save();
    this.away = false;
    if (!answer.ok) return;
    this.etag = answer.headers.get("ETag") ?? "";
    this.hear(await answer.json());
  }
}

function doing() {
  const form = document.querySelector("form[data-draft]");
  return form && Date.now() - (form.dataset.typedAt ?? 0) < TYPING_MS ? form.elements.mode.value : "";
}

if (conversation) {
  const news = conversation.querySelector("[data-news]");
  const people = document.querySelector("[data-people]");
  const hear = (said) => {
    if (people.innerHTML !== said.people) people.innerHTML = said.people;
    if (news.dataset.said !== said.news) news.innerHTML = said.news.trim();
    news.dataset.said = said.news;
  };
  const gone = () => {
    people.textContent = "";
    news.textContent = conversation.dataset.gone;
    news.className = "v-banner t-bad";
  };
  new Poll(() => `${conversation.dataset.live}&doing=${doing()}`, hear, gone);
  addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-reload]");
    if (!link) return;
    event.preventDefault();
    await composer?.save();
    history.replaceState(null, "", link.href);
    location.reload();
  });
}

function ring(row, person) {
  row.querySelector(".v-live")?.remove();
  if (!person) return;
  const words = document.createElement("span");
  words.className = "v-live";
  const avatar = document.createElement("span");
  avatar.className = `v-av staff ${person.look}`;
  avatar.ariaHidden = "true";
  avatar.textContent = initials(person.name);
  words.append(avatar, person.words);
  row.querySelector(":nth-child(4) > span").append(words);
}

async function count() {
  const token = new URL(list.dataset.liveList, location).searchParams.get("list");
  const answer = await fetch(location.href, { headers: { "X-Vaste-Live": token }, redirect: "manual" });
  if (!answer.ok) return;
  const { words, show: label } = await answer.json();
  if (!words || list.dataset.said === words) return;
  list.dataset.said = words;
  const show = document.createElement("a");
  show.href = location.href;
  show.textContent = label;
  list.replaceChildren(`${words}: `, show);
}

if (list) {
  const hear = ({ people, changed }) => {
    for (const row of document.querySelectorAll("tbody > .v-row")) {
      const number = row.querySelector("a.subj").pathname.split("/").at(-2);
      ring(row, people[number]);
    }
    if (changed) count();
  };
  new Poll(() => list.dataset.liveList, hear, () => {});
}
