"""Calendars: the week, and the special days of a year."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import Office
from accounts.pages import Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from sla.forms import CalendarForm, ProposalForm, SpecialDays
from sla.models import Calendar, Contract, Timer
from sla.services.editing import edit_calendar, edit_holidays
from sla.services.holidays import has_eves, public_holidays, regions
from sla.typed_hours import show_hours
from sla.week import draw_week, weekly_minutes

YEARS_AHEAD = 10


@require_GET
@role_required(Role.ADMIN)
def calendars(request: MemberRequest) -> HttpResponse:
    rows = Calendar.objects.select_related("current", "office")
    listing = Listing(
        title=_("Calendars"),
        about=_("When the clock of a promise runs"),
        columns=[_("Name"), _("A week"), _("Time zone"), _("Office")],
        lines=[_line(row) for row in rows],
        add=(reverse("sla:calendar_add"), _("Add a calendar")),
        more=[(reverse("sla:policies"), _("Promises"))],
    )
    return list_page(request, listing)


def _line(row: Calendar) -> Line:
    hours = _("%(hours)s h a week") % {"hours": weekly_minutes(row.current.weekly) // 60} if row.current else ""
    cells = [hours, row.current.time_zone if row.current else "", row.office.name if row.office else ""]
    return Line(reverse("sla:calendar", args=[row.pk]), row.name, cells)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def calendar(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a calendar by making its next version, or add one."""
    row = get_object_or_404(Calendar.objects.select_related("current"), pk=pk) if pk else None
    initial = {} if row else _like(request.membership.office)
    form = CalendarForm(posted(request), instance=row, initial=initial)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "office", "time_zone")}
        exceptions = row.current.exceptions if row and row.current else {}
        saved = edit_calendar(row, by=request.actor, weekly=form.weekly(), exceptions=exceptions, **values)
        messages.success(request, _("Saved. Open promises keep the hours they were given."))
        return redirect("sla:calendar", saved.pk)
    up = ("sla:calendars", _("Calendars"))
    title = form.initial.get("name") or _("New calendar")
    return form_page(request, form, title=title, up=up, template="sla/calendar.html", **_shown(row))


def _like(office: Office) -> dict[str, Any]:
    return {"office": office.pk, "time_zone": office.time_zone} | {
        f"day{day}": [["08:00", "16:00"]] for day in range(5)
    }


def _shown(row: Calendar | None) -> dict[str, Any]:
    """What the page shows beside the form: the picture, the special days, whom a change concerns."""
    year = timezone.localdate().year
    shown: dict[str, Any] = {"calendar": row, "years": [year, year + 1], "week": [], "affected": None, "special": []}
    if row is None or row.current is None:
        return shown
    contracts = Contract.objects.filter(policy__current__calendar=row)
    affected = {
        "contracts": contracts.count(),
        "customers": contracts.values("customer").distinct().count(),
        "promises": Timer.objects.live().filter(calendar_version__calendar=row).count(),
    }
    today = timezone.localdate().isoformat()
    special = [
        {"date": date.fromisoformat(day), "name": entry["name"], "hours": show_hours(entry["open"])}
        for day, entry in sorted(row.current.exceptions.items())
        if day >= today
    ]
    week = draw_week(row.current.weekly, [str(WEEKDAYS_ABBR[day]) for day in range(7)])
    total = weekly_minutes(row.current.weekly) // 60
    return shown | {"week": week, "total": total, "affected": affected, "special": special[:20]}


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def special_days(request: MemberRequest, pk: int, year: int) -> HttpResponse:
    """The special days of a year: what the country keeps is proposed, a person confirms."""
    row = get_object_or_404(Calendar.objects.select_related("current", "office"), pk=pk)
    if row.current is None or abs(year - timezone.localdate().year) > YEARS_AHEAD:
        raise Http404
    country = (row.office or request.membership.office).country
    whose: dict[str, Any] = {"region": row.region, "eves": row.eves}
    asked = request.POST if request.method == "POST" else request.GET
    proposal = ProposalForm(
        asked if "propose" in asked else None,
        initial=whose,
        regions=regions(country, year),
        has_eves=has_eves(country),
    )
    if proposal.is_valid():
        whose |= proposal.cleaned_data
    lines = _lines(row, year, country, whose)
    days: Any = SpecialDays(posted(request), initial=lines)
    days.year = year
    if days.is_valid():
        edit_holidays(row, year, days.days(), by=request.actor, **whose)
        messages.success(request, _("Saved. Open promises keep the days they were given."))
        return redirect("sla:calendar", row.pk)
    proposed = sum(1 for line in lines if line["proposed"])
    context = {
        "calendar": row,
        "year": year,
        "days": days,
        "proposed": proposed,
        "years": [year - 1, year + 1],
        "proposal": proposal,
        "whose": whose,
    }
    return render(request, "sla/special_days.html", context, status=422 if days.is_bound else 200)


def _lines(row: Calendar, year: int, country: str, whose: dict[str, Any]) -> list[dict[str, Any]]:
    """The year's days in force, and the public holidays that are not among them.

    Where others' holidays are asked for than before, those that only the former ones had are not ticked any more.
    """
    years, language = range(year, year + 1), get_language() or "en"
    known = public_holidays(country, years, language, **whose)
    before = public_holidays(country, years, language, region=row.region, eves=row.eves)
    kept = {day: entry for day, entry in row.current.exceptions.items() if day.startswith(f"{year:04}-")}
    proposed = {day: entry for day, entry in known.items() if day not in kept}
    return [
        {
            "keep": day in known or day not in before,
            "day": day,
            "name": entry["name"],
            "open": entry["open"],
            "proposed": day in proposed,
        }
        for day, entry in sorted((kept | proposed).items())
    ]
