"""What the conversation shows of a message's mail: whether it has arrived, and at whom it has not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from outbox.enums import Fate
from outbox.models import Delivery
from tickets.enums import MessageKind
from tickets.models import Message

LOOKS = {
    Fate.ACCEPTED: ("ok", "check"),
    Fate.LATE: ("warn", "clock"),
    Fate.DELAYED: ("warn", "clock"),
    Fate.UNCERTAIN: ("warn", "clock"),
    Fate.UNKNOWN: ("warn", "alert-circle"),
    Fate.SOFT: ("bad", "alert-triangle"),
    Fate.COMPLAINED: ("bad", "alert-triangle"),
    Fate.REFUSED: ("bad", "alert-triangle"),
    Fate.HARD: ("bad", "alert-triangle"),
}
WORST = list(LOOKS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A receiver who has not simply got the mail: what happened, and the server's own words."""

    address: str
    words: str
    said: str


@dataclass(frozen=True, slots=True)
class DeliveryMark:
    """A message's mail in a chip, and the receivers that something is to be said about."""

    tone: str
    icon: str
    label: str
    detail: str = ""
    troubles: Sequence[Trouble] = ()


def worst_of(deliveries: Iterable[Delivery]) -> Fate | None:
    """The fate that names the whole mail; None while no server has said anything."""
    return max((Fate(delivery.fate) for delivery in deliveries), key=WORST.index, default=None)


def marks_of(messages: Sequence[Message]) -> dict[int, DeliveryMark]:
    """The marks of those messages that a mail carries, by the message's id; one query."""
    sent = {message.pk: message for message in messages if message.kind == MessageKind.REPLY}
    by_mail: dict[int, list[Delivery]] = defaultdict(list)
    ids = [message.outgoing_id for message in sent.values() if message.outgoing_id]
    for delivery in Delivery.objects.filter(mail__in=ids).order_by("pk") if ids else ():
        by_mail[delivery.mail_id].append(delivery)
    marks = {pk: _mark(message, by_mail[message.outgoing_id or 0]) for pk, message in sent.items()}
    return {pk: mark for pk, mark in marks.items() if mark}


def _mark(message: Message, deliveries: Sequence[Delivery]) -> DeliveryMark | None:
    worst = worst_of(deliveries)
    if worst is None:
        return _without_news(message)
    troubles = [
        Trouble(delivery.address, str(delivery.get_fate_display()), delivery.said)
        for delivery in deliveries
        if delivery.fate != Fate.ACCEPTED
    ]
    places = {"count": len(troubles), "all": len(deliveries)}
    detail = _("%(count)s of %(all)s") % places if troubles and len(deliveries) > 1 else ""
    return DeliveryMark(*LOOKS[worst], str(worst.label), detail, troubles)


def _without_news(message: Message) -> DeliveryMark | None:
    """No server has said anything: the mail stays on this machine, waits, or left before fates were kept."""
    if message.delivered_at:
        return DeliveryMark(*LOOKS[Fate.ACCEPTED], str(Fate.ACCEPTED.label))
    if message.delivery_error:
        trouble = Trouble("", str(Fate.REFUSED.label), message.delivery_error)
        return DeliveryMark(*LOOKS[Fate.REFUSED], str(Fate.REFUSED.label), troubles=[trouble])
    return DeliveryMark("mute", "send", _("on its way")) if message.outgoing_id else None
