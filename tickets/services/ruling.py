"""Rules are kept, switched on and off, and what one has done is taken back."""

from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from accounts.services.records import keep
from tickets.actions import read
from tickets.enums import RunState
from tickets.errors import TicketError
from tickets.models import Rule, RuleRun
from tickets.services.automation import HOUR
from tickets.services.deeds import together
from tickets.services.events import locked
from tickets.services.versions import kept

TIMING = {"clock", "amount", "unit"}


@transaction.atomic
def save(rule: Rule, *, changed: Iterable[str], by: Actor) -> Rule:
    """Keep a rule. One whose timing is another counts from now on."""
    fields = set(changed)
    if fields & TIMING:
        _count_from_now(rule)
    with kept(rule, by=by):
        keep(rule, by=by, changed=fields, name="rule")
    return rule


@transaction.atomic
def switch(rule: Rule, *, on: bool, by: Actor) -> None:
    """Let a rule act from now on, or no more; what came due while it was off is not its matter."""
    if rule.is_on == on:
        return
    rule.is_on = on
    _count_from_now(rule)
    rule.save(update_fields=["is_on", "swept_until"])
    rule.due.all().delete()
    audit.record("rule.switched_on" if on else "rule.switched_off", by=by, target=rule)


def _count_from_now(rule: Rule) -> None:
    # A sweep looks an hour back.
    rule.swept_until = timezone.now() + HOUR if rule.clock else None


@transaction.atomic
def take_back(run: RuleRun, *, by: Actor) -> bool:
    """Give the ticket what it had before a rule ran, where nobody has changed that since; returns whether it could be.

    A note stays. Raises TicketError where a service refuses.
    """
    ticket = locked(run.ticket, even_closed=True, even_merged=True)
    run = RuleRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    deed = together(read(run.actions))
    if run.state != RunState.DONE or deed.read(ticket, "") != run.after:
        return False
    try:
        deed.restore(ticket, "", run.before, by)
    except ObjectDoesNotExist as error:
        raise TicketError from error
    run.state = RunState.UNDONE
    run.save(update_fields=["state"])
    return True


def may_take_back(run: RuleRun) -> bool:
    """Whether there is anything to take back."""
    return run.state == RunState.DONE and run.before != run.after
