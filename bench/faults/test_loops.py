"""X21: two desks that answer each other, and mailing lists that hand on what they get under a name of their own.

Whatever would tell an automatic mail is taken off on the way, as careless servers and lists do; what is left to end a
loop is the count of answers. The clock is moved for ten minutes, and then for the rest of a day.
"""

import random
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Customer, CustomerDomain, Requester, RequesterAddress
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.tasks import send
from tests.conftest import Cast
from tests.e2e.parts import MailSink
from tests.flows.mails import mail
from tests.mailintake.post import open_box

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.usefixtures("our_server")]
STEP = timedelta(seconds=10)
MOST_AN_HOUR = 10
# What says that a mail is automatic, from a list, or ours.
TELLTALES = re.compile(r"auto-submitted|precedence|list-|x-auto|x-loop|x-vaste|feedback-id", re.IGNORECASE)
Tell = Callable[[str, Any], None]


def stripped(raw: bytes, *, keeps: bool) -> EmailMessage:
    """A mail as a server hands it on, with or without what says that it is automatic."""
    given: EmailMessage = message_from_bytes(raw, policy=policy.default)  # type: ignore[assignment]  # what the policy makes
    if not keeps:
        for name in {name for name in given if TELLTALES.match(name)}:
            del given[name]
    return given


@dataclass
class Exchange:
    """The mail servers between the desks, and the lists."""

    desks: dict[str, Cast]
    sink: MailSink
    keeps: bool
    # Addresses of lists, each with those who get what is sent there.
    lists: dict[str, list[str]] = field(default_factory=dict)
    handed_on: int = 0
    carried: int = 0

    def deliver(self, raw: bytes, sender: str, to: str) -> None:
        """To a desk, into whose mailbox it goes; to a list, which sends it on; or to nobody we know."""
        self.carried += 1
        if to in self.lists:
            for each in self.lists[to]:
                self.deliver(self.rewritten(raw, to), to, each)
        elif cast := self.desks.get(re.sub(r"\+[^@]*", "", to)):
            with cast.scope():
                source = f"smtp:{cast.tenant.slug}:{self.carried}"
                store_raw(
                    Mailbox.objects.get(),
                    source=source,
                    raw=raw,
                    received_at=timezone.now(),
                    sender=sender,
                    recipient=to,
                )

    def rewritten(self, raw: bytes, address: str) -> bytes:
        """As from the list itself, under another Message-ID, with its own line below."""
        given = stripped(raw, keeps=self.keeps)
        for name in ("From", "To", "Message-ID", "Reply-To", "In-Reply-To", "References"):
            del given[name]
        self.handed_on += 1
        given["From"], given["To"] = f"The list <{address}>", address
        given["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
        if self.keeps:
            given["List-Id"] = f"<{address.replace('@', '.')}>"
        text = given.get_body(("plain",))
        if text is not None:
            text.set_content(f"{text.get_content()}\n-- \nPost {self.handed_on} of {address}\n")
        return bytes(given)

    def work(self) -> None:
        """What the workers of all desks do with what has come, and what then leaves."""
        for cast in self.desks.values():
            with cast.scope():
                rows = InboundMessage.objects.filter(state=InboundState.RECEIVED)
                mails = OutgoingMail.objects.filter(state=MailState.QUEUED, due_at__lte=timezone.now())
                waiting, leaving = [*rows.values_list("pk", flat=True)], [*mails.values_list("pk", flat=True)]
            for pk in waiting:
                process(cast.tenant.pk, pk)
            for pk in leaving:
                send(cast.tenant.pk, pk)
        sent = deque(self.sink.received)
        self.sink.received.clear()
        for each in sent:
            for to in each.recipients:
                self.deliver(bytes(stripped(each.content, keeps=self.keeps)), each.sender, to)


def answers(casts: list[Cast]) -> list[tuple[str, str, datetime]]:
    """(from, to, when) of each automatic mail that has left."""
    found = []
    for cast in casts:
        with cast.scope():
            rows = OutgoingMail.objects.filter(state=MailState.SENT, automatic=True)
            found += [(row.from_address, to, row.sent_at) for row in rows for to in row.to]
    return found


def most_an_hour(found: list[tuple[str, str, datetime]]) -> int:
    """Of any address, the most that it got within any one hour."""
    return max(
        (
            sum(other == to and at <= later < at + timedelta(hours=1) for _, other, later in found)
            for _, to, at in found
        ),
        default=0,
    )


def befriend(cast: Cast, address: str) -> None:
    """Make an address a known requester of a customer."""
    with cast.scope():
        customer = Customer.objects.create(name=address, country="FI", office=cast.office, language="en")
        CustomerDomain.objects.create(customer=customer, domain=address.rpartition("@")[2])
        requester = Requester.objects.create(name="Desk", customer=customer, language="en")
        RequesterAddress.objects.create(requester=requester, email=address)


@pytest.fixture
def desks(acme: Cast, globex: Cast) -> dict[str, Cast]:
    """Two desks, which open tickets at once and acknowledge them; each is the other's customer."""
    found = {f"support@{cast.tenant.slug}.example": cast for cast in (acme, globex)}
    for address, cast in found.items():
        open_box(cast)
        befriend(cast, next(other for other in found if other != address))
    return found


def run(exchange: Exchange, traveller: time_machine.Traveller, span: timedelta, step: timedelta) -> None:
    end = timezone.now() + span
    while timezone.now() < end:
        exchange.work()
        traveller.shift(step)


@pytest.mark.parametrize("keeps", [True, False], ids=["as sent", "stripped"])
def test_two_desks_answer_each_other(
    desks: dict[str, Cast], mail_sink: MailSink, chance: random.Random, tell: Tell, keeps: bool
) -> None:
    (ours, acme), (theirs, globex) = desks.items()
    exchange = Exchange(desks, mail_sink, keeps)
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False) as traveller:
        for number in range(20):
            sender, to = chance.choice([(ours, theirs), (theirs, ours)])
            exchange.deliver(mail(sender=sender, to=to, subject=f"Hello {number}", text="Please look.\n"), sender, to)
        run(exchange, traveller, timedelta(minutes=10), STEP)
        ten_minutes = len(answers([acme, globex]))
        run(exchange, traveller, timedelta(hours=24), timedelta(minutes=30))
    found = answers([acme, globex])

    told = "as sent" if keeps else "stripped of all that marks them"
    tell(
        "X21",
        f"two desks, mails {told}: {ten_minutes} automatic answers in ten minutes, {most_an_hour(found)} per address "
        f"and hour at most, {len(found)} in a day; {exchange.carried} mails carried",
    )
    assert found
    assert ten_minutes <= MOST_AN_HOUR
    assert most_an_hour(found) <= MOST_AN_HOUR


@pytest.mark.parametrize("keeps", [True, False], ids=["as sent", "stripped"])
def test_three_lists_hand_on_our_answers(desks: dict[str, Cast], mail_sink: MailSink, tell: Tell, keeps: bool) -> None:
    """Each list has both desks among those who get its mail, so an answer to it comes back from it."""
    casts = [*desks.values()]
    lists = {f"list{number}@lists{number}.example": [*desks] for number in range(3)}
    exchange = Exchange(desks, mail_sink, keeps, lists)
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False) as traveller:
        for number, address in enumerate([*lists] * 5):
            sender = f"member{number}@paperi-acme.example"
            exchange.deliver(mail(sender=sender, to=address, subject=f"Post {number}", text="Hi.\n"), sender, address)
        run(exchange, traveller, timedelta(minutes=10), STEP)
        ten_minutes = most_an_hour(answers(casts))
        run(exchange, traveller, timedelta(hours=24), timedelta(minutes=30))
    found = answers(casts)

    per_list = Counter(to for _, to, _ in found)
    told = "as sent" if keeps else "stripped of all that marks them"
    tell(
        "X21",
        f"3 lists that write their own From, mails {told}: {ten_minutes} automatic answers per address in ten "
        f"minutes, {most_an_hour(found)} per address and hour at most, {max(per_list.values(), default=0)} in a day; "
        f"{exchange.handed_on} posts handed on",
    )
    assert exchange.handed_on >= 30
    assert most_an_hour(found) <= MOST_AN_HOUR
