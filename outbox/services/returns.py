"""What comes back: reports of mail that did not arrive, that is late, or that its reader called spam.

A report is believed where it quotes a Message-ID of ours: those carry a signature, so that only who has seen the
mail can name it. It marks the mail's receivers and their addresses; whoever listens to `returned` does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import RequesterAddress
from outbox.answers import words
from outbox.enums import Fate, ReportKind
from outbox.models import Delivery, OutgoingMail
from outbox.signals import returned

# What a later report may still change, worst last.
ORDER = (Fate.DELAYED, Fate.UNCERTAIN, Fate.ACCEPTED, Fate.UNKNOWN, Fate.LATE, Fate.COMPLAINED, Fate.SOFT, Fate.HARD)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a report says of one receiver; `status` is the code of RFC 3463, such as 5.1.1, or empty.

    `address` may be empty where the report names nobody, as complaints do.
    """

    address: str
    status: str = ""
    hard: bool = False
    said: str = ""


@transaction.atomic
def take_report(
    message_ids: Sequence[str], about: Sequence[Returned], *, kind: ReportKind, at: datetime | None = None
) -> OutgoingMail | None:
    """Mark the mail that a report quotes, its receivers and their addresses.

    `message_ids` are without brackets. Returns the mail, or None where none of the ids is ours. Idempotent: the same
    report once more changes nothing and tells nobody.
    """
    mail = OutgoingMail.objects.select_for_update().filter(message_id__in=message_ids).order_by("pk").first()
    if mail is None:
        return None
    at = at or timezone.now()
    known = {delivery.address: delivery for delivery in mail.deliveries.all()}
    changed = []
    for one in about or [Returned("")]:
        address = _receiver(mail, one.address)
        if address and _worsen(known.setdefault(address, _unheard(mail, address, at)), kind, one, at):
            changed.append(known[address])
    if changed:
        _mark_addresses(changed)
        returned.send(OutgoingMail, mail=mail, at=at, kind=kind, deliveries=changed)
    return mail


def _unheard(mail: OutgoingMail, address: str, at: datetime) -> Delivery:
    return Delivery(mail=mail, address=address, fate=Fate.DELAYED, at=at)


def _receiver(mail: OutgoingMail, address: str) -> str:
    """Who of the mail's receivers is meant. A mail to one alone is theirs, whichever address it was forwarded to."""
    wanted = address.strip().lower()
    found = next((known for known in mail.receivers if known.lower() == wanted), "")
    return found or (mail.receivers[0] if len(mail.receivers) == 1 else "")


def _worsen(delivery: Delivery, kind: ReportKind, one: Returned, at: datetime) -> bool:
    """Set the fate, unless it is as bad already; says whether it changed."""
    fates = {ReportKind.DELAY: Fate.LATE, ReportKind.COMPLAINT: Fate.COMPLAINED}
    fate = fates.get(kind, Fate.HARD if one.hard else Fate.SOFT)
    before = Fate(delivery.fate)
    if before not in ORDER or ORDER.index(fate) <= ORDER.index(before):
        return False
    delivery.fate, delivery.at = fate, at
    delivery.said = words(one.said if one.status in one.said else f"{one.status} {one.said}")
    delivery.save()
    return True


def _mark_addresses(changed: Sequence[Delivery]) -> None:
    for delivery in changed:
        address = RequesterAddress.objects.filter(email=delivery.address.lower())
        if delivery.fate == Fate.HARD:
            address.filter(undeliverable_since=None).update(
                undeliverable_since=delivery.at, undeliverable_reason=delivery.said
            )
        elif delivery.fate == Fate.COMPLAINED:
            address.filter(complained_at=None).update(complained_at=delivery.at)
