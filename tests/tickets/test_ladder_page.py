"""The page on which a policy's ladder is edited."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from outbox.models import Webhook
from outbox.services.webhooks import save_hook
from sla.ladder import DEFAULT, Step, Whom, read, write
from sla.models import Policy
from sla.services.versions import save_policy
from tests.accounts.settings_support import new_actions, statements, words
from tests.conftest import Cast
from tickets.ladder_words import sentence

pytestmark = pytest.mark.django_db


def page_of(cast: Cast) -> str:
    return reverse("tickets:ladder", args=[cast.desk.policy.pk])


def filled(client: Client, path: str) -> dict[str, Any]:
    """What the browser would post of the page as it is."""
    steps = client.get(path).context["steps"]
    data: dict[str, Any] = {}
    for form in (steps.management_form, *steps.forms):
        for field in form:
            value = field.value()
            data[field.html_name] = value if value is not None else [] if field.name == "whom" else ""
    return data


def set_ladder(cast: Cast, ladder: Iterable[Step]) -> None:
    policy = Policy.objects.get(pk=cast.desk.policy.pk)
    save_policy(name=policy.name, is_default=True, policy=policy, steps=write(ladder))


def ladder_of(cast: Cast) -> tuple[Step, ...]:
    with cast.scope():
        return read(Policy.objects.get(pk=cast.desk.policy.pk).current.steps)


EVERYTHING = Step(
    minutes=120, whom=(Whom.TEAM, Whom.CONTACT), opening=1, priority="raise", queue=2, member=3, webhook=4
)
NAMES = {"opening": {1: "Office hours"}, "queue": {2: "Second line"}, "member": {3: "Aino"}, "webhook": {4: "Pager"}}

ALL_OF_IT = (
    "2 h after the deadline: mail to the team and the contract's contact, priority one higher, "
    "moves to Second line, goes to Aino, calls Pager, once Office hours is open"
)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step(75, whom=(Whom.ASSIGNEE,)), "At 75 % of the time: mail to the consultant"),
        (
            Step(whom=tuple(Whom)),
            "At the deadline: mail to the consultant, the team, the team leads and the contract's contact",
        ),
        (Step(minutes=-30, priority="high"), "30 min before the deadline: priority at least high"),
        (Step(minutes=90, queue=9), "90 min after the deadline: moves to something that is gone"),
        (EVERYTHING, ALL_OF_IT),
    ],
)
def test_a_step_reads_as_a_sentence(step: Step, said: str) -> None:
    with translation.override("en"):
        assert sentence(step, NAMES) == said


def test_the_page_as_it_is_saves_the_ladder_as_it_was(acme: Cast) -> None:
    client = acme.client("ada")
    with acme.scope():
        hook = Webhook(name="Pager", url="https://pager.example/")
        save_hook(hook, changed=[], by=SYSTEM)
        names = {"opening": acme.desk.calendar.pk, "queue": acme.desk.queue.pk, "member": acme.aino.pk}
        ladder = (*DEFAULT, Step(minutes=-30, priority="high"), Step(minutes=120, **names, webhook=hook.pk))
        set_ladder(acme, ladder)
    before = ladder_of(acme)
    assert new_actions(acme, lambda: client.post(page_of(acme), filled(client, page_of(acme)))) == ["policy.changed"]

    assert ladder_of(acme) == before
    with acme.scope():
        version = Policy.objects.get(pk=acme.desk.policy.pk).current
        first = version.policy.versions.get(number=1)
        assert (version.number, version.targets, version.calendar_id) == (2, first.targets, first.calendar_id)


def test_steps_are_added_changed_and_removed(acme: Cast) -> None:
    client = acme.client("ada")
    data = filled(client, page_of(acme))
    data |= {"step-0-number": "30", "step-0-unit": "before_min", "step-1-DELETE": "on"}
    data |= {"step-2-number": "4", "step-2-unit": "after_h", "step-2-whom": ["leads"], "step-2-priority": "urgent"}
    assert client.post(page_of(acme), data).status_code == 302

    assert ladder_of(acme) == (
        Step(minutes=-30, whom=(Whom.ASSIGNEE,)),
        Step(minutes=240, whom=(Whom.LEADS,), priority="urgent"),
    )
    assert "4 h after the deadline: mail to the team leads, priority at least critical" in words(
        client.get(page_of(acme))
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"step-2-number": "75", "step-2-whom": ["leads"]}, "number"),
        ({"step-2-number": "0", "step-2-unit": "after_h", "step-2-whom": ["leads"]}, "number"),
        ({"step-2-number": "60"}, "whom"),
        ({"step-2-whom": ["leads"]}, "number"),
        ({"step-2-number": "-5", "step-2-whom": ["leads"]}, "number"),
        ({"step-2-number": "60", "step-2-whom": ["boss"]}, "whom"),
        ({"step-2-number": "60", "step-2-queue": "987654"}, "queue"),
        ({"step-0-number": ""}, "number"),
    ],
)
def test_what_a_ladder_cannot_be(acme: Cast, typed: dict[str, Any], field: str) -> None:
    client = acme.client("ada")
    answer = client.post(page_of(acme), filled(client, page_of(acme)) | typed)

    assert answer.status_code == 422
    assert [list(form.errors) for form in answer.context["steps"].forms if form.errors] == [[field]]
    assert "Nothing was saved yet" in words(answer)


def test_what_belongs_to_another_tenant_cannot_be_named(acme: Cast, globex: Cast) -> None:
    client = acme.client("ada")
    data = filled(client, page_of(acme)) | {"step-2-number": "60"}
    for name, pk in (
        ("queue", globex.desk.queue.pk),
        ("member", globex.greta.pk),
        ("opening", globex.desk.calendar.pk),
    ):
        assert client.post(page_of(acme), data | {f"step-2-{name}": pk}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_page_costs_the_same_with_ten_steps(acme: Cast) -> None:
    client = acme.client("ada")
    client.get(page_of(acme))
    few = statements(lambda: client.get(page_of(acme)))
    with acme.scope():
        set_ladder(acme, [Step(10 * number, whom=(Whom.TEAM,)) for number in range(1, 11)])

    assert statements(lambda: client.get(page_of(acme))) == few
