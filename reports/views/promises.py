"""What was promised and what became of it, the tickets behind each figure, and both as files."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required
from accounts.enums import SEE_EVERY_TICKET, Role
from accounts.requests import MemberRequest
from accounts.services import audit
from core.paging import page_by
from core.sheets import FORMATS, write
from reports import behind as listed
from reports import files, periods
from reports.asked import Asked, asked_of
from reports.lines import MOST, columns, lines_of
from reports.models import Promise
from reports.promises import SHOWS, SIDES, behind, groups

READERS = (Role.ADMIN, Role.LEAD, Role.FINANCE)
BY = {
    "customer": gettext_lazy("By customer"),
    "contract": gettext_lazy("By contract"),
    "queue": gettext_lazy("By queue"),
    "priority": gettext_lazy("By priority"),
    "promise": gettext_lazy("By promise"),
}


@require_GET
@role_required(*READERS)
def promises(request: MemberRequest) -> HttpResponse:
    """The figures of a period from one side."""
    asked = asked_of(request.GET)
    found = groups(asked.side, asked.period, asked.cut, asked.now)
    context = {
        **_frame(asked),
        "sides": [(label, asked.query(by=side), side == asked.side) for side, label in BY.items()],
        "side": SIDES[asked.side].label,
        "columns": columns(),
        "lines": list(lines_of(asked, found)),
        "left_out": max(0, len(found) - MOST),
        "ever": bool(found) or Promise.objects.exists(),
    }
    return render(request, "reports/promises.html", context)


def _frame(asked: Asked) -> dict[str, object]:
    """What both pages show around their rows."""
    names = [(label, asked.query(period=name, first="", last=""), name) for name, label in periods.NAMES.items()]
    return {
        "asked": asked,
        "periods": [(label, query, name == asked.period.name) for label, query, name in names],
        "dates": asked.dates,
        "cuts": [(SIDES[side].label, name, asked.query(**{side: ""})) for side, name in asked.cut.names.items()],
        "notes": files.notes(asked),
    }


@require_GET
@role_required(*READERS)
def tickets(request: MemberRequest) -> HttpResponse:
    """The promises that one figure counts, the latest first."""
    asked = asked_of(request.GET)
    rows = listed.open_to(behind(asked.show, asked.period, asked.cut, asked.now), request.membership)
    page = page_by(rows.prefetch_related(*listed.SHOWN), listed.order_of(asked.show), request.GET, newest_first=True)
    context = {
        **_frame(asked),
        "title": SHOWS[asked.show],
        "rows": listed.rows_of(page.rows, request.tenant, until=asked.until, now=asked.now),
        "page": page,
        "some": not request.membership.has_role(*SEE_EVERY_TICKET),
    }
    return render(request, "reports/behind.html", context)


@require_POST
@role_required(*READERS)
def export(request: MemberRequest) -> FileResponse:
    """The table or the tickets as a file, which is whole before its first byte leaves."""
    asked = asked_of(request.GET)
    what, _dot, form = request.POST.get("file", "table.csv").partition(".")
    if what not in ("table", "tickets") or form not in FORMATS:
        raise Http404
    sheet = files.table(asked) if what == "table" else files.tickets(asked, request.tenant, request.membership)
    file, rows = write(sheet, form)
    name = (
        f"{_('promises')}-{asked.period.first}-{asked.period.last}{'' if what == 'table' else f'-{asked.show}'}.{form}"
    )
    audit.record("report.exported", by=request.actor, target=name, rows=rows, asked=asked.query())
    response = FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[form][0])
    response.headers["Cache-Control"] = "no-store, private"
    return response
