"""What a report's files hold: the same figures and the same words as its pages."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Tenant
from core.sheets import Cell, Sheet
from core.templatetags.vaste import full_day
from reports.asked import Asked
from reports.behind import each, late_seconds, open_to
from reports.figures import Figures
from reports.models import Promise
from reports.promises import SHOWS, SIDES, Group, behind, groups
from tickets.metrics import promise_name
from tickets.threads import tag

MINUTE = 60


def notes(asked: Asked) -> list[str]:
    """What the figures mean, on the page and in its files."""
    zone = {"zone": timezone.get_current_timezone_name()}
    return [
        _(
            "A promise counts once, in the period in which it was settled: when it was fulfilled, or when its "
            "deadline passed. Days begin and end at midnight in %(zone)s."
        )
        % zone,
        _(
            "Ever late: the deadline passed before the promise was fulfilled, even if it was moved afterwards. "
            "Kept and ever late add up to promises due. Late in the end: not kept by the moved deadline either."
        ),
        _("A share is rounded to one decimal, and is never 100 % while one promise is missing."),
        _(
            "Median and 90 % within: open hours used by promises that were fulfilled. Time paused: the share of open "
            "hours in which their clocks stood still."
        ),
        _(
            "Paused over 5 days: open promises whose clock stands still since then. They are in no other column "
            "until they are settled."
        ),
        _(
            "Left out: promises that were taken off before they were late, and those that a merged ticket left open, "
            "which go on with the other ticket. Customer, queue and priority are the ticket's present ones."
        ),
    ]


def title_of(asked: Asked, *more: str) -> str:
    """What a file shows, in one line: "Promises kept, 1 Nov to 30 Nov, Paperi Oy"."""
    days = _("%(start)s to %(end)s") % {"start": full_day(asked.period.first), "end": full_day(asked.period.last)}
    return ", ".join([_("Promises kept"), days, *more, *asked.cut.names.values()])


def table(asked: Asked) -> Sheet:
    """The table of figures, with a line for each group, each of its promises, and all together."""
    found = groups(asked.side, asked.period, asked.cut, asked.now)
    columns = [
        str(SIDES[asked.side].label),
        *([] if asked.side == "promise" else [_("Promise")]),
        *(str(SHOWS[show]) for show in ("due", "kept", "late", "unkept")),
        _("Kept, %"),
        _("Median, minutes"),
        _("90 % within, minutes"),
        _("Time paused, %"),
        str(SHOWS["resting"]),
    ]
    return Sheet(columns, _lines(asked.side, found), title_of(asked), notes(asked), get_format("DECIMAL_SEPARATOR"))


def _lines(side: str, found: Sequence[Group]) -> Iterator[Sequence[Cell]]:
    for group in found:
        yield [group.name, *([] if side == "promise" else [_("All promises")]), *_cells(group.total)]
        for metric, figures in group.by_promise.items():
            yield [group.name, promise_name(metric), *_cells(figures)]
    total = sum((group.total for group in found), Figures())
    yield [_("Together"), *([] if side == "promise" else [_("All promises")]), *_cells(total)]


def _cells(figures: Figures) -> list[Cell]:
    return [
        figures.due,
        figures.kept,
        figures.late,
        figures.late_in_the_end,
        _percent(figures.kept_tenths),
        _minutes(figures.median),
        _minutes(figures.ninetieth),
        _percent(figures.paused_tenths),
        figures.resting,
    ]


def _percent(tenths: int | None) -> Decimal | None:
    return None if tenths is None else Decimal(tenths) / 10


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else seconds // MINUTE


def tickets(asked: Asked, tenant: Tenant, reader: Membership) -> Sheet:
    """The promises behind one figure, with their tickets, as far as the reader may open them."""
    columns = [
        _("Ticket"),
        _("Subject"),
        _("Customer"),
        _("Contract"),
        _("Queue"),
        _("Priority"),
        _("Promise"),
        _("Promised, minutes"),
        _("Due"),
        _("Fulfilled"),
        _("Used, minutes"),
        _("Paused, minutes"),
        _("Ever late"),
        _("Late by, minutes"),
    ]
    promises = each(open_to(behind(asked.show, asked.period, asked.cut, asked.now), reader), asked.show)
    title = title_of(asked, str(SHOWS[asked.show]))
    lines = _ticket_lines(promises, tenant, asked.until)
    return Sheet(columns, lines, title, notes(asked), get_format("DECIMAL_SEPARATOR"))


def _ticket_lines(promises: Iterable[Promise], tenant: Tenant, until: datetime) -> Iterator[Sequence[Cell]]:
    for promise in promises:
        ticket = promise.ticket
        yield [
            tag(tenant, ticket.number),
            ticket.title,
            ticket.customer.name if ticket.customer else "",
            promise.contract.number if promise.contract else "",
            ticket.queue.name,
            ticket.get_priority_display(),
            promise_name(promise.metric),
            promise.target_seconds // MINUTE,
            _instant(promise.due_at),
            _instant(promise.fulfilled_at),
            promise.elapsed_seconds // MINUTE,
            promise.paused_seconds // MINUTE,
            _("yes") if promise.late else _("no"),
            late_seconds(promise, until) // MINUTE,
        ]


def _instant(at: datetime | None) -> str:
    """On the reader's clock, in a form that every spreadsheet sorts and none misreads."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
