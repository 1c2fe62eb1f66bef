"""Rules, and what is due to them, for the tests of rules."""

from typing import Any

from tests.conftest import Cast
from tickets.actions import Action, write
from tickets.enums import BulkKind
from tickets.models import Rule, RuleRun, Ticket
from tickets.tasks import sweep_rules

URGENT = (Action(BulkKind.PRIORITY, "urgent"),)


def rule_of(cast: Cast, *actions: Action, on: bool = True, **more: Any) -> Rule:
    """A rule that is switched on; where nothing is said, it makes urgent what is opened."""
    facts = {"name": f"Rule {more.get('position', 0)}", "is_on": on} | more
    if "clock" not in facts:
        facts.setdefault("events", ["received"])
    with cast.scope():
        return Rule.objects.create(actions=write(actions or URGENT), **facts)


def run(cast: Cast) -> list[tuple[str, str]]:
    """Let the rules work; returns what became of each (rule, state), in order."""
    sweep_rules()
    with cast.scope():
        return list(RuleRun.objects.order_by("pk").values_list("rule__name", "state"))


def now(cast: Cast, ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    with cast.scope():
        return Ticket.objects.select_related("queue", "status", "customer").get(pk=ticket.pk)
