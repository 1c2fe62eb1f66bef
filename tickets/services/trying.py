"""What would be promised: who is asked in which order, who decides, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sla.log import Metric, PolicySet, Received
from sla.models import Contract, Policy
from sla.services.promises import calendars_of, rules_of
from sla.trace import Explanation, explain
from tickets.enums import Channel
from tickets.models import PromiseRule, Queue
from tickets.services.choosing import Choice, Facts


@dataclass(frozen=True, slots=True)
class Asked:
    """One who could decide: a "rule", the "contract", the "queue" or the "default", its name, its promises.

    `misses` are the conditions of a rule that do not fit; `answers` says whether it has promises for these facts.
    """

    by: str
    name: str
    policy: str
    misses: tuple[str, ...] = ()

    @property
    def answers(self) -> bool:
        return bool(self.policy) and not self.misses


def asked(facts: Facts) -> Iterator[Asked]:
    """All who are asked, in their order; the first that answers decides."""
    for rule in PromiseRule.objects.select_related("policy"):
        yield Asked("rule", rule.name, rule.policy.name, tuple(_misses(rule, facts)))
    running = Contract.objects.running_on(facts.on).filter(customer=facts.customer).select_related("policy")
    contract = running.order_by("-starts_on", "pk").first()
    yield Asked("contract", contract.number, contract.policy.name) if contract else Asked("contract", "", "")
    queue = Queue.objects.select_related("policy").get(pk=facts.queue)
    yield Asked("queue", queue.name, queue.policy.name if queue.policy else "")
    default = Policy.objects.filter(is_default=True).first()
    yield Asked("default", "", default.name if default else "")


def _misses(rule: PromiseRule, facts: Facts) -> Iterator[str]:
    for name in PromiseRule.CONDITIONS:
        wanted = getattr(rule, f"{name}_id", None) or getattr(rule, name)
        if wanted and wanted != getattr(facts, name):
            yield name


def explain_choice(choice: Choice, facts: Facts, *, at: datetime, channel: Channel | str) -> list[Explanation]:
    """How each promise would come to its deadline for a ticket received at that instant, if nothing else happened."""
    rules = rules_of(choice.policy_version, choice.calendar_version, str(facts.priority))
    log = [Received(at=at, channel=str(channel)), PolicySet(at=at, seq=1, policy=rules)]
    found = (explain(log, calendars_of(log), at, metric) for metric in Metric)
    return [explanation for explanation in found if explanation]
