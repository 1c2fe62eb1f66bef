"""Lists of tickets: all, a queue, unassigned, my own, and what a search finds; and what a list can be asked for."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import may, member_required
from accounts.enums import Role
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from accounts.services import audit
from core.sheets import FORMATS, write
from tickets import listings
from tickets.exporting import sheet_of
from tickets.fields import all_fields, condition_of, field_of
from tickets.listing import free_fields, show
from tickets.listings import LISTS, is_list
from tickets.models import Ticket
from tickets.orders import GROUPS, SORTS
from tickets.own_lists import OwnAsked, own_columns, own_groups, read, written_span
from tickets.rows import COLUMNS, USUAL_COLUMNS, rows_of
from tickets.search import NEWEST, find
from tickets.search_words import examples, trouble_words
from tickets.selection import Condition, Selection, UnknownSelection

# A key of a row is a bigint.
MOST_DIGITS = 19


@require_GET
@member_required
def home(request: MemberRequest) -> HttpResponse:
    """Where one lands: the first steps of an empty workspace, what nobody has, the month end, or one's own work."""
    if request.membership.has_role(Role.ADMIN) and not Ticket.objects.exists():
        return redirect("first_steps")
    if may(request.membership, "tickets.create"):
        return redirect("tickets:unassigned")
    if request.tenant.billing_on and request.membership.roles == [Role.FINANCE]:
        return redirect("billing:desk")
    return redirect("tickets:mine")


@require_GET
@member_required
def every(request: MemberRequest) -> HttpResponse:
    return show(request, listings.every(request))


@require_GET
@member_required
def queue(request: MemberRequest, pk: int) -> HttpResponse:
    return show(request, listings.queue(request, pk))


@require_GET
@member_required
def unassigned(request: MemberRequest) -> HttpResponse:
    return show(request, listings.unassigned(request))


@require_GET
@member_required
def mine(request: MemberRequest) -> HttpResponse:
    return show(request, listings.mine(request))


@require_GET
@member_required
def followed(request: MemberRequest) -> HttpResponse:
    """What the member follows."""
    return show(request, listings.followed(request))


@require_GET
@member_required
def waiting(request: MemberRequest) -> HttpResponse:
    return show(request, listings.waiting(request))


def _place(request: MemberRequest) -> tuple[str, Selection]:
    """The path of the list that the page leads back to, and what it shows now."""
    try:
        selection = read(request.GET, also=("path", "typed", "from", "to"))
    except UnknownSelection as error:
        raise BadRequest(str(error)) from error
    path = request.GET.get("path", "")
    return path if is_list(path) else reverse("tickets:every"), selection


def _form(request: MemberRequest, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """A form that leads back to a list: for a popover, or as a page."""
    return render(request, f"{template}#form" if request.htmx else template, dict(context), status=status)


@require_GET
@member_required
def choose_field(request: MemberRequest) -> HttpResponse:
    """Everything that a list can be asked for."""
    path, selection = _place(request)
    listing = LISTS[resolve(path).view_name](request, **resolve(path).kwargs)
    known = all_fields()
    fields = [(name, known[name].label) for name in free_fields(selection, listing.fixed, known)]
    place = urlencode([("path", path), *selection.pairs])
    return _form(request, "tickets/choose_field.html", {"fields": fields, "path": path, "place": place})


@require_GET
@member_required
def choose(request: MemberRequest, field: str) -> HttpResponse:
    """What one can ask a list for in one field."""
    try:
        asked = field_of(field)
    except UnknownSelection as error:
        raise Http404 from error
    path, selection = _place(request)
    typed, chosen, trouble = request.GET.get("typed", "")[:80], selection.of(field), False
    if isinstance(asked, OwnAsked) and asked.is_range and ends(request):
        try:
            value = written_span(asked, *ends(request))
            return redirect(f"{path}?{selection.having(Condition(field, (value,))).query}")
        except UnknownSelection:
            trouble = True
    context = {
        "field": asked,
        "path": path,
        "kept": [pair for pair in selection.pairs if pair[0] != field and pair != ("not", field)],
        "given": selection.pairs,
        "choices": [
            (value, label, bool(chosen and value in chosen.values))
            for value, label in asked.choices(request.membership, typed)
        ],
        "negated": bool(chosen and chosen.negated),
        "looks": asked.rows is not None and field not in ("status", "queue"),
        "typed": typed,
        "range": asked.own.type if isinstance(asked, OwnAsked) and asked.is_range else "",
        "ends": ends(request),
        "trouble": trouble,
    }
    return _form(request, "tickets/choose.html", context, status=422 if trouble else 200)


def ends(request: MemberRequest) -> tuple[str, ...]:
    """What was typed as the first and the last value of a span; nothing where neither was."""
    typed = request.GET.get("from", "")[:20], request.GET.get("to", "")[:20]
    return typed if any(typed) else ()


@require_GET
@member_required
def arrange(request: MemberRequest) -> HttpResponse:
    """In which order, groups and columns a list shows its tickets."""
    path, selection = _place(request)
    context = {
        "path": path,
        "address": f"{path}?{selection.query}",
        "kept": [pair for pair in selection.pairs if pair[0] not in ("sort", "group", "column")],
        "sorts": [(name, order.label, name == selection.order) for name, order in SORTS.items()],
        "groups": [(name, order.label, name == selection.group) for name, order in GROUPS.items()]
        + [(name, label, name == selection.group) for name, label in own_groups().items()],
        "columns": [(name, label, name in selection.shown) for name, label in (COLUMNS | own_columns()).items()],
    }
    return _form(request, "tickets/arrange.html", context)


@require_POST
@member_required
def export(request: MemberRequest) -> FileResponse:
    """All that a list shows as a file, which is whole before its first byte leaves."""
    form = request.POST.get("form", "csv")
    if form not in FORMATS:
        raise BadRequest("form")
    try:
        listing, selection = listings.list_at(request, request.POST.get("back") or reverse("tickets:every"))
        tickets = listing.tickets.filter(condition_of(selection, request.membership))
    except UnknownSelection as error:
        raise BadRequest(str(error)) from error
    file, rows = write(sheet_of(listing.title, tickets, selection, request.tenant), form)
    audit.record("tickets.exported", by=request.actor, target=listing.title, rows=rows, asked=selection.query)
    name = f"{listing.title}-{timezone.localdate()}.{form}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[form][0])
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_GET
@member_required
def search(request: MemberRequest) -> HttpResponse:
    """Find by number, address, words or operators; a number goes straight to its ticket, unless it is being typed."""
    typed, before = request.GET.get("q", "").strip(), request.GET.get("before", "")
    after = int(before) if before.isdecimal() and len(before) < MOST_DIGITS else NEWEST
    found = find(typed, tenant=request.tenant, member=request.membership, before=after)
    typing = bool(request.htmx)
    if found.exact is not None and not typing:
        return redirect(found.exact)
    tickets = found.tickets if found.exact is None else [found.exact]
    rows = rows_of(tickets, request.tenant, away=away_for(request.membership))
    context = {
        "typed": typed,
        "rows": rows,
        "groups": [("", rows)],
        "later": "?" + urlencode({"q": typed, "before": found.later}) if found.later else "",
        "first": after == NEWEST,
        "troubles": [trouble_words(trouble) for trouble in found.troubles],
        "examples": examples(),
        "columns": USUAL_COLUMNS,
    }
    return render(request, "tickets/search.html#results" if typing else "tickets/search.html", context)
