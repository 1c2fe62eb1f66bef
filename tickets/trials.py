"""What would be promised, in words: who was asked, who decided, and how each promise comes to its deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.enums import Priority
from sla.models import CalendarVersion, PolicyVersion
from tickets.enums import Channel
from tickets.models import PromiseRule
from tickets.process import process
from tickets.services.choosing import Choice, Facts, choose
from tickets.services.trying import Asked, asked, explain_choice
from tickets.why import Chosen, Rules, Why, explained

CONDITIONS = {
    "customer": gettext_lazy("Customer"),
    "product": gettext_lazy("Product"),
    "queue": gettext_lazy("Queue"),
    "kind": gettext_lazy("Kind"),
    "priority": gettext_lazy("Priority"),
}
ASKED = {
    "rule": gettext_lazy("Rule “%(name)s”"),
    "contract": gettext_lazy("Contract %(name)s of the customer"),
    "queue": gettext_lazy("Queue %(name)s"),
    "default": gettext_lazy("For tickets without a contract"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One who was asked: who, what they said, and whether that decided."""

    who: str
    said: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be promised to a ticket, ready to print. `promises` is empty where nothing would be."""

    answers: list[Answer]
    promises: list[Why]

    @property
    def rules(self) -> list[Rules]:
        """What they all rest on: one policy on one calendar."""
        return self.promises[0].rules if self.promises else []


def try_out(facts: Facts, *, at: datetime, channel: Channel | str, zone: str) -> Trial:
    """The promises for a ticket of these facts that is received at that instant; `zone` is the customer's."""
    choice = choose(facts)
    return Trial(list(_answers(facts)), list(_promises(choice, facts, at, channel, zone)) if choice else [])


def _answers(facts: Facts) -> Iterator[Answer]:
    decided = False
    for one in asked(facts):
        decides = one.answers and not decided
        decided = decided or one.answers
        yield Answer(_who(one), _said(one), decides)


def _who(one: Asked) -> str:
    if one.by == "contract" and not one.name:
        return _("Contract of the customer")
    return str(ASKED[one.by]) % {"name": one.name}


def _said(one: Asked) -> str:
    if one.misses:
        return _("Does not fit: %(conditions)s") % {
            "conditions": ", ".join(str(CONDITIONS[name]) for name in one.misses)
        }
    if one.by == "contract" and not one.name:
        return _("None runs on that day")
    return one.policy or _("Promises nothing of its own")


def _promises(choice: Choice, facts: Facts, at: datetime, channel: Channel | str, zone: str) -> Iterator[Why]:
    policy = PolicyVersion.objects.select_related("policy").get(pk=choice.policy_version)
    calendar = CalendarVersion.objects.select_related("calendar").get(pk=choice.calendar_version)
    facts_of_choice = {"priority": facts.priority, "reason": choice.reason}
    facts_of_choice |= {"contract": choice.contract_number, "rule": choice.rule}
    chosen = Chosen(at, policy, calendar, facts_of_choice)
    for explanation in explain_choice(choice, facts, at=at, channel=channel):
        yield explained(explanation, [chosen], zone=zone)


def conditions_in_words(rule: PromiseRule) -> str:
    """What a rule asks for, such as "Product: PackLine, Priority: High"."""
    values = {
        "customer": rule.customer,
        "product": rule.product,
        "queue": rule.queue,
        "kind": process().kind_label(rule.kind) if rule.kind else "",
        "priority": Priority(rule.priority).label if rule.priority else "",
    }
    return ", ".join(f"{CONDITIONS[name]}: {value}" for name, value in values.items() if value)
