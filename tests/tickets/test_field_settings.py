"""The settings of a team's own fields and kinds, and what of them shows elsewhere."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests.accounts.settings_support import actions, form_of, new_actions, words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import Kind
from tickets.models import CustomField, FieldChoice, FieldRule, Ticket
from tickets.process import load
from tickets.requirements import circle

pytestmark = pytest.mark.django_db


def add(cast: Cast, name: str, type_: str, **more: Any) -> int:
    """A new field by its page; its id."""
    data = {"name": name, "type": type_, "position": "0"} | more
    answer = cast.client("ada").post(reverse("tickets:own_field_add"), data)
    assert answer.status_code == 302, form_of(answer).errors
    return int(answer.headers["location"].strip("/").rpartition("/")[2])


def rule(cast: Cast, pk: int, **data: Any) -> Any:
    return cast.client("ada").post(reverse("tickets:own_field_rule_add", args=[pk]), data)


def names(cast: Cast, pk: int) -> list[tuple[str, str, bool]]:
    """Choices in order: name, that of the one above, whether put away."""
    with cast.scope():
        rows = FieldChoice.objects.filter(field=pk).select_related("parent")
        return [(row.name, row.parent.name if row.parent else "", row.is_archived) for row in rows]


def test_a_field_has_a_key_that_stays(acme: Cast) -> None:
    before = len(actions(acme))
    first, second = add(acme, "Tilausnumero ÄÖ", "text"), add(acme, "Tilausnumero äö!", "number", kinds=["order"])
    change = {"name": "Order number", "position": "3", "type": "day", "help_text": "On the paper"}
    acme.client("ada").post(reverse("tickets:own_field", args=[second]), change)

    with acme.scope():
        rows = {row.pk: row for row in CustomField.objects.all()}
    assert [rows[first].key, rows[second].key] == ["tilausnumero-ao", "tilausnumero-ao-2"]
    renamed = rows[second]
    assert (renamed.name, renamed.type, renamed.position, renamed.kinds) == ("Order number", "number", 3, [])
    assert not renamed.is_active
    assert actions(acme)[before:] == ["field.added", "field.added", "field.changed"]
    again = acme.client("ada").post(reverse("tickets:own_field_add"), {"name": "Order number", "type": "day"})
    assert "There is one with this already." in words(again)


def test_choices_are_added_ordered_renamed_and_put_away(acme: Cast) -> None:
    pk, client = add(acme, "Matter", "choice"), acme.client("ada")
    path = reverse("tickets:own_field_choices", args=[pk])
    assert new_actions(
        acme, lambda: client.post(path, {"new": "Tax\nPayroll > Holidays\n\nPayroll > Bonus\nTax"})
    ) == ["field.choices_changed"]
    assert names(acme, pk) == [
        ("Tax", "", False),
        ("Payroll", "", False),
        ("Holidays", "Payroll", False),
        ("Bonus", "Payroll", False),
    ]

    form = client.get(reverse("tickets:own_field", args=[pk])).context["choices_form"]
    data = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    keys = {option.name: option.pk for option in form.options}
    data |= {f"position-{keys['Payroll']}": "0", f"position-{keys['Tax']}": "5", f"name-{keys['Tax']}": "Taxes"}
    data |= {f"position-{keys['Bonus']}": "1", f"away-{keys['Holidays']}": "on"}
    assert client.post(path, data).status_code == 302

    assert names(acme, pk) == [
        ("Payroll", "", False),
        ("Bonus", "Payroll", False),
        ("Holidays", "Payroll", True),
        ("Taxes", "", False),
    ]
    for wrong in ("A > B > C", "> B", "x" * 81):
        answer = client.post(path, data | {"new": wrong})
        assert answer.status_code == 422
        assert names(acme, pk)[-1] == ("Taxes", "", False)
    offered = acme.client("aino").get(reverse("tickets:create")).context["form"]["f-matter"]
    assert offered.field.choices == [
        ("", "—"),
        ("Payroll", [(str(keys["Bonus"]), "Bonus")]),
        (str(keys["Tax"]), "Taxes"),
    ]


def test_rules_are_sentences_and_no_circle(acme: Cast) -> None:
    matter, proof, note = add(acme, "Matter", "choice"), add(acme, "Proof", "yes"), add(acme, "Note", "text")
    acme.client("ada").post(reverse("tickets:own_field_choices", args=[matter]), {"new": "Payroll > Holidays"})
    with acme.scope():
        choice = FieldChoice.objects.get(name="Payroll").pk
    assert rule(acme, proof, effect="shown", where=f"choice-{choice}").status_code == 302
    assert rule(acme, note, effect="shown", where=f"no-{proof}", kinds=["order"]).status_code == 302
    made = rule(acme, note, effect="resolved", kinds=["fault", "order"], roles=["agent", "consultant"])
    assert made.status_code == 302

    circular = rule(acme, matter, effect="shown", where=f"yes-{proof}")
    pointless = rule(acme, matter, effect="shown")

    assert "These fields would show each other only: " in words(circular)
    assert "Say where it is shown" in words(pointless)
    listed = words(acme.client("ada").get(reverse("tickets:own_fields")))
    assert "Shown only, where Matter is Payroll." in listed
    assert "Needed before the ticket is resolved, of kind Fault or Order, by Agent or Consultant." in listed
    with acme.scope():
        assert not circle([field.wanted for field in load().fields])
        last = FieldRule.objects.get(field=note, effect="resolved").pk
    removed = reverse("tickets:own_field_rule_remove", args=[last])
    assert new_actions(acme, lambda: acme.client("ada").post(removed)) == ["field.rule.removed"]


def test_the_preview_shows_what_would_be_missing(acme: Cast) -> None:
    pk = add(acme, "Note", "text")
    rule(acme, pk, effect="resolved", kinds=["fault"])
    client, path = acme.client("ada"), reverse("tickets:own_fields_preview")

    asked = [("fault", "resolved"), ("fault", "made"), ("order", "resolved")]
    pages = [words(client.get(path, {"kind": kind, "stage": stage})) for kind, stage in asked]

    assert ["This has to be filled in." in page for page in pages] == [True, False, False]
    assert ["Nothing is missing" in page for page in pages] == [False, True, True]


def test_a_kind_bears_the_teams_name_wherever_it_stands(acme: Cast) -> None:
    client, desk = acme.client("ada"), acme.client("aino")
    ticket = ticket_of(acme)
    with acme.scope():
        Ticket.objects.filter(pk=ticket.pk).update(kind="fault")
    path = reverse("tickets:kind", args=["fault"])
    data = {"name": "Breakdown", "description": "Something stands still."}
    assert new_actions(acme, lambda: client.post(path, data)) == ["kind.added"]

    assert "<dd>Breakdown</dd>" in words(desk.get(f"/tickets/{ticket.number}/"))
    assert "<td class=g-kind>Breakdown<" in words(desk.get("/tickets/?column=kind"))
    assert "Breakdown" in words(desk.get("/tickets/filter/kind/"))
    assert "Breakdown" in words(desk.get("/tickets/?kind=fault")).partition('aria-label="Filters"')[2]
    form = desk.get(reverse("tickets:create")).context["form"]
    assert ("fault", "Breakdown") in form["kind"].field.choices
    assert form["kind"].help_text == "Breakdown: Something stands still."
    edit = {"title": ticket.title, "customer": acme.customer.pk, "priority": "normal", "kind": "order"}
    desk.post(reverse("tickets:edit", args=[ticket.number]), edit)
    assert "Kind: Breakdown → Order" in words(desk.get(f"/tickets/{ticket.number}/"))
    clash = client.post(reverse("tickets:kind", args=["order"]), {"name": "breakdown"})
    assert clash.status_code == 422


def test_a_kind_that_is_off_is_offered_to_nobody_but_its_tickets(acme: Cast) -> None:
    client, desk = acme.client("ada"), acme.client("aino")
    ticket = ticket_of(acme)
    with acme.scope():
        Ticket.objects.filter(pk=ticket.pk).update(kind="order")
    for kind in Kind:
        client.post(reverse("tickets:kind", args=[kind]), {"is_off": "on"})

    form = desk.get(reverse("tickets:create")).context["form"]
    edit = desk.get(reverse("tickets:edit", args=[ticket.number])).context["form"]

    assert [value for value, _name in form["kind"].field.choices] == ["request"]
    assert form["kind"].value() == "request"
    assert [value for value, _name in edit["kind"].field.choices] == ["request", "order"]


def test_a_new_team_sees_nothing_of_all_this_but_two_lines_of_settings(acme: Cast) -> None:
    settings = words(acme.client("ada").get(reverse("tickets:settings")))
    assert len(re.findall(r'href="/settings/(?:fields|kinds)/"', settings)) == 2

    for path in (reverse("tickets:create"), reverse("tickets:choose_field"), reverse("tickets:arrange")):
        assert re.findall(r'(?:name|value)="f-[^"]*', words(acme.client("aino").get(path))) == []
