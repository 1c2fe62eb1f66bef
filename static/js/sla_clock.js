// Counts the words of SLA chips on, every minute, in the words the server passed.
// The same rule as minutes_words in core/templatetags/vaste.py.
const HOUR = 60;
const DAY = 24 * HOUR;
const words = document.body.dataset;

const fill = (pattern, values) => pattern.replace(/%\((\w+)\)s/g, (_, key) => values[key]);

function minutesWords(minutes) {
  if (minutes < HOUR) return fill(words.minutes, { minutes });
  if (minutes >= DAY) {
    const days = Math.floor(minutes / DAY);
    return fill(days === 1 ? words.day : words.days, { days });
  }
  const hours = Math.floor(minutes / HOUR);
  return minutes % HOUR ? fill(words.hoursMinutes, { hours, minutes: minutes % HOUR }) : fill(words.hours, { hours });
}

// What the chip promises stands in its words only: fifty chips of a list need not say it twice.
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const readers = [words.behind, words.ahead].map((pattern) => {
  const parts = pattern.split(/(%\(\w+\)s)/).map((part) => ({ "%(promise)s": "(.+)", "%(time)s": ".+" })[part] ?? escaped(part));
  return new RegExp(`^${parts.join("")}$`);
});
const promiseIn = (text) => readers.map((reader) => reader.exec(text.trim())?.[1]).find(Boolean) ?? "";

function setIcon(chip, name) {
  const use = chip.querySelector(".icon use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
}

function look(chip, tone, kind, icon) {
  chip.classList.remove("t-mute", "t-warn", "t-bad", "quiet", "plain", "late");
  chip.classList.add(tone, kind);
  setIcon(chip, icon);
}

function count(chip, now) {
  const seconds = (new Date(chip.dataset.due) - now) / 1000;
  const isLate = seconds < 0;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const pattern = isLate ? words.behind : words.ahead;
  const said = chip.querySelector(":scope > span");
  said.textContent = fill(pattern, { promise: promiseIn(said.textContent), time: minutesWords(minutes) });
  if (isLate) look(chip, "t-bad", "late", "alert-triangle");
  else if (minutes < HOUR) look(chip, "t-warn", "plain", "alarm");
}

function countAll() {
  const now = Date.now();
  for (const chip of document.querySelectorAll(".v-chip[data-due]")) count(chip, now);
}

setInterval(countAll, 60_000);
addEventListener("visibilitychange", () => document.hidden || countAll());
addEventListener("htmx:afterSettle", countAll);
