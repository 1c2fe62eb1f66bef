"""What work would cost if all else were in order: for verdicts while a ticket goes on, and to try out. Pure."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from billing.rating.engine import rate
from billing.rating.result import Result
from billing.rating.terms import Contract, Terms
from billing.rating.work import FINISHED, Entry, Inputs, Ticket

_SAID = "-"


def estimated(inputs: Inputs) -> Result:
    """The rating as it will be once tickets are finished and people have filled in what only they can know.

    What is left in `errors` is what no form of the ticket can mend, such as a type of work without a price.
    """
    day = inputs.run.now.astimezone(ZoneInfo(inputs.contract.tz)).date()
    tickets = tuple(
        replace(
            ticket,
            status=ticket.status if ticket.status in FINISHED else "resolved",
            category=ticket.category or _SAID,
            resolution=ticket.resolution or _SAID,
            resolved_on=ticket.resolved_on or day,
            po=ticket.po or _SAID,
            credit_undecided=False,
            unapproved=False,
        )
        for ticket in inputs.tickets
    )
    contract = Contract(inputs.contract.id, tuple(_ready(terms) for terms in inputs.contract.versions))
    entries = tuple(_told(entry) for entry in inputs.entries)
    return rate(replace(inputs, contract=contract, tickets=tickets, entries=entries))


def _ready(terms: Terms) -> Terms:
    buyer = replace(terms.buyer, incomplete=frozenset())
    return replace(terms, buyer=buyer, approver_required=False, late_entry_days=None)


def _told(entry: Entry) -> Entry:
    return replace(entry, description=entry.description or _SAID, reason=entry.reason or _SAID, language="")


def single(inputs: Inputs, ticket: Ticket, entry: Entry) -> Inputs:
    """The same contract and balances with one piece of work alone."""
    return replace(inputs, tickets=(ticket,), entries=(entry,))
