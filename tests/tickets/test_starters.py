"""Ways of working: looked at, added to what there is, in both languages, twice without a trace."""

from typing import Any

import pytest
from django.forms.models import model_to_dict

from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import run
from tickets.models import CannedResponse, CustomField, FieldRule, KindName, Rule, SavedView, Status, Tag
from tickets.services.starting import starters

pytestmark = pytest.mark.django_db
TABLES = (CannedResponse, CustomField, FieldRule, KindName, Rule, SavedView, Status, Tag)
KEYS = [each.key for each in starters()]


def rows(cast: Cast) -> list[Any]:
    with cast.scope():
        return [model_to_dict(row) for table in TABLES for row in table.objects.order_by("pk")]


def test_each_is_said_in_both_languages() -> None:
    for each in starters():
        texts = [each.data["name"], each.data["about"]]
        lists = [entry for entries in each.data.values() if isinstance(entries, list) for entry in entries]
        texts += [entry[name] for entry in lists for name in ("name", "title", "note", "help") if name in entry]
        texts += [choice for entry in lists for choice in entry.get("choices", ())]
        assert len(texts) > 5
        assert all(text["en"] and text["fi"] for text in texts)


@pytest.mark.parametrize("key", KEYS)
def test_it_is_looked_at_added_and_added_again(acme: Cast, key: str) -> None:
    ada, page = acme.client("ada"), f"/settings/starters/{key}/"
    before = rows(acme)
    shown = words(ada.get(page))
    assert "Nothing that you have is changed." in shown
    assert rows(acme) == before
    assert "starter.applied" in new_actions(acme, lambda: ada.post(page))
    after = rows(acme)
    assert [row for row in before if row not in after] == []
    assert new_actions(acme, lambda: ada.post(page)) == []
    assert rows(acme) == after
    assert "All of it is there" in words(ada.get(page))
    acme.tenant.language = "fi"
    acme.tenant.save()
    ada.post(page)
    assert rows(acme) == after
    with acme.scope():
        assert not Rule.objects.filter(is_on=True).exists()
    assert "Needs attention" not in words(ada.get("/settings/rules/"))


def test_what_is_there_stays_and_the_rules_work(acme: Cast) -> None:
    with acme.scope():
        Rule.objects.create(name="nimetylle Asiantuntijalle", note="Ours.")
        acme.customer.expert = acme.konsta
        acme.customer.save()
    acme.client("ada").post("/settings/starters/consultants/")
    acme.client("ada").post("/settings/starters/billing/")
    with acme.scope():
        assert Rule.objects.filter(name__iexact="Nimetylle asiantuntijalle").get().note == "Ours."
        assert not Rule.objects.filter(name="To the named expert").exists()
        stands = Rule.objects.get(name="Production stands still")
        Rule.objects.filter(pk=stands.pk).update(is_on=True, words=["stuck"])
        needed = FieldRule.objects.get(field__name="Cause of the fault")
        assert (needed.effect, needed.field.choices.count()) == ("resolved", 4)
        texts = CannedResponse.objects.get(title="More details, please").texts
        assert sorted(texts.values_list("language", flat=True)) == ["en", "fi"]
    ticket_of(acme)
    assert run(acme) == [("Production stands still", "done")]
