"""From a search that was read to conditions over tickets; lists narrow by the same ones.

Names are looked up among the tenant's own rows. A value that means nothing here becomes a trouble, and the search then
finds nothing rather than more than was asked for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils import timezone, translation

from accounts.models import Customer, Membership, Requester, RequesterAddress
from sla.enums import Priority
from tickets.enums import FINISHED, UNFINISHED, Kind, StatusClass
from tickets.models import Attachment, Queue, Status
from tickets.searching import Filter, Operator, Query, Trouble, TroubleKind

# Of one name that is looked for; whoever means more of them says more of the name.
MOST_NAMES = 500
ME = frozenset({"me", "minä"})
NOBODY = frozenset({"nobody", "none", "ei kukaan", "eikukaan", "kukaan"})
WAITING = (StatusClass.WAITING_REQUESTER, StatusClass.WAITING_THIRD_PARTY)
GROUPS: dict[str, Iterable[str]] = {
    "open": UNFINISHED,
    "avoin": UNFINISHED,
    "unfinished": UNFINISHED,
    "finished": FINISHED,
    "valmis": FINISHED,
    "waiting": WAITING,
    "odottaa": WAITING,
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What tickets have to be; `troubles` name the operators whose values mean nothing here."""

    q: Q = field(default_factory=Q)
    troubles: tuple[Trouble, ...] = ()


def conditions(query: Query, *, member: Membership) -> Conditions:
    """The operators of a search as one condition over Ticket, in the tenant in scope, days in the active time zone.

    Asks for names with at most one query each. Words are not part of it: tickets.search looks for those.
    """
    whole, troubles = Q(), []
    for asked in query.filters:
        found = condition(asked, member=member)
        if found is None:
            troubles.append(Trouble(TroubleKind.UNKNOWN, asked.typed))
        else:
            whole &= ~found if asked.unwanted else found
    return Conditions(whole, tuple(troubles))


def condition(asked: Filter, *, member: Membership) -> Q | None:
    """One operator's condition; None where its value means nothing here."""
    return _CONDITIONS[asked.operator](asked, member)


def _among(name: str, rows: Any) -> Q | None:
    """Tickets of one of these rows; fetched first, because a join here would be planned as if names were rare."""
    ids = list(rows.order_by().values_list("pk", flat=True)[:MOST_NAMES])
    return Q(**{f"{name}__in": ids}) if ids else None


def _requester(asked: Filter, member: Membership) -> Q | None:
    """By address, or by a part of the name."""
    if "@" not in asked.value:
        return _among("requester", Requester.objects.filter(name__icontains=asked.value))
    known = RequesterAddress.objects.filter(email=asked.value.lower())
    ids = list(known.values_list("requester", flat=True)[:MOST_NAMES])
    return Q(requester__in=ids) if ids else None


def _assignee(asked: Filter, member: Membership) -> Q | None:
    value = asked.value.casefold()
    if value in NOBODY:
        return Q(assignee=None)
    if value in ME:
        return Q(assignee=member)
    return _among("assignee", Membership.objects.filter(user__name__icontains=value))


def _queue(asked: Filter, member: Membership) -> Q | None:
    return _among("queue", Queue.objects.open_to(member).filter(name__icontains=asked.value))


def _status(asked: Filter, member: Membership) -> Q | None:
    """A group, a class by its name in either language, or a status as the tenant calls it."""
    value = asked.value.casefold()
    if value in GROUPS:
        return Q(status_class__in=list(GROUPS[value]))
    if known := _choice("status_class", StatusClass, value):
        return known
    return _among("status", Status.objects.filter(name__icontains=value))


def _choice(name: str, choices: type[TextChoices], value: str) -> Q | None:
    """Of a closed list those that are called so, or begin so, in either language."""
    found = []
    for choice in choices:
        called = {choice.value.casefold()}
        for language in ("en", "fi"):
            with translation.override(language):
                called.add(str(choice.label).casefold())
        if value in called:
            return Q(**{name: choice})
        if any(each.startswith(value) for each in called):
            found.append(choice)
    return Q(**{f"{name}__in": found}) if found else None


def _midnight(asked: Filter) -> datetime:
    if asked.day is None:
        raise ValueError(asked.typed)
    return timezone.make_aware(datetime.combine(asked.day, time.min))


_CONDITIONS: dict[Operator, Callable[[Filter, Membership], Q | None]] = {
    Operator.FROM: _requester,
    Operator.CUSTOMER: lambda asked, _: _among("customer", Customer.objects.filter(name__icontains=asked.value)),
    Operator.STATUS: _status,
    Operator.ASSIGNEE: _assignee,
    Operator.QUEUE: _queue,
    Operator.KIND: lambda asked, _: _choice("kind", Kind, asked.value.casefold()),
    Operator.PRIORITY: lambda asked, _: _choice("priority", Priority, asked.value.casefold()),
    Operator.BEFORE: lambda asked, _: Q(received_at__lt=_midnight(asked)),
    Operator.AFTER: lambda asked, _: Q(received_at__gte=_midnight(asked)),
    Operator.HAS: lambda *_: Q(Exists(Attachment.objects.filter(ticket=OuterRef("pk")))),
}
