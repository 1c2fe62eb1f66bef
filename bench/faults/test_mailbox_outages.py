"""X06: mailboxes whose servers are away for 1 to 72 hours, in so many ways; the clock is moved, nobody sleeps."""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core import lines
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import LONGEST_PAUSE, poll
from mailintake.tasks import poll_mailboxes, tell_silent_mailboxes
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.e2e.ledger import account, ids_in, numbered
from tests.e2e.parts import HOST, Dovecot, Wire
from tests.e2e.rude_imap import RudeImap
from tests.mailintake.fetching import now, place_all, set_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
BEAT = timedelta(seconds=20)
ALARM = timedelta(minutes=15)
# Hours away. A silent or slow server costs real time at each visit.
HOURS = {"refused": 72, "password": 24, "certificate": 12, "cut": 6, "silent": 3, "slow": 1}
MAILS_EACH, GOOD_MAILS = 12, 60
Tell = Callable[[str, Any], None]


@dataclass
class Box:
    """A mailbox, how it is put out of order and back, and how mail gets into it."""

    cast: Cast
    row: Mailbox
    put: Callable[[bytes], object]
    break_off: Callable[[], object] = lambda: None
    mend: Callable[[], object] = lambda: None
    broken_at: datetime | None = None
    back_at: datetime | None = None
    arrived: dict[int, datetime] = field(default_factory=dict)

    def receive(self, number: int, at: datetime) -> None:
        self.put(numbered(number, to=self.row.address))
        self.arrived[number] = at


class World:
    """Mailboxes, and what will happen to them at which time."""

    def __init__(self, begun: datetime) -> None:
        self.begun = self.now = begun
        self.boxes: dict[int, Box] = {}
        self.plan: list[tuple[datetime, Callable[[datetime], object]]] = []
        self.longest_pause = timedelta(0)

    def at(self, moment: datetime, what: Callable[[datetime], object]) -> None:
        self.plan.append((moment, what))

    def run(self, traveller: time_machine.Traveller) -> None:
        """From one beat at which something is to be done to the next; between them every mailbox is idle."""
        self.plan.sort(key=lambda each: each[0])
        while self.plan or self.due():
            moment = min([*(at for at, _ in self.plan[:1]), *self.due()])
            self.now = max(self.begun + -((self.begun - moment) // BEAT) * BEAT, self.now + BEAT)
            while self.plan and self.plan[0][0] <= self.now:
                at, what = self.plan.pop(0)
                what(at)
            traveller.move_to(self.now)
            poll_mailboxes()
            tell_silent_mailboxes()

    def due(self) -> list[datetime]:
        """When those that fail are asked again."""
        rows = [now(box.cast, box.row) for box in self.boxes.values() if box.broken_at]
        return [row.next_poll_at for row in rows if row.failures]

    def visit(self, tenant_id: int, mailbox_id: int) -> None:
        poll(tenant_id, mailbox_id)
        row = now(self.boxes[mailbox_id].cast, self.boxes[mailbox_id].row)
        if row.failures:
            self.longest_pause = max(self.longest_pause, row.next_poll_at - timezone.now())


@pytest.fixture
def rude() -> Iterator[Callable[[], RudeImap]]:
    """Makes servers that can be told to misbehave."""
    made: list[RudeImap] = []

    def make() -> RudeImap:
        made.append(RudeImap())
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What a dead server costs a poller, in small; and no line of the log for each of a thousand visits."""
    caplog.set_level(logging.ERROR, "mailintake.services.polling")
    monkeypatch.setattr(lines, "SILENCE_SECONDS", 0.5)
    monkeypatch.setattr("mailintake.fetching.imap.STEP_SECONDS", 1)


def broken_boxes(cast: Cast, make: Callable[[], RudeImap], dovecot: Dovecot, patch: pytest.MonkeyPatch) -> list[Box]:
    """One of each kind, in working order still."""
    boxes = []
    for kind in HOURS:
        server, address = make(), f"{kind}@{cast.tenant.slug}.example"
        wire = Wire((HOST, server.port))
        if kind == "certificate":
            dovecot.add_user(address)
            row = set_up(cast, dovecot.tls_port, address, security="tls")
            patch.setenv("SSL_CERT_FILE", str(dovecot.root / "cert.pem"))
            trust = str(dovecot.root / "cert.pem")
            boxes.append(
                Box(
                    cast,
                    row,
                    lambda raw, to=address: dovecot.deliver(to, raw),
                    lambda: patch.delenv("SSL_CERT_FILE"),
                    lambda trust=trust: patch.setenv("SSL_CERT_FILE", trust),
                )
            )
            continue
        row = set_up(cast, wire.port, address)
        breaks, mends = manners(kind, server, wire)
        boxes.append(Box(cast, row, server.put, breaks, mends))
    return boxes


def manners(kind: str, server: RudeImap, wire: Wire) -> tuple[Callable[[], object], Callable[[], object]]:
    """How a server goes wrong, and well again."""
    if kind == "refused":
        return wire.down, wire.up
    name, value = {
        "password": ("refuses", "[AUTHENTICATIONFAILED] Authentication failed."),
        "cut": ("manners", "cut"),
        "silent": ("silent", True),
        "slow": ("manners", "slow"),
    }[kind]
    usual = getattr(server, name)
    return lambda: setattr(server, name, value), lambda: setattr(server, name, usual)


def plan_outage(world: World, box: Box, hours: int, numbers: list[int], chance: random.Random) -> None:
    """Away for so long, while mail arrives on the server all the same."""
    begin = world.begun + timedelta(seconds=chance.randrange(60, 3600))
    end = begin + timedelta(hours=hours)

    def break_off(at: datetime) -> None:
        box.broken_at = at
        box.break_off()

    def mend(at: datetime) -> None:
        box.back_at = at
        box.mend()

    world.at(begin, break_off)
    world.at(end, mend)
    # One at once: a server that gives half a mail, or gives it slowly, works as long as there is none.
    for number, part in zip(numbers, [0.0, *(chance.uniform(0.001, 0.99) for _ in numbers[1:])], strict=True):
        at = begin + (end - begin) * part
        world.at(at, lambda moment, number=number: box.receive(number, moment))
    # Looked at as beat does: fetched just before, and told when the alarm is to come.
    for moment in (begin - BEAT, *(begin + ALARM + beat * BEAT for beat in range(5))):
        world.at(moment, lambda at: None)


def stored_at(cast: Cast) -> dict[int, datetime]:
    """When each numbered mail was stored."""
    with cast.scope():
        rows = InboundMessage.objects.values_list("raw", "recorded_at")
        return {int(number): at for raw, at in rows for number in ids_in(bytes(raw))}


def alarms(cast: Cast, address: str) -> list[datetime]:
    """When the admin was told that a mailbox is silent."""
    with cast.scope():
        mails = OutgoingMail.objects.filter(subject__contains="not coming in", text__contains=address)
        return list(mails.order_by("pk").values_list("queued_at", flat=True))


@pytest.mark.usefixtures("_impatient")
def test_mailboxes_that_are_away_for_days(
    acme: Cast,
    globex: Cast,
    dovecot: Dovecot,
    rude: Callable[[], RudeImap],
    chance: random.Random,
    tell: Tell,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    with time_machine.travel(timezone.now() - timedelta(hours=80)) as traveller:
        world = World(timezone.now())
        broken, good = broken_boxes(acme, rude, dovecot, monkeypatch), []
        for cast in (acme, globex):
            server = rude()
            address = f"well@{cast.tenant.slug}.example"
            good.append(Box(cast, set_up(cast, server.port, address), server.put))
        world.boxes = {box.row.pk: box for box in [*broken, *good]}
        monkeypatch.setattr("mailintake.tasks.poll_mailbox.apply_async", lambda who, **more: world.visit(*who))
        numbers = count(1)
        for box, hours in zip(broken, HOURS.values(), strict=True):
            plan_outage(world, box, hours, list(islice(numbers, MAILS_EACH)), chance)
        for number in islice(numbers, GOOD_MAILS):
            box, at = chance.choice(good), world.begun + timedelta(hours=chance.uniform(0, 73))
            world.at(at, lambda moment, box=box, number=number: box.receive(number, moment))
        world.run(traveller)
        for cast in (acme, globex):
            place_all(cast)

    check(world, broken, good, (acme, globex), tell)


def check(world: World, broken: list[Box], good: list[Box], casts: tuple[Cast, ...], tell: Tell) -> None:
    stored = {number: at for cast in casts for number, at in stored_at(cast).items()}
    delay = max(stored[number] - at for box in good for number, at in box.arrived.items())
    after = {box.row.address: max(stored[number] for number in box.arrived) - box.back_at for box in broken}
    told = [alarms(box.cast, box.row.address) for box in broken]
    waited = [first - box.broken_at for (first, *_), box in zip(told, broken, strict=True)]
    ledgers = [
        account(cast, {number for box in [*broken, *good] if box.cast is cast for number in box.arrived})
        for cast in casts
    ]
    for cast, found in zip(casts, ledgers, strict=True):
        tell("X06", f"{cast.tenant.slug}: {found}")
    tell(
        "X06",
        f"{len(broken)} mailboxes away for {min(HOURS.values())} to {max(HOURS.values())} h: others delayed "
        f"{delay.total_seconds():.0f} s at most, longest pause {world.longest_pause.total_seconds() / 60:.1f} min, "
        f"alarm after {max(waited).total_seconds() / 60:.1f} min, all in "
        f"{max(after.values()).total_seconds() / 60:.1f} min after the return",
    )
    for found in ledgers:
        found.assert_exact()
    assert delay <= timedelta(seconds=60)
    assert world.longest_pause <= LONGEST_PAUSE == timedelta(minutes=15)
    assert max(after.values()) <= LONGEST_PAUSE + BEAT
    assert [len(each) for each in told] == [1] * len(broken)
    assert min(waited) >= ALARM - BEAT
    assert max(waited) <= ALARM + timedelta(minutes=1) + BEAT
    assert all(now(box.cast, box.row).trouble == "" for box in broken)
