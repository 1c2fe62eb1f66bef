"""Tables of customers, requesters and products: load, look, import, and fetch what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.requests import MemberRequest
from accounts.services.records import remove
from core.filenames import clean_filename
from imports.columns import matched
from imports.forms import LIMITS, NAMES, TROUBLES, ColumnsForm, LoadForm
from imports.models import LoadedTable
from imports.services.tables import Outcome, Plan, PlannedRow, carry_out, load, plan
from imports.tables import MOST_BYTES, NoTable, read_table

EARLIER = 50
SHOWN = 20
MOST_REFUSED = 200
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def tables(request: MemberRequest) -> HttpResponse:
    """Load a file; below it, those that were loaded before."""
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = load(
                form.cleaned_data["kind"],
                clean_filename(file.name, "table.csv"),
                file.read(MOST_BYTES + 1),
                member=request.membership,
                by=request.actor,
            )
            return redirect("imports:table", row.pk)
        except NoTable as error:
            form.add_error("file", str(TROUBLES[error.trouble]) % {**LIMITS, "line": error.line})
    earlier = LoadedTable.objects.defer("content").select_related("member__user").order_by("-loaded_at", "-pk")
    context = {"form": form, "earlier": earlier[:EARLIER]}
    return render(request, "imports/tables.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def table(request: MemberRequest, pk: int) -> HttpResponse:
    """What a loaded file would do, with the columns as they are chosen; a POST does it."""
    row = get_object_or_404(LoadedTable.objects.select_related("member__user"), pk=pk)
    if row.imported_at:
        return render(request, "imports/report.html", {"row": row})
    read = read_table(bytes(row.content))
    guessed = matched(row.kind, read.head)
    asked = request.POST if request.method == "POST" else request.GET
    chosen = request.method == "POST" or any(name in asked for name in guessed)
    form = ColumnsForm(asked if chosen else guessed, kind=row.kind, head=read.head)
    columns = form.columns if form.is_valid() else guessed
    office = request.membership.office
    if request.method == "POST" and form.is_valid():
        done = carry_out(row, columns, office=office, by=request.actor)
        if done is None or not done.missing:
            messages.success(request, _("Imported"))
            return redirect("imports:table", row.pk)
    preview = Preview.of(plan(row.kind, read, columns, office))
    context = {"row": row, "form": form, "preview": preview, "encoding": ENCODINGS[read.encoding]}
    return render(request, "imports/preview.html", context, status=422 if request.method == "POST" else 200)


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan as people look at it: its counts, its first rows, and what is refused with the reasons."""

    counts: Mapping[str, int]
    total: int
    missing: list[str]
    columns: list[str]
    rows: list[tuple[int, str, list[str]]]
    refused: list[tuple[int, str, str]]
    more_refused: int
    delimiter: str

    @classmethod
    def of(cls, planned: Plan) -> "Preview":
        shown = [name for name, place in planned.columns.items() if place >= 0]
        refused = [row for row in planned.rows if row.outcome == Outcome.REFUSED]
        return cls(
            counts={outcome.value: planned.counts[outcome.value] for outcome in Outcome},
            total=len(planned.rows),
            missing=[str(NAMES[name]) for name in planned.missing],
            columns=[str(NAMES[name]) for name in shown],
            rows=[
                (row.line, row.outcome.value, [row.cells[name][:80] for name in shown]) for row in planned.rows[:SHOWN]
            ],
            refused=[
                (row.line, " · ".join(filter(None, row.raw))[:120], row.reason) for row in refused[:MOST_REFUSED]
            ],
            more_refused=max(0, len(refused) - MOST_REFUSED),
            delimiter=planned.table.delimiter,
        )

    @property
    def does_something(self) -> bool:
        return bool(self.counts["new"] or self.counts["changed"])


def _said(row: PlannedRow) -> str:
    return " · ".join(filter(None, row.raw))[:120]


@require_GET
@role_required(Role.ADMIN)
def refused(request: MemberRequest, pk: int) -> HttpResponse:
    """The refused rows with their reasons, as a file."""
    row = get_object_or_404(LoadedTable.objects.exclude(imported_at=None), pk=pk)
    name = clean_filename(f"{row.file_name.removesuffix('.csv')}-{_('refused')}.csv")
    response = HttpResponse(bytes(row.content), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@require_POST
@role_required(Role.ADMIN)
def remove_table(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a loaded file; what was imported of it stays."""
    row = get_object_or_404(LoadedTable, pk=pk)
    remove(row, by=request.actor, name="table")
    messages.success(request, _("Removed"))
    return redirect("imports:tables")
