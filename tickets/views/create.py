"""A ticket for a call."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import check, member_required
from accounts.away_words import sentence
from accounts.models import Customer, Membership, Product
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.callers import named_contact, named_requester, pick_from
from tickets.enums import Channel, ContactChannel, Kind
from tickets.forms import PhoneForm
from tickets.forms_own import Asked
from tickets.models import Contact, Ticket
from tickets.navigation import work_of
from tickets.process import process
from tickets.requirements import Stage
from tickets.services.contacts import became
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.people import caller


def _form(request: MemberRequest, contact: Contact | None) -> PhoneForm:
    own = process()
    chosen = named_requester(request.GET) or (contact.requester if contact else None)
    lists: dict[str, Any] = {
        "customers": list(Customer.objects.all()),
        "products": list(Product.objects.prefetch_related("modules")),
        "members": list(Membership.objects.assignable()),
        "queues": work_of(request).queues,
        "away": away_for(request.membership),
        "requesters": pick_from(chosen),
        "own": Asked(process=own, stage=Stage.MADE, roles=frozenset(request.membership.roles)),
    }
    kind = Kind.REQUEST if own.is_off(Kind.FAULT) else Kind.FAULT
    initial = {"kind": kind, "queue": _first_queue(request), "requester": chosen and chosen.pk}
    if contact:
        initial |= {"text": contact.text, "name": contact.name, "received_at": contact.at}
    return PhoneForm(request.POST or None, initial=initial, **lists)


def _first_queue(request: MemberRequest) -> str:
    queues = work_of(request).queues
    near = [queue for queue in queues if queue.office_id == request.membership.office_id]
    return str((near or queues)[0].pk) if queues else ""


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    """Write down a call: requester, matter, when it came, who takes it; both mails go out."""
    check(request.membership, "tickets.create")
    contact = named_contact(request.GET)
    form = _form(request, contact)
    if request.method == "GET" or not form.is_valid():
        now = timezone.localtime()
        context = {"form": form, "now": now, "contact": contact}
        return render(request, "tickets/create.html", context, status=200 if request.method == "GET" else 422)
    ticket = _open(request, form, contact)
    messages.success(request, _("Saved, the mails are on their way"))
    if ticket.instead_of:
        messages.info(request, sentence(ticket.instead_of))
    return redirect(ticket)


def _open(request: MemberRequest, form: PhoneForm, contact: Contact | None) -> Ticket:
    data, facts = form.cleaned_data, form.facts()
    requester = data["requester"] or caller(
        data["name"], data["email"], customer=facts["customer"], queue=form.chosen_queue
    )
    matter = Matter(
        **(facts | {"customer": facts["customer"] or requester.customer}),
        queue=form.chosen_queue,
        requester=requester,
        assignee=form.chosen_assignee,
        even_away=data.get("even_away", False),
        written=Written(text=data["text"].strip()),
        channel=Channel.DESK if contact and contact.channel != ContactChannel.PHONE else Channel.PHONE,
        received_at=data["received_at"],
        own=form.own,
    )
    ticket = open_ticket(matter, by=request.actor, notify="silent" not in request.POST)
    if contact:
        became(contact, ticket)
    return ticket
