"""A second opinion on the clock: walk the minutes one by one and ask each whether it counts.

Written from the rules alone; it shares no code with the engine and reads the JSON of calendars and case files. It
knows one metric, resolution, and is slow. `step` is the walk's stride in minutes: every boundary in the input must
lie on it.
"""

import json
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PATIENCE = timedelta(days=120)
DONE = ("resolved", "closed")
PAUSES = ("waiting_customer", "scheduled")


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


class Calendar:
    """Is this minute open? Its wall-clock reading must lie in the list of its civil date."""

    def __init__(self, data):
        self.zone = ZoneInfo(data["tz"])
        self.weekly = {int(day): rows for day, rows in data["weekly"].items()}
        self.exceptions = data.get("exceptions", {})
        self.known = {}
        self.days = {}

    def opened(self, instant):
        if instant not in self.known:
            local = instant.astimezone(self.zone)
            if local.date() not in self.days:
                self.days[local.date()] = self.open_set(local.date())
            self.known[instant] = local.hour * 60 + local.minute in self.days[local.date()]
        return self.known[instant]

    def open_set(self, day):
        """The open minutes of a civil date."""
        yesterday = day - timedelta(days=1)
        if day.isoformat() in self.exceptions:
            return self.this_day(self.exceptions[day.isoformat()])
        result = self.this_day(self.weekly.get(day.weekday(), []))
        result |= self.next_day(self.weekly.get(yesterday.weekday(), []))
        return result | self.next_day(self.exceptions.get(yesterday.isoformat(), []))

    def this_day(self, rows):
        found = set()
        for opens, closes in rows:
            night = minutes(closes) <= minutes(opens)
            found |= set(range(minutes(opens), 1440 if night else minutes(closes)))
        return found

    def next_day(self, rows):
        found = set()
        for opens, closes in rows:
            if minutes(closes) <= minutes(opens):
                found |= set(range(minutes(closes)))
        return found


@lru_cache(maxsize=64)
def _cached(text):
    return Calendar(json.loads(text))


def calendar(data):
    return _cached(json.dumps(data, sort_keys=True))


def open_minutes(data, start, end, step=1):
    """Open minutes in [start, end)."""
    known, total, instant = calendar(data), 0, start.astimezone(UTC)
    while instant < end:
        total += step * known.opened(instant)
        instant += timedelta(minutes=step)
    return total


def add(data, start, wanted, step=1):
    """The earliest instant with so many open minutes since the start; None if patience ends first."""
    known, total, instant = calendar(data), 0, start.astimezone(UTC)
    while total < wanted:
        total += step * known.opened(instant)
        instant += timedelta(minutes=step)
        if instant - start > PATIENCE:
            return None
    return instant


def on_holiday(data, day: date):
    """The same calendar with one more holiday."""
    return {**data, "exceptions": {**data.get("exceptions", {}), day.isoformat(): []}}


class Ticket:
    """The log of a case, put so that one can ask about a single minute."""

    def __init__(self, case, calendars):
        self.options = case.get("options", {})
        self.now = at(case["now"])
        events = [event for event in case["events"] if at(event["at"]) <= self.now]
        events.sort(key=lambda event: at(event["at"]))
        self.start = at(events[0]["at"])
        self.statuses = [(datetime.min.replace(tzinfo=UTC), "new", None)]
        self.policies = []
        self.ignored = []
        self.fulfilled = None
        for event in events:
            self.take(event, calendars)
        self.rules = self.judged_by if self.fulfilled else self.policies

    def take(self, event, calendars):
        instant = at(event["at"])
        if "policy" in event:
            former = self.policies[-1][1] if self.policies else None
            named = event["policy"].get("calendar")
            rules = calendar(calendars[named]) if named else former
            mode = self.options.get("policy_change", "carry") if self.policies else "carry"
            if mode == "retroactive":
                self.policies = []
            if mode == "restart" and self.fulfilled is None:
                self.start = max(self.start, instant)
            self.policies.append((instant, rules, event["policy"]["resolution"]))
        if event["type"] == "merged_from" and self.options.get("merge") != "keep":
            self.start = min(self.start, at(event["received_at"]))
        if event["type"] == "reception_corrected":
            self.start = at(event["received_at"])
        if event["type"] == "status":
            self.enter(event, instant)

    def enter(self, event, instant):
        mode = self.options.get("reopen", "continue")
        if event["state"] in DONE and self.fulfilled is None:
            self.fulfilled = instant
            # What is promised later does not change how this was judged.
            self.judged_by = list(self.policies)
        elif event["state"] not in DONE and self.fulfilled is not None:
            if mode == "restart":
                self.start = instant
            if mode == "continue":
                self.ignored.append((self.fulfilled, instant))
            self.fulfilled = None
        self.statuses.append((instant, event["state"], at(event["until"]) if event.get("until") else None))

    def paused(self, instant):
        _, status, until = [row for row in self.statuses if row[0] <= instant][-1]
        waiting = status in self.options.get("pause_states", PAUSES)
        return waiting and (until is None or instant < until)

    def counts(self, instant):
        """Does the minute from this instant on count? Once fulfilled the clock is thought to run on."""
        _, rules, _ = ([row for row in self.rules if row[0] <= instant] or self.rules[:1])[-1]
        if self.fulfilled is not None and instant >= self.fulfilled:
            return self.rules[-1][1].opened(instant)
        if any(start <= instant < end for start, end in self.ignored):
            return False
        return rules.opened(instant) and not self.paused(instant)

    def forever_paused(self):
        return self.fulfilled is None and self.paused(datetime.max.replace(tzinfo=UTC))


def resolution(case, calendars, step=1):
    """What the resolution metric's last cycle of a case must be, in the words of a case file."""
    ticket = Ticket(case, calendars)
    target, instant, total, due = ticket.rules[-1][2], ticket.start, 0, None
    end = ticket.fulfilled or ticket.now
    elapsed = 0
    last = [row for row in ticket.statuses if row[0] <= ticket.now][-1][0]
    while instant < end or (due is None and instant - max(end, last) < PATIENCE):
        if due is None and total >= target:
            due = instant
        if instant >= end and due is None and ticket.forever_paused():
            break
        counted = step * ticket.counts(instant)
        total += counted
        elapsed += counted * (instant < end)
        instant += timedelta(minutes=step)
    found = {
        "start": ticket.start,
        "due": due,
        "elapsed_min": elapsed,
        "remaining_min": max(0, target - elapsed),
        "state": verdict(ticket, due, end),
    }
    return found | ({"fulfilled_at": ticket.fulfilled} if ticket.fulfilled else {})


def verdict(ticket, due, end):
    if due is not None and due < end:
        return "breached"
    if ticket.fulfilled:
        return "met"
    return "paused" if ticket.paused(ticket.now) else "running"


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)
