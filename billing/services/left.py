"""What customers read of their pools and of a ticket's cost: for several contracts at once, as of their invoices."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _

from billing import ids, stored_terms
from billing.models import Invoice, InvoiceLine, PoolMove, PrepaidLot, TermsVersion
from billing.rating.terms import Terms
from billing.rating.work import month_of, months_up_to
from billing.services.invoiced import INCLUDED, LOT, not_invoiced
from billing.services.verdicts import State, verdict_of
from billing.showing import money_words, time_words
from billing.versions import Period, periods
from core.templatetags.vaste import full_day
from sla.models import Contract
from tickets.enums import Billing
from tickets.models import Ticket, WorkEntry

Held = list[tuple[Period, Terms]]


def left_in_words(contracts: Iterable[Contract], *, day: date) -> dict[int, list[str]]:
    """By contract with a pool, what invoices have left of it on a day, and how much work no invoice has yet.

    Four statements, however many contracts.
    """
    rows = list(contracts)
    held = _held(rows)
    moved = _moved(rows)
    found: dict[int, list[str]] = {pk: _included(known, moved.get(pk, {}), day) for pk, known in held.items()}
    for lot in PrepaidLot.objects.standing().filter(contract__in=list(held), valid_from__lte=day):
        if lot.expires is None or day <= lot.expires:
            left = lot.minutes + moved.get(lot.contract_id, {}).get((LOT, ids.lot_id(lot.pk)), 0)
            found[lot.contract_id].append(_lot_words(left, lot.expires))
    found = {pk: words for pk, words in found.items() if words}
    for pk, minutes in _since(found):
        found[pk].append(_("%(time)s of work is not invoiced yet.") % {"time": time_words(minutes)})
    return found


def cost_in_words(ticket: Ticket, *, now: datetime) -> list[str]:
    """What a ticket has cost so far; nothing for one whose contract has no price."""
    lines = InvoiceLine.objects.filter(ticket=ticket, invoice__in=Invoice.objects.live())
    sums = list(lines.values_list("invoice__currency").annotate(net=Sum("net")).order_by("invoice__currency"))
    said = [_("Invoiced: %(sum)s without tax.") % {"sum": money_words(net, currency)} for currency, net in sums]
    verdict = verdict_of(ticket, now=now)
    match verdict.state:
        case State.BILLABLE:
            cost = money_words(verdict.net, verdict.currency)
            said.append(_("Not invoiced yet: %(sum)s without tax, for the work so far.") % {"sum": cost})
        case State.COVERED:
            said.append(_("The contract covers the work that is not invoiced yet."))
        case State.UNCLEAR:
            said.append(_("What the latest work costs is not decided yet."))
        case State.NOTHING if not said:
            said.append(_("No work has been logged yet."))
    return said


def _held(rows: Iterable[Contract]) -> dict[int, Held]:
    """By contract with a price, its terms and when they hold."""
    by_pk = {row.pk: row for row in rows}
    versions: dict[int, dict[int, TermsVersion]] = {}
    for version in TermsVersion.objects.filter(contract__in=by_pk):
        versions.setdefault(version.contract_id, {})[version.number] = version
    found: dict[int, Held] = {}
    for pk, own in versions.items():
        starts = [(version.number, version.valid_from) for version in own.values()]
        known = periods(starts, first=by_pk[pk].starts_on, last=by_pk[pk].ends_on)
        found[pk] = [
            (period, stored_terms.read(own[period.number].data, own[period.number].currency)) for period in known
        ]
    return found


def _moved(rows: Iterable[Contract]) -> dict[int, dict[tuple[str, str], int]]:
    """By contract and pool the minutes that invoices took, negative."""
    moves = PoolMove.objects.filter(contract__in=[row.pk for row in rows]).values("contract", "pool", "key")
    found: dict[int, dict[tuple[str, str], int]] = {}
    for move in moves.annotate(sum=Sum("minutes")).order_by():
        found.setdefault(move["contract"], {})[move["pool"], move["key"]] = move["sum"]
    return found


def _included(known: Held, moved: dict[tuple[str, str], int], day: date) -> list[str]:
    """What is left of included minutes that live on a day."""
    today = _of_month(known, month_of(day))
    if today is None or today.included is None or today.included.unlimited or today.included.minutes is None:
        return []
    left = 0
    for month in months_up_to(month_of(day), today.included.rollover_months):
        terms = _of_month(known, month)
        if terms and terms.included:
            left += (terms.included.minutes or 0) + moved.get((INCLUDED, month), 0)
    return [_("%(time)s of included time left this month.") % {"time": time_words(left)}]


def _of_month(known: Held, month: str) -> Terms | None:
    """The first version that holds in a month says what is included, as in `services.inputs`."""
    for period, terms in known:
        if month_of(period.first) <= month and (period.last is None or month <= month_of(period.last)):
            return terms
    return None


def _lot_words(minutes: int, expires: date | None) -> str:
    if expires is None:
        return _("%(time)s of prepaid time left.") % {"time": time_words(minutes)}
    words = {"time": time_words(minutes), "day": full_day(expires)}
    return _("%(time)s of prepaid time left, usable until %(day)s.") % words


def _since(contracts: Iterable[int]) -> list[tuple[int, int]]:
    """Billable minutes that no invoice has, but for tickets that were invoiced elsewhere."""
    priced = TermsVersion.objects.filter(contract=OuterRef("ticket__contract")).order_by("valid_from")
    work = WorkEntry.objects.filter(not_invoiced(), billing=Billing.BILLABLE, ticket__contract__in=list(contracts))
    work = work.annotate(first=Subquery(priced.values("valid_from")[:1]))
    work = work.filter(Q(ticket__resolved_at=None) | Q(ticket__resolved_at__date__gte=F("first")))
    sums = work.values_list("ticket__contract").annotate(sum=Sum("minutes")).order_by()
    return [(pk, minutes) for pk, minutes in sums if minutes]
