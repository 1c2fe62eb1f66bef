"""Acknowledgements under attack: nobody can have the desk flood a victim, carry words to one, or answer forever."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.actors import SYSTEM
from accounts.scope import tenant_scope
from mailintake.models import InboundMessage
from outbox.delivery import envelope
from outbox.enums import MailState, Purpose
from outbox.models import MailTemplate, OutgoingMail
from outbox.services.limits import A_DAY, AN_HOUR
from outbox.words import VARIABLES
from tests.conftest import Cast
from tests.mailintake.post import arrive, open_box, write
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.people import requester_for

BAIT = "CHEAP-PILLS-at-https://evil.example"
VICTIM = "victim.person@gmail.com"
# A flood takes a little more than a day, so that a second day's share begins; in full it is a thousand mails.
FLOODED = timedelta(hours=25)
SIZES = pytest.mark.parametrize("size", [200, pytest.param(1_000, marks=pytest.mark.prove)], ids=["part", "full"])
FORMS = ("{0}", "Victim.Person+{1}@gmail.com", "v.i.c.t.i.m.p.e.r.s.o.n@gmail.com", '"x" <VICTIM.PERSON@GMAIL.COM>')


def acknowledgements(cast: Cast) -> list[OutgoingMail]:
    with cast.scope():
        return list(OutgoingMail.objects.filter(purpose=Purpose.ACKNOWLEDGEMENT).order_by("queued_at", "pk"))


def matter(cast: Cast, email: str, **more: Any) -> Matter:
    requester = requester_for(email, BAIT, customer=None, queue=cast.desk.queue)
    facts: dict[str, Any] = {
        "title": BAIT,
        "queue": cast.desk.queue,
        "requester": requester,
        "written": Written(text=BAIT, mail_id="first@evil.example"),
        "channel": Channel.MAIL,
        "received_at": datetime.now(UTC),
    }
    return Matter(**facts | more)


@pytest.mark.django_db
@SIZES
def test_a_flood_of_mails_in_a_victims_name_makes_one_an_hour_and_three_a_day(
    acme: Cast, record_property: Callable[[str, object], None], size: int
) -> None:
    open_box(acme)
    start, gap = datetime(2026, 11, 2, 8, 0, tzinfo=UTC), FLOODED / size
    with time_machine.travel(start) as clock:
        for sent in range(size):
            form = FORMS[sent % len(FORMS)].format(VICTIM, sent)
            arrive(acme, write(sender=form, subject=f"{BAIT} {sent}", text=f"{BAIT} {sent}\n"))
            clock.shift(gap)

    mails = acknowledgements(acme)
    with acme.scope():
        assert Ticket.objects.count() == size
    times = [mail.queued_at for mail in mails]
    record_property(
        "told", f"{size} mails in {FLOODED}: {len(mails)} acknowledgements, {[f'{at:%d %H:%M}' for at in times]}"
    )
    assert len(mails) >= A_DAY
    for at in times:
        within = [other - at for other in times if other >= at]
        assert sum(span < timedelta(hours=1) for span in within) <= AN_HOUR
        assert sum(span < timedelta(days=1) for span in within) <= A_DAY
    assert len([at for at in times if at - start < timedelta(days=1)]) == A_DAY
    assert all(BAIT not in mail.subject + mail.text + mail.html + mail.from_name for mail in mails)


@pytest.mark.django_db
@SIZES
def test_many_victims_get_one_mail_each_without_a_word_of_the_attackers(
    acme: Cast, record_property: Callable[[str, object], None], size: int
) -> None:
    victims = [f"victim{number}@elsewhere.example" for number in range(size)]
    with acme.scope():
        for victim in [*victims, victims[1]]:
            open_ticket(matter(acme, victim), by=SYSTEM)
        mails = list(OutgoingMail.objects.select_related("tenant"))
        raws = [envelope(mail, mail.to).content.decode() for mail in mails]

    record_property("told", f"{size} victims, one of them twice: {len(mails)} mails")
    assert sorted(mail.to[0] for mail in mails) == sorted(victims)
    for mail, raw in zip(mails, raws, strict=True):
        assert "evil.example" not in re.sub(r"(?m)^(In-Reply-To|References): .*\r\n", "", raw)
        assert "PILLS" not in mail.text + mail.html + mail.subject
        assert mail.cc == []


@pytest.mark.django_db
def test_a_tenants_own_words_repeat_nothing_of_an_unproven_sender(acme: Cast) -> None:
    text = " ".join(f"{{{{{name}}}}}" for name in VARIABLES[Purpose.ACKNOWLEDGEMENT])
    with acme.scope():
        for language in ("en", "fi"):
            MailTemplate.objects.create(purpose="acknowledgement", language=language, subject=text[:200], body=text)
        open_ticket(matter(acme, "a@elsewhere.example"), by=SYSTEM)
        open_ticket(matter(acme, "b@elsewhere.example", proven=True), by=SYSTEM)
        open_ticket(matter(acme, "c@elsewhere.example"), by=acme.actor("aino"))

    unproven, proven, deliberate = acknowledgements(acme)
    assert BAIT not in unproven.subject + unproven.text + unproven.html
    assert "a@elsewhere.example" in unproven.text
    for mail in (proven, deliberate):
        assert BAIT in mail.subject
        assert mail.text.count(BAIT) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_two_mails_of_one_sender_answer_one(acme: Cast) -> None:
    done = threading.Event()

    def second() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE vaste_app")
            with tenant_scope(acme.tenant.pk):
                open_ticket(matter(acme, "one@elsewhere.example"), by=SYSTEM)
        finally:
            connection.close()
            done.set()

    other = threading.Thread(target=second)
    with acme.scope():
        requester_for("one@elsewhere.example", "One", customer=None, queue=acme.desk.queue)
    with acme.scope():
        open_ticket(matter(acme, "one@elsewhere.example"), by=SYSTEM)
        other.start()
        time.sleep(0.3)
        assert not done.is_set()
    other.join()

    with acme.scope():
        assert Ticket.objects.count() == 2
    assert len(acknowledgements(acme)) == 1


STRIPPED = rb"(?im)^(auto-submitted|x-auto-response-suppress|x-vaste-tenant|precedence|in-reply-to|references): .*\r\n"


def as_is(raw: bytes) -> bytes:
    return raw


def stripped(raw: bytes) -> bytes:
    """As a gateway leaves it that takes every mark away by which a program is known."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    head = re.sub(STRIPPED, b"", re.sub(rb"\r\n[ \t]+", b" ", head) + b"\r\n").rstrip()
    head = re.sub(rb"(?m)^Reply-To: .*\r?\n?", b"", head)
    head = re.sub(rb"(?m)^(Subject: )(.*\] )?", rb"\1", head)
    number = str(time.monotonic_ns()).encode()
    return re.sub(rb"(?m)^Message-ID: .*$", b"Message-ID: <" + number + b"@gateway.example>", head) + gap + body


@pytest.mark.django_db
@pytest.mark.parametrize(("gateway", "answers"), [(as_is, 1), (stripped, 2)])
def test_two_desks_that_answer_each_other_for_ten_minutes_stop(
    acme: Cast, globex: Cast, gateway: Any, answers: int
) -> None:
    for cast in (acme, globex):
        open_box(cast)
    first = write(sender="support@globex.example", subject="Hello", text="Is anybody there?\n")
    with time_machine.travel(datetime(2026, 11, 2, 8, 0, tzinfo=UTC)) as clock:
        arrive(acme, first)
        for _ in range(60):
            clock.shift(timedelta(seconds=10))
            if not exchange(acme, globex, gateway) + exchange(globex, acme, gateway):
                break
        else:
            pytest.fail("They still write to each other.")

    assert len(acknowledgements(acme)) + len(acknowledgements(globex)) == answers
    with acme.scope():
        assert not OutgoingMail.objects.filter(automatic=True).exclude(purpose=Purpose.ACKNOWLEDGEMENT).exists()


def exchange(sender: Cast, receiver: Cast, gateway: Any) -> int:
    """Hand what waits in one desk's outbox to the other's mailbox; how many mails that were."""
    address = f"support@{receiver.tenant.slug}.example"
    with sender.scope():
        waiting = [mail for mail in OutgoingMail.objects.filter(state=MailState.QUEUED) if address in mail.to]
        raws = [gateway(envelope(mail, mail.to).content) for mail in waiting]
        OutgoingMail.objects.filter(pk__in=[mail.pk for mail in waiting]).update(state=MailState.SENT)
    for raw in raws:
        assert message_from_bytes(raw, policy=modern)["Message-ID"]
        arrive(receiver, raw)
    with receiver.scope():
        assert InboundMessage.objects.exists() or not raws
    return len(raws)
