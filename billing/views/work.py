"""A ticket's work and what it costs: the verdict beside it, the entries, what the gate misses, who decides."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import may
from accounts.enums import Role
from accounts.pages import posted
from accounts.requests import MemberRequest
from billing.access import PRICERS, billing_page
from billing.forms_work import AddForm, CreditForm, EntryForm, OrderForm, TypedForm
from billing.models import InvoicedEntry, TicketBilling
from billing.services import readiness
from billing.services.inputs import entry_of
from billing.services.invoiced import is_invoiced, not_invoiced
from billing.services.verdicts import Verdict, verdict_of
from billing.showing import missing_words, shown, speech, time_words, verdict_words, work_types
from tickets.access import get_ticket
from tickets.errors import TicketError
from tickets.forms_work import as_typed
from tickets.models import Ticket, WorkEntry, WorkTimer
from tickets.services import work as working
from tickets.threads import tag

CONFLICT, INVALID = 409, 422


def _ticket(request: MemberRequest, number: int) -> Ticket:
    """The ticket, for whoever sees it, and for finance, who see what all tickets cost."""
    if request.membership.has_role(Role.FINANCE):
        found: Ticket = get_object_or_404(Ticket.objects.select_related("requester", "customer"), number=number)
        return found
    return get_ticket(request, number)


def _working(request: MemberRequest, number: int) -> Ticket:
    ticket = _ticket(request, number)
    if not (request.membership.has_role(*PRICERS) or may(request.membership, "tickets.work", ticket)):
        raise PermissionDenied
    return ticket


def _told(request: MemberRequest, verdict: Verdict) -> dict[str, Any]:
    """A verdict in the reader's words; prices only for whoever may see them."""
    prices = request.membership.may_see_prices
    said = speech(verdict.currency, work_types())
    return {
        "verdict": verdict,
        "words": verdict_words(verdict, said, prices=prices),
        "lines": shown(verdict.lines, said, prices=prices),
        "prices": prices,
        "missing": list(dict.fromkeys(missing_words(each) for each in verdict.missing)),
        "unclear": list(dict.fromkeys(missing_words(each) for each in verdict.unclear)),
    }


@require_GET
@billing_page()
def verdict(request: MemberRequest, number: int) -> HttpResponse:
    """The fragment beside the ticket: covered, or billable and why, what is left, what is missing, the clock."""
    ticket = _ticket(request, number)
    page = _told(request, verdict_of(ticket, now=timezone.now()))
    clock = WorkTimer.objects.filter(member=request.membership).select_related("ticket").first()
    page |= {"ticket": ticket, "clock": clock, "works": may(request.membership, "tickets.work", ticket)}
    page["here"] = clock is not None and clock.ticket_id == ticket.pk
    page["elsewhere"] = tag(request.tenant, clock.ticket.number) if clock and not page["here"] else ""
    return render(request, "billing/_verdict.html", page)


@require_POST
@billing_page()
def check(request: MemberRequest, number: int) -> HttpResponse:
    """What the gate would say of the work as it is being typed; keeps nothing."""
    ticket = _working(request, number)
    form = TypedForm(request.POST)
    form.is_valid()
    entry = form.entry(ticket, request.membership)
    typed = entry_of(entry) if entry else None
    found = verdict_of(ticket, now=timezone.now(), typed=typed)
    page = _told(request, found) if typed else {}
    own = [each for each in found.missing if typed and each.ref == typed.id]
    page |= {"typed": typed, "own": list(dict.fromkeys(missing_words(each) for each in own))}
    return render(request, "billing/_check.html", page)


@require_GET
@billing_page()
def work(request: MemberRequest, number: int) -> HttpResponse:
    return _work_page(request, _ticket(request, number))


def _work_page(request: MemberRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    rows = WorkEntry.objects.filter(ticket=ticket).select_related("member__user", "work_type", "approver__user")
    free = set(WorkEntry.objects.filter(not_invoiced(), ticket=ticket).values_list("pk", flat=True))
    said = TicketBilling.objects.filter(ticket=ticket).select_related("approved_by__user").first()
    entries = [
        {
            "row": row,
            "time": time_words(row.minutes),
            "editable": row.pk in free and _may_correct(request, ticket, row),
        }
        for row in rows
    ]
    page = _told(request, verdict_of(ticket, now=timezone.now()))
    page |= {
        "ticket": ticket,
        "back": ticket.get_absolute_url() if may(request.membership, "tickets.view", ticket) else "",
        "number": tag(request.tenant, ticket.number),
        "entries": entries,
        "said": said,
        "works": request.membership.has_role(*PRICERS) or may(request.membership, "tickets.work", ticket),
        "decides": request.membership.has_role(*PRICERS),
        "order": OrderForm(initial={"order_number": said.order_number if said else ""}),
        "credit": CreditForm(initial={"credit": said.credit, "credit_note": said.credit_note} if said else None),
    }
    return render(request, "billing/work.html", page | forms, status=status)


def _may_correct(request: MemberRequest, ticket: Ticket, entry: WorkEntry) -> bool:
    """One's own work while the ticket goes on; leads and finance any, also later."""
    own = entry.member_id == request.membership.pk and not ticket.is_closed
    return own or request.membership.has_role(*PRICERS)


def _entry(request: MemberRequest, pk: int) -> WorkEntry:
    rows = WorkEntry.objects.select_related("ticket__tenant", "work_type", "member__user")
    entry: WorkEntry = get_object_or_404(rows, pk=pk)
    entry.ticket = _ticket(request, entry.ticket.number)
    if not _may_correct(request, entry.ticket, entry):
        raise PermissionDenied
    return entry


@require_http_methods(["GET", "POST"])
@billing_page()
def entry(request: MemberRequest, pk: int) -> HttpResponse:
    """Correct a piece of work that no invoice has yet."""
    row = _entry(request, pk)
    if is_invoiced(row, hold=request.method == "POST"):
        messages.error(request, _("An invoice has this work already. It is corrected by a credit note."))
        return redirect("billing:work", row.ticket.number)
    initial = {"minutes": row.minutes, "work_type": row.work_type_id, **as_typed(row)}
    form = EntryForm(posted(request), initial=initial)
    status = INVALID
    if form.is_valid():
        data = form.cleaned_data
        said = {"minutes": data["minutes"], "work_type": data["work_type"], "details": form.details()}
        try:
            working.correct(row, by=request.actor, **said)
        except TicketError as refusal:
            form.add_error(None, str(refusal))
            status = CONFLICT
        else:
            messages.success(request, _("Saved. The ticket's log keeps what was said before."))
            return redirect("billing:work", row.ticket.number)
    page = {"form": form, "entry": row, "number": tag(request.tenant, row.ticket.number)}
    return render(request, "billing/entry.html", page, status=status if form.errors else 200)


@require_http_methods(["GET", "POST"])
@billing_page(*PRICERS)
def entry_add(request: MemberRequest, number: int) -> HttpResponse:
    """Log work that was forgotten, also on a closed ticket that no invoice has."""
    ticket = _ticket(request, number)
    form = AddForm(posted(request), initial={"member": ticket.assignee_id})
    status = INVALID
    if form.is_valid():
        data = form.cleaned_data
        said = {"minutes": data["minutes"], "work_type": data["work_type"], "details": form.details()}
        try:
            readiness.add_work(ticket, data["member"], by=request.actor, **said)
        except TicketError as refusal:
            form.add_error(None, str(refusal))
            status = CONFLICT
        else:
            messages.success(request, _("Logged. The ticket's log says who added it."))
            return redirect("billing:work", number)
    page = {"form": form, "ticket": ticket, "number": tag(request.tenant, number)}
    return render(request, "billing/entry.html", page, status=status if form.errors else 200)


@require_POST
@billing_page()
def entry_remove(request: MemberRequest, pk: int) -> HttpResponse:
    row = _entry(request, pk)
    if is_invoiced(row, hold=True):
        messages.error(request, _("An invoice has this work already. It is corrected by a credit note."))
    elif InvoicedEntry.objects.filter(entry=row).exists():
        messages.error(
            request, _("A credited invoice names this work, so it stays. Correct it, as internal work if need be.")
        )
    else:
        working.remove(row, by=request.actor)
        messages.success(request, _("Taken off. The ticket's log keeps that it was there."))
    return redirect("billing:work", row.ticket.number)


@require_POST
@billing_page()
def ready(request: MemberRequest, number: int) -> HttpResponse:
    """Ask the gate; what it misses stands on the page."""
    ticket = _working(request, number)
    missing = readiness.ask_gate(ticket)
    if missing:
        messages.warning(request, _("Not ready for billing yet: see what is missing."))
    else:
        messages.success(request, _("Ready for billing."))
    return redirect("billing:work", number)


@require_POST
@billing_page()
def order(request: MemberRequest, number: int) -> HttpResponse:
    """Note the customer's order number."""
    ticket = _working(request, number)
    form = OrderForm(request.POST)
    if not form.is_valid():
        return _work_page(request, ticket, status=INVALID, order=form)
    readiness.name_order(ticket, form.cleaned_data["order_number"].strip(), by=request.actor)
    messages.success(request, _("Saved"))
    return redirect("billing:work", number)


@require_POST
@billing_page(*PRICERS)
def credit(request: MemberRequest, number: int) -> HttpResponse:
    """Decide on credit for a broken promise."""
    ticket = _ticket(request, number)
    form = CreditForm(request.POST)
    if not form.is_valid():
        return _work_page(request, ticket, status=INVALID, credit=form)
    data = form.cleaned_data
    readiness.decide_credit(ticket, data["credit"], data["credit_note"], by=request.actor)
    messages.success(request, _("Saved"))
    return redirect("billing:work", number)


@require_POST
@billing_page(*PRICERS)
def approve(request: MemberRequest, number: int) -> HttpResponse:
    """Let finance see the ticket's work."""
    readiness.approve(_ticket(request, number), by=request.actor)
    messages.success(request, _("Approved"))
    return redirect("billing:work", number)


@require_POST
@billing_page()
def clock_start(request: MemberRequest, number: int) -> HttpResponse:
    """Let the member's clock run on a ticket; one that runs elsewhere has to be stopped there first."""
    ticket = get_ticket(request, number, may="tickets.work")
    clock, made = WorkTimer.objects.get_or_create(member=request.membership, defaults={"ticket": ticket})
    if not made and clock.ticket_id != ticket.pk:
        messages.warning(request, _("Your clock runs on another ticket. Stop it there first."))
    return redirect(ticket.get_absolute_url())


@require_POST
@billing_page()
def clock_stop(request: MemberRequest, number: int) -> HttpResponse:
    """Stop the member's clock; its times stand in the composer, where they are sent or struck out."""
    ticket = get_ticket(request, number, may="tickets.work")
    clock = WorkTimer.objects.filter(member=request.membership, ticket=ticket).first()
    if clock is None:
        return redirect(ticket.get_absolute_url())
    start, end = timezone.localtime(clock.started_at), timezone.localtime(timezone.now())
    clock.delete()
    if end - start < timedelta(minutes=1):
        messages.info(request, _("The clock ran for less than a minute, so nothing is logged."))
        return redirect(ticket.get_absolute_url())
    times = {"work_day": start.date().isoformat(), "begun": f"{start:%H:%M}", "ended": f"{end:%H:%M}"}
    return redirect(f"{ticket.get_absolute_url()}?{urlencode(times)}#write")
