"""Rules, macros and responses as they were, and brought back."""

from typing import Any

import pytest

from accounts.models import SettingVersion
from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.tickets.test_macros import write
from tests.tickets.test_responses import keep
from tests.tickets.test_rule_pages import kept
from tickets.models import CannedResponse, Macro, ResponseText, Rule, Tag
from tickets.services import ruling

pytestmark = pytest.mark.django_db


def oldest(cast: Cast) -> SettingVersion:
    with cast.scope():
        return SettingVersion.objects.order_by("pk")[0]


def test_a_rule_is_what_it_was(acme: Cast) -> None:
    rule, liisa = kept(acme, do_tag="VIP", note="Look."), acme.client("liisa")
    page, first = f"/settings/history/rule/{rule.pk}/", oldest(acme)
    changed = {"name": "Lifts", "position": 0, "clock": "word", "amount": 2, "unit": "days", "do_priority": "low"}
    liisa.post(f"/settings/rules/{rule.pk}/", changed)
    liisa.post(f"/settings/rules/{rule.pk}/", changed)
    liisa.post(f"/settings/rules/{rule.pk}/tickets/keep/?status=any&priority=high")
    shown = words(liisa.get(page))
    for said in (
        "A ticket is opened → —",
        "— → The last word to the requester",
        "Set priority: Critical, Add tag: VIP → Set priority: Low",
        "Look. → —",
        "Status: Open → Priority: High",
        "Liisa Lead",
        "So it is now",
    ):
        assert said in shown, said
    with acme.scope():
        assert SettingVersion.objects.count() == 3
        Rule.objects.update(is_on=True)
    assert new_actions(acme, lambda: liisa.post(f"{page}{first.pk}/")) == ["rule.restored"]
    with acme.scope():
        now = Rule.objects.get()
        assert (now.events, now.clock, now.query, now.note, now.is_on) == (["received"], "", "", "Look.", True)
        assert SettingVersion.objects.latest("pk").value == first.value
        Rule.objects.update(name="Other")
        ruling.save(Rule(name="Lifts", events=["note"], note="x"), changed=["name"], by=acme.actor("ada"))
    assert "its name is taken" in words(liisa.post(f"{page}{first.pk}/", follow=True))


def test_texts_and_macros_come_back_too_without_what_is_gone(acme: Cast) -> None:
    response, ada = keep(acme), acme.client("ada")
    macro = write(acme, response=str(response.pk))
    with acme.scope():
        texts = dict(ResponseText.objects.filter(response=response).values_list("language", "text"))
        title = CannedResponse.objects.get().title
    ada.post(f"/responses/{response.pk}/", {"title": "New", "audience": "all", "text_en": "Other words"})
    ada.post(f"/macros/{macro.pk}/", {"title": "Calmer", "audience": "all", "do_tag": "Calm"})
    page = f"/settings/history/response/{response.pk}/"
    assert "Text, English" in words(ada.get(page))
    ada.post(f"{page}{version(acme, response)}/")
    with acme.scope():
        assert CannedResponse.objects.get().title == title
        assert dict(ResponseText.objects.filter(response=response).values_list("language", "text")) == texts
        response.delete()
        Tag.objects.all().delete()
    ada.post(f"/settings/history/macro/{macro.pk}/{version(acme, macro)}/")
    with acme.scope():
        now = Macro.objects.get()
        assert (now.title, now.response, len(now.actions)) == ("Escalate", None, 4)
    assert acme.client("konsta").get(f"/settings/history/macro/{macro.pk}/").status_code == 403
    assert ada.get("/settings/history/queue/1/").status_code == 404


def version(cast: Cast, row: Any) -> int:
    """The first of a row."""
    with cast.scope():
        rows = SettingVersion.objects.filter(row=row.pk, thing="macro" if isinstance(row, Macro) else "response")
        return rows.order_by("pk")[0].pk
