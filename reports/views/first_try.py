"""The share of tickets that were complete for billing at the first try."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from billing.access import PRICERS, billing_page
from reports.first_try import rows_of, span_of
from reports.periods import EARLIEST, LATEST


@require_GET
@billing_page(*PRICERS)
def first_try(request: MemberRequest) -> HttpResponse:
    """By team and month, up to the month that is asked for or this one."""
    months = span_of(_asked(request))
    later = (months[-1] + timedelta(days=31 * len(months))).replace(day=1)
    context = {
        "months": months,
        "rows": rows_of(months),
        "earlier": f"{months[0] - timedelta(days=1):%Y-%m}",
        "later": f"{min(later, timezone.localdate()):%Y-%m}" if _month_is_over(months[-1]) else "",
    }
    return render(request, "reports/first_try.html", context)


def _asked(request: HttpRequest) -> date:
    """The month of the address, such as 2026-11; this one where it names none."""
    try:
        day = date.fromisoformat(f"{request.GET.get('last', '')}-01")
    except ValueError:
        return timezone.localdate()
    return day if EARLIEST <= day <= LATEST else timezone.localdate()


def _month_is_over(first: date) -> bool:
    return (first + timedelta(days=31)).replace(day=1) <= timezone.localdate()
