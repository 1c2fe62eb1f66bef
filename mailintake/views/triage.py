"""Unlinked mail: accept it as a ticket, link it to one, or say that it is no request."""

from typing import Any

from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required
from accounts.away_words import sentence
from accounts.enums import Role
from accounts.models import Customer, Membership, Product
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from mailintake.models import InboundMessage
from mailintake.parsing import ParsedMail, parse
from mailintake.services import triage
from mailintake.services.knowing import imitated
from tickets.access import get_ticket
from tickets.errors import TicketError
from tickets.forms import AcceptForm
from tickets.forms_own import Asked
from tickets.models import Ticket
from tickets.navigation import work_of
from tickets.process import process
from tickets.requirements import Stage
from tickets.rows import rows_of

DESK = (Role.ADMIN, Role.LEAD, Role.AGENT)
SIMILAR = 5
REASONS = {
    "domain": gettext_lazy("By the sender's mail domain"),
    "sender": gettext_lazy("Known sender"),
    "words": gettext_lazy("The mail names it"),
    "expert": gettext_lazy("Named expert"),
}


def _waiting(member: Membership) -> Any:
    """Mails in triage, each knowing how many wait, its place among them, and its neighbours."""
    line = InboundMessage.objects.in_triage(member)
    older = Q(received_at__lt=OuterRef("received_at")) | Q(received_at=OuterRef("received_at"), pk__lt=OuterRef("pk"))
    younger = Q(received_at__gt=OuterRef("received_at")) | Q(
        received_at=OuterRef("received_at"), pk__gt=OuterRef("pk")
    )

    def count(condition: Q) -> Coalesce:
        counted = line.filter(condition).order_by().values("state").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return line.select_related("mailbox", "possible_ticket__status").annotate(
        before=count(older),
        after=count(younger),
        previous=Subquery(line.filter(older).order_by("-received_at", "-pk").values("pk")[:1]),
        next=Subquery(line.filter(younger).values("pk")[:1]),
    )


@require_GET
@role_required(*DESK)
def index(request: MemberRequest) -> HttpResponse:
    """The mail that has waited longest, or the good news that none does."""
    first = InboundMessage.objects.in_triage(request.membership).values_list("pk", flat=True).first()
    if first:
        return redirect("mailintake:triage_mail", pk=first)
    return render(request, "mailintake/triage_empty.html")


@require_GET
@role_required(*DESK)
def mail(request: MemberRequest, pk: int) -> HttpResponse:
    """One held mail beside the form that makes it a ticket, prefilled with what can be known."""
    return _render(request, get_object_or_404(_waiting(request.membership), pk=pk))


def _render(
    request: MemberRequest, row: Any, *, form: AcceptForm | None = None, status: int = 200, problem: str = ""
) -> HttpResponse:
    request.triage_count = row.before + row.after + 1  # type: ignore[attr-defined]  # spares the menu its query
    parsed = parse(bytes(row.raw))
    lists = _lists(request)
    guess = triage.suggest(parsed, lists["products"])
    similar = _similar(request, row, guess)
    context = {
        "row": row,
        "mail": parsed,
        "looks_like": imitated(parsed.from_.email),
        "sender_name": parsed.from_.name or parsed.from_.email or "?",
        "acknowledges": row.reason not in triage.AUTOMATIC,
        "form": form or _prefilled(request, parsed, guess, row, lists),
        "place": row.before + 1,
        "total": row.before + row.after + 1,
        "similar": rows_of([ticket for ticket in similar if ticket.pk != row.possible_ticket_id], request.tenant),
        "possible": rows_of([t for t in similar if t.pk == row.possible_ticket_id], request.tenant),
        "guess": guess,
        "problem": problem,
    }
    return render(request, "mailintake/triage.html", context, status=status)


def _lists(request: MemberRequest) -> dict[str, Any]:
    roles = frozenset(request.membership.roles)
    return {
        "customers": list(Customer.objects.annotate(known_domains=ArrayAgg("domains__domain", default=[]))),
        "products": list(Product.objects.select_related("expert__user").prefetch_related("modules__expert__user")),
        "members": list(Membership.objects.assignable()),
        "queues": work_of(request).queues,
        "away": away_for(request.membership),
        "own": Asked(process=process(), stage=Stage.MADE, roles=roles, few=True),
    }


def _prefilled(
    request: MemberRequest, parsed: ParsedMail, guess: triage.Suggestion, row: Any, lists: dict[str, Any]
) -> AcceptForm:
    product = f"m{guess.module.pk}" if guess.module else f"p{guess.product.pk}" if guess.product else ""
    initial = {
        "title": parsed.subject,
        "customer": guess.customer.pk if guess.customer else "",
        "product": product,
        "assignee": str(guess.assignee.pk) if guess.assignee else "",
        "queue": str(row.mailbox.queue_id),
    }
    form = AcceptForm(initial=initial, **lists)
    form.suggest(**{name: str(REASONS[why]) for name, why in guess.reasons.items() if name in form.fields})
    return form


def _similar(request: MemberRequest, row: Any, guess: triage.Suggestion) -> list[Ticket]:
    """The ticket it may continue, and the latest ones of the same person or company."""
    near = Q(pk=row.possible_ticket_id)
    if guess.requester:
        near |= Q(requester=guess.requester)
    if guess.customer:
        near |= Q(customer=guess.customer)
    tickets = Ticket.objects.visible_to(request.membership).filter(near).for_list()
    possible_first = Case(When(pk=row.possible_ticket_id, then=0), default=1)
    return list(tickets.order_by(possible_first, "-last_activity_at")[:SIMILAR])


@require_POST
@role_required(*DESK)
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    """Make the mail a ticket and send both mails, or none of them."""
    row = get_object_or_404(_waiting(request.membership), pk=pk)
    form = AcceptForm(request.POST, **_lists(request))
    if not form.is_valid():
        return _render(request, row, form=form, status=422)
    acceptance = triage.Acceptance(
        **form.facts(),
        queue=form.chosen_queue,
        assignee=form.chosen_assignee,
        even_away=form.cleaned_data.get("even_away", False),
        own=form.own,
        requester_name=row.from_name,
    )
    try:
        ticket = triage.accept(pk, acceptance, by=request.actor, notify="silent" not in request.POST)
    except TicketError as refusal:
        return _render(request, row, form=form, status=409, problem=str(refusal))
    messages.success(request, _("Accepted, the mails are on their way"))
    if ticket.instead_of:
        messages.info(request, sentence(ticket.instead_of))
    return redirect(ticket)


@require_POST
@role_required(*DESK)
def link(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the mail on an existing ticket; one for a merged ticket goes where that goes on."""
    row = get_object_or_404(_waiting(request.membership), pk=pk)
    number = request.POST.get("number", "").rpartition("-")[2].strip()
    if not number.isdecimal():
        return _render(request, row, status=422, problem=_("Write the number of the ticket, such as 1042."))
    ticket = get_ticket(request, int(number), may="tickets.reopen")
    if ticket.is_merged:
        ticket = get_ticket(request, ticket.survivor.number, may="tickets.reopen")
    try:
        triage.link(pk, ticket, by=request.actor)
    except TicketError as refusal:
        return _render(request, row, status=409, problem=str(refusal))
    messages.success(request, _("Linked"))
    return redirect(ticket)


@require_POST
@role_required(*DESK)
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Not a request: the mail leaves triage and stays in the mail log."""
    get_object_or_404(InboundMessage.objects.in_triage(request.membership), pk=pk)
    triage.discard(pk, by=request.actor)
    messages.success(request, _("Kept in the mail log"))
    return redirect("mailintake:triage")
