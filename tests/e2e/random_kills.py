"""X01: mail for several tenants and mailboxes arrives while the workers are killed at random times.

The ledger at the end knows each mail by its number: one ticket, one message, at least one receipt, every receipt in a
final state, and no acknowledgement more often than the kills allow.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from outbox.enums import MailState
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, pass_time
from tests.e2e.parts import HOST, PASSWORD, Dovecot, Installation, MailSink, Process
from tickets.models import Message

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much happens: mails, and kills of the whole worker at random times among them."""

    mails: int
    kills: int
    seed: int
    drain_seconds: int


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of a tenant."""

    cast: Cast
    email: str


def addresses(casts: list[Cast], dovecot: Dovecot, count: int) -> list[Address]:
    """So many mailboxes, dealt out to the tenants; each opens tickets at once."""
    found = []
    for number in range(count):
        cast = casts[number % len(casts)]
        email = f"desk{number}@{cast.tenant.slug}.example"
        dovecot.add_user(email)
        with cast.scope():
            box = Mailbox(address=email, queue=cast.desk.queue, mode="open", host=HOST, port=dovecot.port)
            box.security, box.username, box.password = "none", email, PASSWORD
            box.save()
        found.append(Address(cast, email))
    return found


class Post(threading.Thread):
    """Delivers numbered mails to the mailboxes, and odd ones of the corpus between them, as LMTP takes them."""

    def __init__(self, plan: Plan, boxes: list[Address], dovecot: Dovecot, corpus: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.plan, self.boxes, self.dovecot, self.corpus = plan, boxes, dovecot, corpus
        self.numbers: dict[str, set[int]] = {box.cast.tenant.slug: set() for box in boxes}
        self.odd: Counter[str] = Counter()

    def run(self) -> None:
        chance = random.Random(self.plan.seed)  # noqa: S311  # a test's dice
        for number in range(1, self.plan.mails + 1):
            box = self.boxes[number % len(self.boxes)]
            slug = box.cast.tenant.slug
            if self.corpus and chance.random() < 0.2:
                self.dovecot.deliver(box.email, chance.choice(self.corpus))
                self.odd[slug] += 1
            else:
                self.dovecot.deliver(box.email, numbered(number, to=box.email))
                self.numbers[slug].add(number)


def run(plan: Plan, post: Post, place: Installation, say: Say) -> None:
    """Fetch while the post delivers, kill, and then drain; says how it went."""
    chance = random.Random(plan.seed + 1)  # noqa: S311  # a test's dice
    boxes = post.boxes
    casts = list({box.cast.tenant.slug: box.cast for box in boxes}.values())
    workers = start(place)
    post.start()
    for _ in range(plan.kills):
        until = time.monotonic() + chance.uniform(0.3, 4.0)
        while time.monotonic() < until:
            sweep(place, casts)
        for worker in workers:
            worker.kill()
        workers = start(place)
    post.join()
    began = time.monotonic()
    while not all(drained(cast) for cast in casts) or not delivered(boxes, post):
        sweep(place, casts)
        assert time.monotonic() - began < plan.drain_seconds, [state_of(cast, post) for cast in casts]
    say(
        f"X01 seed {plan.seed}: {plan.mails} mails, {len(boxes)} mailboxes, {len(casts)} tenants, {plan.kills} kills; "
        f"drained {time.monotonic() - began:.0f} s after the last"
    )


def start(place: Installation) -> list[Process]:
    """The workers that `make up` has: one for the mails, one that waits for the mailboxes' servers."""
    polling = place.worker(concurrency=8, arguments=("-P", "threads", "-Q", "polling"))
    workers = [place.worker(concurrency=2, arguments=("-X", "polling")), polling]
    place.wait_for(*workers)
    return workers


def sweep(place: Installation, casts: list[Cast]) -> None:
    """What beat asks for, when it does; the minutes of lost claims go by in between."""
    for cast in casts:
        pass_time(cast)
    place.sweep(every=5)
    time.sleep(1)


def drained(cast: Cast) -> bool:
    with cast.scope():
        leaving = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING])
        return not InboundMessage.objects.filter(state=InboundState.RECEIVED).exists() and not leaving.exists()


def state_of(cast: Cast, post: Post) -> tuple[object, ...]:
    """What a tenant still waits for, for whoever reads a failure."""
    slug = cast.tenant.slug
    with cast.scope():
        received = Counter(InboundMessage.objects.values_list("state", "attempts", "error"))
        boxes = list(Mailbox.objects.values_list("address", "last_uid", "trouble", "failure"))
        mails = Counter(OutgoingMail.objects.values_list("state", "error"))
    return slug, len(post.numbers[slug]), post.odd[slug], received, mails, boxes


def delivered(boxes: list[Address], post: Post) -> bool:
    """Whether every mail that was delivered has a receipt."""
    for cast in {box.cast.tenant.slug: box.cast for box in boxes}.values():
        slug = cast.tenant.slug
        with cast.scope():
            if InboundMessage.objects.count() < len(post.numbers[slug]) + post.odd[slug]:
                return False
    return True


def settle_accounts(cast: Cast, post: Post, sink: MailSink, kills: int, say: Say) -> None:
    """The ledger of one tenant."""
    slug, expected = cast.tenant.slug, post.numbers[cast.tenant.slug]
    found = account(cast, expected)
    with cast.scope():
        rows = InboundMessage.objects.count()
        entries = list(InboundMessage.objects.filter(state=InboundState.LINKED).values_list("entry", flat=True))
        written = Message.objects.count()
        sent = set(OutgoingMail.objects.filter(state=MailState.SENT).values_list("message_id", flat=True))
    left = Counter(mail.message_id for mail in sink.received if mail.message_id.strip("<>") in sent)
    doubled = left.total() - len(left)
    say(f"X01 {slug}: {found}; {post.odd[slug]} odd mails, {rows} receipts, {doubled} notifications twice")
    found.assert_exact()
    assert rows == len(expected) + post.odd[slug]
    assert len(left) == len(sent)
    assert doubled <= 2 * kills
    assert len(set(entries)) == len(entries) == written
