"""Canned responses and macros at work: the words for one ticket, and one act on as many as there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import audit
from tickets.enums import BulkKind, BulkState
from tickets.errors import MacroRefused
from tickets.models import BulkAction, CannedResponse, Macro, ResponseText, Ticket
from tickets.services import bulk
from tickets.services.values import values_for
from tickets.wording import fill, names_in


@dataclass(frozen=True, slots=True)
class Filled:
    """A response as it is put into a reply; `missing` are the variables that this ticket has no value for."""

    text: str
    language: str
    missing: Sequence[str]


def words_for(response: CannedResponse, ticket: Ticket, member: Membership) -> Filled:
    """The response in the requester's language, or the tenant's, or the one that there is."""
    found = response.text_for(ticket.requester.language, ticket.tenant.language)
    if found is None:
        return Filled("", ticket.requester.language, [])
    values = values_for(ticket, agent=member.name, language=found.language)
    missing = [name for name in names_in(found.text) if not values.get(name)]
    return Filled(fill(found.text, values), found.language, missing)


def count_use(row: CannedResponse | Macro) -> None:
    """One more time; two at once count twice."""
    type(row).objects.filter(pk=row.pk).update(used=F("used") + 1)


@transaction.atomic
def save_response(
    response: CannedResponse, texts: Mapping[str, str], *, changed: Iterable[str], by: Actor
) -> CannedResponse:
    """Keep a response with its text in each language; an empty one takes that language away."""
    added, fields = response.pk is None, sorted(changed)
    response.save()
    for language, text in texts.items():
        if text:
            ResponseText.objects.update_or_create(response=response, language=language, defaults={"text": text})
        else:
            ResponseText.objects.filter(response=response, language=language).delete()
    if added or fields:
        audit.record(f"response.{'added' if added else 'changed'}", by=by, target=response, fields=fields)
    return response


def plan_macro(macro: Macro, tickets: Sequence[Ticket], member: Membership, *, notify: bool) -> BulkAction:
    """Note what a macro sets and writes on some tickets, as it is now: that can be taken back whatever becomes of it.

    Its response is no part of that.
    """
    count_use(macro)
    return bulk.plan(
        tickets,
        BulkKind.MACRO,
        value=str(macro.pk),
        words=macro.title,
        member=member,
        notify=notify,
        actions=macro.actions,
        note=macro.note,
    )


@transaction.atomic
def run_now(macro: Macro, ticket: Ticket, member: Membership) -> BulkAction:
    """Run a macro on one ticket. Raises MacroRefused, and nothing is done, where a part of it is not possible."""
    action = plan_macro(macro, [ticket], member, notify=True)
    bulk.step(action, most=1)
    item = action.items.get()
    if item.state == BulkState.REFUSED:
        raise MacroRefused(item.why)
    return action
