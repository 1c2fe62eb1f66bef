"""X10: the mail server refuses, delays, breaks off or falls silent, as the dice fall at each try."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import escape

from outbox import smtp
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.tasks import send
from tests.conftest import Cast
from tests.e2e.parts import MailSink
from tests.outbox.letters import answered_ticket
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.usefixtures("our_server")]
MAILS, TROUBLED = 200, 5
# What the server does at a try: the mail goes later, never, or nobody knows.
LATER = [
    ("RCPT", "451 4.7.1 Greylisted"),
    ("DATA", "452 4.3.1 Disk full"),
    ("MAIL", "421 4.3.2 Busy"),
    ("RCPT", "drop"),
]
NEVER = [("RCPT", "550 5.1.1 No such user"), ("DATA", "554 5.7.1 Refused")]
SILENT = [("DATA", "drop"), ("DATA", "hang")]
Tell = Callable[[str, Any], None]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch, mail_sink: MailSink) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.4)
    mail_sink.hang_seconds = 0.8


class Tries:
    """Sends what is due, with trouble dealt for each of a mail's first tries; keeps what each mail met."""

    def __init__(self, cast: Cast, sink: MailSink, chance: random.Random) -> None:
        self.cast, self.sink, self.chance = cast, sink, chance
        self.met: dict[int, list[tuple[str, str]]] = defaultdict(list)

    def run(self, traveller: time_machine.Traveller) -> None:
        """Until no mail waits any more, from one instant at which one is due to the next."""
        while rows := self.waiting():
            traveller.move_to(max(rows[0].due_at, timezone.now()) + timedelta(seconds=1))
            for row in rows:
                if row.due_at <= timezone.now():
                    self.send(row)

    def waiting(self) -> list[OutgoingMail]:
        with self.cast.scope():
            return list(OutgoingMail.objects.filter(state=MailState.QUEUED).order_by("due_at"))

    def send(self, row: OutgoingMail) -> None:
        self.sink.well()
        trouble = self.deal(row.pk)
        if trouble:
            self.sink.answer(*trouble, times=1)
        send(self.cast.tenant.pk, row.pk)
        if trouble and not self.sink.behaviours[0].times:
            self.met[row.pk].append(trouble)

    def deal(self, pk: int) -> tuple[str, str] | None:
        if len(self.met[pk]) >= TROUBLED:
            return None
        kind: list[tuple[str, str]] = self.chance.choices([[], LATER, NEVER, SILENT], [4, 4, 1, 2])[0]
        return self.chance.choice(kind) if kind else None


@pytest.mark.usefixtures("_impatient")
def test_a_mail_server_by_the_dice(acme: Cast, mail_sink: MailSink, chance: random.Random, tell: Tell) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=10), tick=False) as traveller:
        replies = {message.outgoing_id: (ticket, message) for ticket, message in map(answered_ticket, [acme] * MAILS)}
        tries = Tries(acme, mail_sink, chance)
        tries.run(traveller)

    copies = Counter(mail.message_id.strip("<>") for mail in mail_sink.received)
    with acme.scope():
        mails = {row.pk: row for row in OutgoingMail.objects.filter(pk__in=replies)}
        strangers = set(copies) - {*OutgoingMail.objects.values_list("message_id", flat=True)}
    states = Counter(str(row.state) for row in mails.values())
    twice = [pk for pk, row in mails.items() if copies[row.message_id] > 1]
    kinds = Counter(answer for each in tries.met.values() for _, answer in each)
    seen = [pk for pk, row in mails.items() if row.state == MailState.FAILED and is_shown(acme, *replies[pk])]
    tell(
        "X10",
        f"{MAILS} mails, {kinds.total()} troubles {dict(kinds)}: {dict(states)}, {len(twice)} left twice, each after "
        f"silence; {len(seen)} failures shown on their tickets",
    )
    assert strangers == set()
    assert set(states) == {MailState.SENT, MailState.FAILED}
    assert len(seen) == states[MailState.FAILED]
    for pk, row in mails.items():
        check(row, tries.met[pk], copies[row.message_id])


def check(row: OutgoingMail, met: list[tuple[str, str]], copies: int) -> None:
    """A mail's end follows from what it met."""
    silences, refused = sum(each in SILENT for each in met), any(each in NEVER for each in met)
    given_up = silences > 1
    assert (row.state == MailState.FAILED) == (refused or given_up), (row.state, met)
    assert copies == silences + (row.state == MailState.SENT), met
    assert copies <= 2


def is_shown(cast: Cast, ticket: Ticket, message: Message) -> bool:
    """Whether the ticket's page says in the server's words that the reply has not arrived."""
    with cast.scope():
        message.refresh_from_db()
    page = cast.client("aino").get(f"/tickets/{ticket.number}/").content.decode()
    return bool(message.delivery_error) and escape(message.delivery_error) in page
