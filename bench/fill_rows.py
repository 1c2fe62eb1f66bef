"""One process of bench/fill.py: tickets and their conversations by COPY. Reads its share as JSON, knows no Django."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from bench.words import Writer

# In one ticket of a hundred, and in five of the largest tenant.
COMMON, RARE, RARE_IN = "kulutusnäyttö", "vaihdelaatikkoöljy", 5
MESSAGES, LONG = 5, 100
YEARS, CHUNK = 3, 2_500
# The last sixth of all tickets, half of it, is 8 % of them: what is open came lately.
OPEN_FROM, OPEN_SHARE = 0.84, 0.5
OPEN = ("new", "new", "open", "open", "open", "open", "waiting_requester", "waiting_requester", "waiting_third_party")
TALK = ("requester", "reply", "note", "requester", "reply")
KINDS = ("request", "request", "request", "fault", "fault", "order", "feedback", "incident")
PRIORITIES = ("low", "normal", "normal", "normal", "normal", "high", "high", "urgent")
TICKET = (
    "id, tenant_id, number, title, kind, priority, status_id, status_class, channel, queue_id, customer_id, "
    "requester_id, assignee_id, copies, solution, next_step, received_at, work_started_at, first_responded_at, "
    "resolved_at, closed_at, last_activity_at, last_word_at, next_metric, next_due_at, next_warn_at, clock_paused_at"
)
MESSAGE = (
    "id, tenant_id, ticket_id, kind, member_id, requester_id, author_name, text, quoted, html, at, mail_id, "
    "delivered_at, delivery_error, caution, reply_to, looks_like"
)
NULL = "\\N"
Share = dict[str, Any]


class Rows:
    """The rows of one tenant, in the order of their tickets."""

    def __init__(self, share: Share, now: datetime) -> None:
        self._share, self._now = share, now
        seed = share["tenant"] * 1_000_000_007 + share["begin"]
        self._draw, self._writer = Random(seed), Writer(seed)  # no secret
        self._step = timedelta(days=365 * YEARS) / max(share["count"], 1)

    def ticket(self, place: int) -> tuple[str, list[str]]:
        """The line of the ticket at a place of the tenant's, and those of its messages."""
        share, draw = self._share, self._draw
        received = self._now - self._step * (share["count"] - place)
        is_open = place > OPEN_FROM * share["count"] and draw.random() < OPEN_SHARE
        status = draw.choice(OPEN) if is_open else "closed" if draw.random() < 0.95 else "resolved"
        member, name = draw.choice(share["members"])
        if place >= share["count"] - 2:
            is_open, status, (member, name) = True, "open", share["members"][0]
            received = self._now - timedelta(days=60 if place == share["count"] - 1 else 2)
        pk, asks = share["first"] + place, draw.randrange(share["customers"] * 2)
        customer, requester = share["first_customer"] + asks // 2, share["first_requester"] + asks
        held = str(member) if status != "new" or draw.random() < 0.3 else NULL
        times = _times(received, status, draw, self._now)
        fields = [pk, share["tenant"], 1001 + place, self._writer.title(), draw.choice(KINDS), draw.choice(PRIORITIES)]
        fields += [share["statuses"][status], status, "mail", draw.choice(share["queues"]), customer, requester, held]
        fields += ["{}", "" if is_open else self._writer.title(), "", *times]
        talk = self._talk(pk, place, received, requester, (member, name))
        return "\t".join(map(str, fields)), talk

    def _talk(self, pk: int, place: int, received: datetime, requester: int, member: tuple[int, str]) -> list[str]:
        share, lines = self._share, []
        is_long = share["largest"] and place == share["count"] - 1
        count = LONG if is_long else MESSAGES
        rare = share["largest"] and place % max(share["count"] // RARE_IN, 1) == 7
        for number in range(count):
            kind = TALK[number % len(TALK)]
            asks = kind == "requester"
            at = received + timedelta(minutes=37 * number)
            who = f"Pyytäjä {requester}" if asks else member[1]
            holding = RARE if rare and number == 1 else COMMON if place % 100 == 3 and number == 2 else ""
            text = self._writer.text(who, holding=holding)
            fields = [share["first_message"] + place * MESSAGES + number, share["tenant"], pk, kind]
            fields += [NULL if asks else member[0], requester if asks else NULL, who, text, "", "", at.isoformat()]
            fields += [f"{pk}.{number}@mail.example", at.isoformat() if kind == "reply" else NULL, "", "", "", ""]
            lines.append("\t".join(map(str, fields)))
        return lines


def _times(received: datetime, status: str, draw: Random, now: datetime) -> list[str]:
    """From received_at on, the columns of a ticket that follow from its status."""
    at, answered = received.isoformat(), (received + timedelta(hours=draw.random() * 8)).isoformat()
    done = (received + timedelta(hours=9 + draw.random() * 200)).isoformat()
    started = NULL if status == "new" else answered
    ended = done if status in ("resolved", "closed") else NULL
    last = at if status == "new" else answered if ended == NULL else done
    row = [at, started, started, ended, done if status == "closed" else NULL, last, at]
    if status in ("new", "open"):
        due = now + timedelta(hours=draw.random() * 240 - 24)
        return [*row, "resolution", due.isoformat(), (due - timedelta(hours=4)).isoformat(), NULL]
    return [*row, "", NULL, NULL, answered if status.startswith("waiting") else NULL]


def chunks(shares: list[Share]) -> Iterator[tuple[list[str], list[str]]]:
    """Lines of tickets and of their messages, so many tickets at a time."""
    now = datetime.now(UTC)
    for share in shares:
        rows = Rows(share, now)
        for begin in range(share["begin"], share["end"], CHUNK):
            tickets, messages = [], []
            for place in range(begin, min(begin + CHUNK, share["end"])):
                ticket, talk = rows.ticket(place)
                tickets.append(ticket)
                messages += talk
            yield tickets, messages


def main() -> None:
    """COPY one process's share; standard input is {"url": connection string, "shares": [...]}."""
    asked = json.load(sys.stdin)
    with psycopg.connect(asked["url"], autocommit=True) as line:
        for tickets, messages in chunks(asked["shares"]):
            for table, columns, lines in (
                ("tickets_ticket", TICKET, tickets),
                ("tickets_message", MESSAGE, messages),
            ):
                with line.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
