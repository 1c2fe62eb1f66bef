"""How fast stored mail becomes tickets, beside what the same mails cost to parse and the bare rows cost to insert.

Real Celery workers on the real broker and database; the rate is taken from the instants that the rows themselves
carry, so that starting the processes does not count. Run by `make bench`; a machine with nothing else to do, please.
"""

import os
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from itertools import cycle

import pytest
from django.db import connection
from django.utils import timezone

from accounts.scope import tenant_scope
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.parsing import parse
from mailintake.services.receiving import PRIORITY, PROCESS
from mailintake.tasks import process
from tests.conftest import APP_ROLE, Cast
from tests.e2e.ledger import open_mailbox
from tests.e2e.parts import Installation, wait_until
from tests.house.conftest import Statements
from tickets.models import Message, Ticket, TicketEvent
from tickets.threads import reply_address

pytestmark = pytest.mark.django_db(transaction=True)

EACH = int(os.environ.get("VASTE_EACH", "400"))
DESK = "support@acme.example"
STATEMENTS = {"plain": 20, "html": 20, "attachment": 20, "reply": 16}
Told = Callable[[str, object], None]
HTML = (
    "<div style='font-family:Calibri'>"
    + "<p>The belt of line <b>3</b> slips, see <a href='https://x.example'>this</a>.</p>" * 12
)


def letter(number: int, kind: str, to: str = DESK, sender: str = "") -> bytes:
    """A mail of a person of their own, of a known company, unless a sender is given."""
    message = EmailMessage()
    message["From"] = f"Person {number} <{sender or f'person{number}@paperi-acme.example'}>"
    message["To"], message["Subject"] = to, f"Matter {number}"
    message["Date"], message["Message-ID"] = format_datetime(timezone.now()), make_msgid(domain="sender.example")
    message.set_content(
        f"Hello,\n\nthe belt of line {number} slips. Please have a look.\n\nBest regards\nPerson {number}\n"
    )
    if kind == "html":
        message.add_alternative(HTML, subtype="html")
    if kind == "attachment":
        message.add_attachment(
            number.to_bytes(4, "big") * 25_600, maintype="image", subtype="jpeg", filename="belt.jpg"
        )
    if kind == "reply":
        message.set_content(
            "It slips again.\n\nOn Mon, 2 Nov 2026 at 08:00, Desk <support@acme.example> wrote:\n> Hello,\n> done.\n"
        )
    return bytes(message)


def letters(cast: Cast, kind: str, start: int, count: int) -> Iterator[bytes]:
    if kind != "reply":
        yield from (letter(number, kind) for number in range(start, start + count))
        return
    with cast.scope():
        tickets = Ticket.objects.order_by("pk").values_list("pk", "requester__addresses__email")[:count]
        asked = cycle(list(tickets))
    for number, (ticket, sender) in zip(range(start, start + count), asked, strict=False):
        yield letter(number, kind, to=reply_address(cast.tenant.pk, ticket, DESK), sender=sender)


def store(cast: Cast, mails: list[bytes]) -> list[int]:
    """The mails as a door has stored them, waiting for a worker."""
    with cast.scope():
        box, start = Mailbox.objects.get(), InboundMessage.objects.count()
        rows = InboundMessage.objects.bulk_create(
            InboundMessage(
                mailbox=box,
                source=f"smtp:{start + n}",
                raw=raw,
                size=len(raw),
                received_at=timezone.now(),
                envelope_to=DESK,
            )
            for n, raw in enumerate(mails)
        )
    return [row.pk for row in rows]


def drain(cast: Cast, place: Installation, ids: list[int], workers: int) -> float:
    """Mails a second of so many worker processes, between the first and the last message that they wrote."""
    for pk in ids:
        place.tasks.send_task(PROCESS, (cast.tenant.pk, pk), priority=PRIORITY, retry=False)
    with cast.scope():
        before = Message.objects.count()
    worker = place.worker(concurrency=workers, arguments=("-l", "WARNING"))  # as `make up` does

    def done() -> bool:
        with cast.scope():
            return not InboundMessage.objects.filter(pk__in=ids, state=InboundState.RECEIVED).exists()

    wait_until(done, seconds=300, every=0.5, what="the workers")  # whoever looks takes time from them
    worker.kill()
    with cast.scope():
        assert Message.objects.count() == before + len(ids)
        kinds = TicketEvent.objects.filter(kind="message").order_by("-pk")[: len(ids)]
        instants = sorted(event.recorded_at for event in kinds)
    return (len(ids) - 1) / (instants[-1] - instants[0]).total_seconds()


def parse_rate(mails: list[bytes]) -> float:
    began = time.perf_counter()
    for raw in mails:
        parse(raw)
    return len(mails) / (time.perf_counter() - began)


def insert_rate(cast: Cast, mails: list[bytes]) -> float:
    """The rows of one ticket each, written by bare SQL in one transaction per mail."""
    columns = (
        "tenant_id, mailbox_id, source, raw, size, received_at, recorded_at, envelope_from, envelope_to, state, "
        "reason, attempts, error, next_attempt_at, message_id, fingerprint, subject, from_name, from_email, "
        "excerpt, proven"
    )
    with cast.scope():
        box = Mailbox.objects.get().pk
        ticket = Ticket.objects.order_by("pk")[0].pk
    began = time.perf_counter()
    for number, raw in enumerate(mails):
        with tenant_scope(cast.tenant.pk), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO mailintake_inboundmessage ({columns}) VALUES (%s, %s, %s, %s, %s, now(), now(), '', '', "
                "'linked', '', 0, '', now(), '', %s, '', '', '', '', false)",
                [cast.tenant.pk, box, f"bare:{time.time_ns()}", raw, len(raw), f"{number}-{time.time_ns()}"],
            )
            for _ in range(4):
                cursor.execute(
                    "INSERT INTO tickets_ticketevent "
                    "(tenant_id, ticket_id, kind, at, recorded_at, actor_kind, actor_name, data) "
                    "VALUES (%s, %s, 'note', now(), now(), 'system', '', '{}')",
                    [cast.tenant.pk, ticket],
                )
            cursor.execute(
                "INSERT INTO tickets_message (tenant_id, ticket_id, kind, author_name, text, quoted, html, at, "
                "mail_id, delivery_error, caution, reply_to, looks_like) "
                "VALUES (%s, %s, 'note', '', %s, '', '', now(), '', '', '', '', '')",
                [cast.tenant.pk, ticket, "bare"],
            )
    return len(mails) / (time.perf_counter() - began)


def live_in(cast: Cast, place: Installation) -> None:
    """Some mails to begin with, and the statistics of them that autovacuum has gathered wherever somebody works."""
    open_mailbox(cast)
    drain(cast, place, store(cast, list(letters(cast, "plain", 0, 100))), 2)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("ANALYZE")
        cursor.execute(f"SET ROLE {APP_ROLE}")


def test_mails_become_tickets(acme: Cast, installation: Installation, record_property: Told) -> None:
    live_in(acme, installation)
    record_property(
        "told",
        f"{'intake, mails a second':24} {'1 worker':>9} {'2 workers':>9} {'parsed':>8} {'inserted':>9} "
        f"{'ratio':>6} {'SQL':>4}",
    )
    start = 200
    for kind, budget in STATEMENTS.items():
        counted = statements(acme, kind, start)
        rates = []
        for workers in (1, 2):
            start += EACH + 10
            rates.append(drain(acme, installation, store(acme, list(letters(acme, kind, start, EACH))), workers))
        sample = list(letters(acme, kind, 90_000, 200))
        parsed, inserted = parse_rate(sample), insert_rate(acme, sample)
        limit = 1 / (1 / parsed + 1 / inserted)
        record_property(
            "told",
            f"{kind:24} {rates[0]:9.1f} {rates[1]:9.1f} {parsed:8.0f} {inserted:9.0f} "
            f"{limit / rates[0]:6.1f} {counted:4}",
        )
        assert counted <= budget


def statements(cast: Cast, kind: str, start: int) -> int:
    """What one mail asks of PostgreSQL, transaction control aside; the second of its kind, so that caches are warm."""
    seen = Statements()
    first, second = store(cast, list(letters(cast, kind, start, 2)))
    process(cast.tenant.pk, first)
    with connection.execute_wrapper(seen):
        process(cast.tenant.pk, second)
    with cast.scope():
        assert InboundMessage.objects.get(pk=second).state == InboundState.LINKED
    return len(seen.counted)


def test_poison_among_good_mails_slows_nobody(acme: Cast, installation: Installation, record_property: Told) -> None:
    """A tenth of the mails is what breaks parsers; the good ones keep their pace."""
    live_in(acme, installation)
    good = list(letters(acme, "plain", 200, EACH))
    alone = drain(acme, installation, store(acme, good), 2)
    poison = [
        b"",
        b"\x00" * 2000,
        b"From: <<<>\r\n" * 4000,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 20_000,
    ]
    mixed = list(letters(acme, "plain", 200 + EACH, EACH))
    bad = [next(source) for source in [cycle(poison)] for _ in range(EACH // 10)]
    ids = store(acme, bad)
    for pk in ids:
        installation.tasks.send_task(PROCESS, (acme.tenant.pk, pk), priority=PRIORITY, retry=False)
    among = drain(acme, installation, store(acme, mixed), 2)

    record_property(
        "told", f"poison: {alone:.1f} mails a second alone, {among:.1f} among {len(bad)} bad ones, {among / alone:.2f}"
    )
    with acme.scope():
        rows = InboundMessage.objects.filter(pk__in=ids).exclude(state=InboundState.RECEIVED)
        assert rows.count() == len(ids)
