"""What people say and decide of a ticket before finance sees it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import audit
from billing.enums import Credit
from billing.gate import Code, Missing
from billing.models import Invoice, InvoicedTicket, TicketBilling
from billing.services.verdicts import State, verdict_of
from tickets.errors import WorkRefused
from tickets.models import Ticket, WorkEntry, WorkType
from tickets.services import work
from tickets.services.work import Details

# What is not for whoever works on the ticket to fill in.
NOT_THEIRS = frozenset(
    {
        Code.NOT_APPROVED,
        Code.CREDIT_UNDECIDED,
        Code.MISSING_BUYER_VAT_ID,
        Code.MISSING_ADDRESS,
        Code.MISSING_EINVOICE_ADDRESS,
        Code.NO_TAX_RULE,
    }
)


def _locked(ticket: Ticket) -> TicketBilling:
    row, _made = TicketBilling.objects.get_or_create(ticket=ticket)
    return TicketBilling.objects.select_for_update().get(pk=row.pk)


@transaction.atomic
def name_order(ticket: Ticket, order_number: str, *, by: Actor) -> None:
    """Note the customer's order number."""
    row = _locked(ticket)
    if row.order_number != order_number:
        row.order_number = order_number
        row.save(update_fields=["order_number"])
        audit.record("ticket.order_number", by=by, target=ticket.number)


@transaction.atomic
def decide_credit(ticket: Ticket, credit: Credit, note: str, *, by: Actor) -> None:
    """Decide whether a broken promise is credited."""
    row = _locked(ticket)
    row.credit, row.credit_note = credit, note
    row.save(update_fields=["credit", "credit_note"])
    audit.record("ticket.credit_decided", by=by, target=ticket.number, credit=str(credit))


@transaction.atomic
def approve(ticket: Ticket, *, by: Actor) -> None:
    """Let finance see the work. Approving twice keeps the first one."""
    row = _locked(ticket)
    if row.approved_at is None:
        row.approved_at, row.approved_by_id = timezone.now(), by.membership_id
        row.save(update_fields=["approved_at", "approved_by"])
        audit.record("ticket.billing_approved", by=by, target=ticket.number)


@transaction.atomic
def add_work(
    ticket: Ticket, member: Membership, *, minutes: int, work_type: WorkType, details: Details, by: Actor
) -> WorkEntry:
    """Log forgotten work, also on a closed ticket that no invoice has. Raises TicketError as `work.add` does."""
    if ticket.is_closed and InvoicedTicket.objects.filter(ticket=ticket, invoice__in=Invoice.objects.live()).exists():
        raise WorkRefused(_("An invoice has this ticket already. Make its credit note first."))
    return work.add(ticket, member, minutes=minutes, work_type=work_type, details=details, by=by)


@transaction.atomic
def ask_gate(ticket: Ticket) -> tuple[Missing, ...]:
    """Ask the gate whether the ticket is ready for billing, and keep whether the first answer was yes.

    What only others can fill in does not count against it. Where there is no price there is no gate.
    """
    row = _locked(ticket)
    verdict = verdict_of(ticket, now=timezone.now())
    if verdict.state in (State.NO_CONTRACT, State.NO_PRICE):
        return ()
    theirs = [missing for missing in verdict.missing if missing.code not in NOT_THEIRS]
    if row.asked_at is None:
        row.asked_at, row.first_try = timezone.now(), not theirs
    row.complete_at = None if theirs else row.complete_at or timezone.now()
    row.save(update_fields=["asked_at", "first_try", "complete_at"])
    return verdict.missing
