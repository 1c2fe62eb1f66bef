"""Calls, the corridor, a chat: who it is, what was said, and the tickets that come of it."""

from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import check, member_required
from accounts.models import Customer
from accounts.requests import MemberRequest
from core.paging import page_by
from tickets.access import get_ticket
from tickets.callers import callers, id_of, last_contacts, named_requester, pick_from, unknown_contacts, with_matters
from tickets.errors import TicketError
from tickets.forms_contacts import ContactForm, TicketForm
from tickets.models import Contact, ContactTicket, Ticket
from tickets.services import contacts as services
from tickets.threads import tag
from tickets.views.actions import CONFLICT, INVALID

PAGE = 30
LONGEST = 120


@require_GET
@member_required
def caller(request: MemberRequest) -> HttpResponse:
    """Who is calling. A telephone system opens it with `number`; people type a name or an address as well, as `q`,
    and who has been found is named as `requester`."""
    check(request.membership, "tickets.create")
    wanted = (request.GET.get("number") or request.GET.get("q") or "").strip()[:LONGEST]
    named = named_requester(request.GET)
    found = with_matters([named], member=request.membership) if named else callers(wanted, member=request.membership)
    context = {"wanted": wanted, "callers": found, "unknown": unknown_contacts(wanted)}
    return render(request, "tickets/caller.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def log(request: MemberRequest) -> HttpResponse:
    """Write a contact down; another button goes on to a ticket."""
    check(request.membership, "tickets.create")
    chosen = named_requester(request.GET)
    initial: dict[str, Any] = {"channel": "phone", "way": "in", "reached": "yes", "requester": chosen and chosen.pk}
    initial["number"] = request.GET.get("number", "")[:40]
    form = ContactForm(request.POST or None, requesters=pick_from(chosen), initial=initial)
    if request.method == "GET" or not form.is_valid():
        return render(request, "tickets/contact_log.html", {"form": form}, status=INVALID if form.errors else 200)
    contact = services.log(form.met(), by=request.actor)
    messages.success(request, _("Contact logged"))
    if "ticket" in request.POST:
        return _to_ticket(contact)
    return redirect("tickets:contact", contact.pk)


def _to_ticket(contact: Contact) -> HttpResponseRedirect:
    return redirect(f"{reverse('tickets:create')}?{urlencode({'contact': contact.pk})}")


@require_GET
@member_required
def contacts(request: MemberRequest) -> HttpResponse:
    """The member's own, newest first; or those of one requester or customer."""
    check(request.membership, "tickets.create")
    requester, customer_id = named_requester(request.GET), id_of(request.GET, "customer")
    customer = Customer.objects.filter(pk=customer_id).first() if customer_id else None
    rows = _with_tickets(request)
    if requester:
        rows = rows.filter(requester=requester)
    elif customer:
        rows = rows.filter(customer=customer)
    else:
        rows = rows.filter(member=request.membership)
    page = page_by(rows, "at", request.GET, newest_first=True, size=PAGE)
    title = (
        _("Contacts with %(name)s") % {"name": requester or customer} if requester or customer else _("My contacts")
    )
    context = {"title": title, "requester": requester, "page": page, "tenant": request.tenant}
    return render(request, "tickets/contacts.html", context)


def _with_tickets(request: MemberRequest) -> QuerySet[Contact]:
    """With `.told`, the number and title of those of its tickets that the member may see."""
    seen = Ticket.objects.visible_to(request.membership).values("pk")
    links = ContactTicket.objects.filter(contact=OuterRef("pk"), ticket__in=seen).order_by("ticket__number")
    facts = JSONObject(number="ticket__number", title="ticket__title")
    return last_contacts().annotate(told=ArraySubquery(links.values(fact=facts)))


@require_GET
@member_required
def contact(request: MemberRequest, pk: int) -> HttpResponse:
    """One of them, and what can become of it."""
    check(request.membership, "tickets.create")
    return _page(request, pk, TicketForm(member=request.membership))


def _page(request: MemberRequest, pk: int, form: TicketForm, *, status: int = 200) -> HttpResponse:
    row = get_object_or_404(_with_tickets(request), pk=pk)
    found = with_matters([row.requester] if row.requester else [], member=request.membership)
    context = {"contact": row, "form": form, "caller": found[0] if found else None, "tenant": request.tenant}
    return render(request, "tickets/contact.html", context, status=status)


@require_POST
@member_required
def add(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the contact on a ticket as a note."""
    check(request.membership, "tickets.create")
    row = get_object_or_404(Contact.objects.select_related("requester"), pk=pk)
    form = TicketForm(request.POST, member=request.membership)
    if not form.is_valid() or form.ticket is None:
        return _page(request, pk, form, status=INVALID)
    ticket = get_ticket(request, form.ticket.number, may="tickets.work")
    try:
        services.add_to(row, ticket, by=request.actor)
    except TicketError as refusal:
        form.add_error("number", str(refusal))
        return _page(request, pk, form, status=CONFLICT)
    messages.success(request, _("Added to %(number)s as a note") % {"number": tag(request.tenant, ticket.number)})
    return redirect(ticket)
