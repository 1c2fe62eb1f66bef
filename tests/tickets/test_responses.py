"""Canned responses: written, found, filled in for one ticket, and put into the reply with a script and without."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Requester
from accounts.services.tenants import join_team
from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import CannedResponse, Draft, Queue, ResponseText, Ticket
from tickets.services import drafts
from tickets.services.drafts import Spot, Typed

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
FI, EN = "Hei {{first_name}}, {{number}} on työn alla. {{agent}}", "Hello {{requester}}, due {{due}}."


def keep(cast: Cast, title: str = "Password", owner: str = "aino", audience: str = "all", **more: Any) -> Any:
    texts = more.pop("texts", {"fi": FI, "en": EN})
    with cast.scope():
        row = CannedResponse.objects.create(title=title, owner=cast.members[owner], audience=audience, **more)
        ResponseText.objects.bulk_create(
            ResponseText(response=row, language=language, text=text) for language, text in texts.items()
        )
        return row


def found(client: Client, ticket: Ticket, query: str = "") -> list[str]:
    answer = client.get(f"/tickets/{ticket.number}/ready/{query}")
    return [row.title for row, _beginning in answer.context["responses"]]


def insert(client: Client, ticket: Ticket, row: Any, **more: Any) -> Any:
    return client.post(f"/tickets/{ticket.number}/responses/{row.pk}/", more, **JSON)


def test_it_speaks_the_requesters_language_and_hostile_values_stay_text(acme: Cast) -> None:
    ticket, row, aino = ticket_of(acme), keep(acme), acme.client("aino")
    assert insert(aino, ticket, row).json() == {"text": "Hei Otto, SYS-1001 on työn alla. Aino Agent", "said": ""}

    with acme.scope():
        Requester.objects.filter(pk=acme.requester.pk).update(language="en", name="{{agent}} {% debug %} <b>x</b>")
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=None)
    said = insert(aino, ticket, row).json()
    assert said["text"] == "Hello {{agent}} {% debug %} <b>x</b>, due ."
    assert said["said"] == "Look at the text: this ticket has no value for: When the next promise is due"
    with acme.scope():
        assert CannedResponse.objects.get().used == 2


def test_the_picker_finds_by_words_and_offers_what_is_used_most(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    with acme.scope():
        other = Queue.objects.create(name="Other", address="o@acme.example", office=acme.office)
    keep(acme, "Zebra", used=5)
    keep(acme, "Printer")
    keep(acme, "Elsewhere", queue=other)
    assert found(aino, ticket) == ["Zebra", "Printer"]
    assert found(aino, ticket, "?q=print") == ["Printer"]
    assert found(aino, ticket, "?q=TYÖN+zeb") == ["Zebra"]
    assert found(aino, ticket, "?q=%25") == []
    part = aino.get(f"/tickets/{ticket.number}/ready/?q=zeb", headers={"HX-Request": "true"})
    assert words(part).lstrip().startswith("<div")
    assert "<html" not in words(part)


def test_one_sees_ones_own_the_teams_and_everybodys_and_changes_only_ones_own(acme: Cast, globex: Cast) -> None:
    ticket, aino = ticket_of(acme, assignee="konsta"), acme.client("aino")
    own, team = keep(acme, "Own", audience="mine"), keep(acme, "Team", audience="team", team=acme.desk.team)
    keep(acme, "Everybody")
    keep(globex, "Foreign", owner="greta")
    assert sorted(found(aino, ticket)) == ["Everybody", "Own", "Team"]
    konsta = acme.client("konsta")
    assert found(konsta, ticket) == ["Everybody"]
    assert insert(konsta, ticket, own).status_code == insert(konsta, ticket, team).status_code == 404
    assert [aino.get(f"/responses/{row.pk}/").status_code for row in (own, team)] == [200, 403]
    with acme.scope():
        join_team(acme.desk.team, acme.konsta)
    assert sorted(found(konsta, ticket)) == ["Everybody", "Team"]


def test_a_variable_that_there_is_not_is_refused_and_the_text_comes_back(acme: Cast) -> None:
    aino = acme.client("aino")
    typed = {"title": "Password", "text_fi": "Hei {{requester.user.password}}", "text_en": ""}
    answer = aino.post("/responses/new/", typed)
    assert answer.status_code == 422
    assert "There is no variable “requester.user.password”." in words(answer)
    assert "Hei {{requester.user.password}}" in words(answer)
    assert aino.post("/responses/new/", typed | {"text_fi": " "}).status_code == 422
    assert new_actions(acme, lambda: aino.post("/responses/new/", typed | {"text_fi": FI})) == ["response.added"]
    with acme.scope():
        row = CannedResponse.objects.get()
        assert (row.audience, row.owner_id) == ("mine", acme.aino.pk)
        assert [(text.language, text.text) for text in row.texts.all()] == [("fi", FI)]
    aino.post(f"/responses/{row.pk}/", typed | {"text_fi": "", "text_en": EN})
    with acme.scope():
        assert [text.language for text in row.texts.all()] == ["en"]
    assert new_actions(acme, lambda: aino.post(f"/responses/{row.pk}/remove/")) == ["response.removed"]


def test_without_a_script_it_goes_through_the_draft(acme: Cast) -> None:
    ticket, row, aino = ticket_of(acme), keep(acme), acme.client("aino")
    typed = {"mode": "reply", "text": "Begun.", "page": "one", "ready": "1"}
    there = aino.post(f"/tickets/{ticket.number}/draft/", typed).headers["Location"]
    with acme.scope():
        draft = Draft.objects.get()
    assert there == f"/tickets/{ticket.number}/ready/?draft={draft.pk}"
    assert f'name="draft" value="{draft.pk}"' in words(aino.get(there))
    back = aino.post(f"/tickets/{ticket.number}/responses/{row.pk}/", {"draft": draft.pk}).headers["Location"]
    page = words(aino.get(back))
    assert "Begun.\n\nHei Otto, SYS-1001 on työn alla. Aino Agent</textarea>" in page
    with acme.scope():
        assert Draft.objects.count() == 1


def test_what_one_has_written_becomes_a_response(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    typed = {"mode": "reply", "text": "Käynnistä uudelleen.", "page": "one", "as_response": "1"}
    there = aino.post(f"/tickets/{ticket.number}/draft/", typed).headers["Location"]
    form = aino.get(there).context["form"]
    assert form["text_fi"].value() == "Käynnistä uudelleen."
    assert form["text_en"].value() == ""
    answer = aino.post(there, {"title": "Restart", "text_fi": "Käynnistä uudelleen.", "text_en": ""})
    assert answer.headers["Location"].startswith(f"/tickets/{ticket.number}/?draft=")
    with acme.scope():
        drafts.save(ticket, Typed(Draft.objects.get().mode, "x"), at=Spot("two"), member=acme.liisa)  # type: ignore[arg-type]  # its value
        theirs = Draft.objects.get(member=acme.liisa).pk
    assert aino.get(f"/responses/new/?draft={theirs}").context["form"]["text_fi"].value() == ""
