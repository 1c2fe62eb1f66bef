"""A team's own fields on tickets: filled in, needed, told in the log, shown, and asked for in lists."""

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.house.conftest import Statements
from tests.house.test_query_counts import LIST, TICKET, ask, make_tickets
from tests.mailintake.post import arrive, entries, open_box, ticket_of, vouched, write
from tests.portal.conftest import form_token
from tests.tickets.own_field_support import Fields, fault, shape
from tests.tickets.test_lists import shown
from tickets.errors import FactsDiffer, FieldsMissing
from tickets.models import FieldRule, FieldValue, Ticket, TicketEvent
from tickets.own_values import Given, Value, given
from tickets.process import forget, process
from tickets.services import facts, lifecycle, links
from tickets.services.events import log_position, standing
from tickets.services.own_fields import values_of
from tickets.services.undoing import undo_send
from tickets.stories import line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(acme: Cast) -> Fields:
    return shape(acme)


@pytest.fixture
def ticket(acme: Cast, ids: Fields) -> Ticket:
    """A fault in Konsta's hands of which nothing is known."""
    return fault(acme, ticket_of(acme, assignee="konsta"))


def own(**values: Value) -> dict[str, Given]:
    """Values as services take them."""
    known = {each.key: each for each in process().fields}
    return {f"f-{key}": given(known[key], value) for key, value in values.items()}


def has(cast: Cast, ticket: Ticket) -> dict[str, Value]:
    with cast.scope():
        return values_of(ticket, process())


def test_values_of_all_types_are_kept_and_told_in_one_line(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    filled: dict[str, Value] = {
        "cause": (ids.pump,),
        "part": "PX-4",
        "pressure": Decimal("140.5"),
        "installed": date(2026, 3, 1),
        "warranty": False,
        "story": "It dripped.\nThen it stopped.",
        "sites": tuple(sorted((ids.oulu, ids.turku))),
    }
    with acme.scope():
        facts.change(ticket, by=acme.actor("aino"), own=own(**filled), priority="high")
        facts.change(ticket, by=acme.actor("aino"), own=own(**filled), priority="high")
        (event,) = TicketEvent.objects.filter(ticket=ticket, kind="changed")
        facts.change(ticket, by=acme.actor("aino"), own=own(part=None, sites=(ids.turku,)))
        last = TicketEvent.objects.filter(ticket=ticket, kind="changed").latest("pk")

    assert has(acme, ticket) == {name: value for name, value in filled.items() if name != "part"} | {
        "sites": (ids.turku,)
    }
    with translation.override("fi"), acme.scope():
        line, after = line_of(event), line_of(last)
    assert line is not None
    assert after is not None
    for words in ("Cause: — → Hardware > Pump", "Pressure: — → 140,5", "Installed: — → 1.3.2026", "Warranty: — → Ei"):
        assert words in line.text
    assert after.text.endswith("Part: PX-4 → —, Sites: Oulu, Turku → Turku")


def test_who_did_not_see_a_change_overwrites_nothing(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    with acme.scope():
        seen = log_position(ticket)
        facts.change(ticket, by=acme.actor("konsta"), own=own(part="PX-4"))
        facts.change(ticket, by=acme.actor("aino"), seen=seen, own=own(part=None, warranty=True))
        with pytest.raises(FactsDiffer) as refusal:
            facts.change(ticket, by=acme.actor("aino"), seen=seen, own=own(part="PX-5"))

    assert refusal.value.fields == {"f-part": ("Konsta Consultant", "PX-4", "PX-5")}
    assert has(acme, ticket) == {"part": "PX-4", "warranty": True}


def test_a_ticket_is_resolved_once_what_its_team_needs_is_known(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    by = acme.actor("konsta")
    with acme.scope():
        for act in (lifecycle.close, lambda ticket, **more: lifecycle.resolve(ticket, solution="Done.", **more)):
            with pytest.raises(FieldsMissing, match="Cause"):
                act(ticket, by=by)
        with pytest.raises(FieldsMissing, match="Part"):
            lifecycle.resolve(ticket, solution="Done.", by=by, own=own(cause=(ids.pump,)))
        lifecycle.resolve(ticket, solution="Done.", by=by, own=own(cause=(ids.software,)))

    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).status_class == "resolved"


def test_a_solution_that_is_taken_back_leaves_what_was_filled_in(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    by = acme.actor("konsta")
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=by, own=own(cause=(ids.software,)))
        undo_send(ticket.messages.latest("pk"), by=by)
        kinds = [event.kind for event in standing(ticket.events.order_by("pk"))]

    assert has(acme, ticket) == {"cause": (ids.software,)}
    assert [kind in kinds for kind in ("changed", "solution")] == [True, False]


def test_mail_is_taken_in_whatever_is_needed_and_a_mailed_command_says_what_is_missing(
    acme: Cast, ids: Fields
) -> None:
    open_box(acme)
    row: InboundMessage = arrive(acme, write(subject="The pump leaks"))
    assert row.ticket is not None
    held = fault(acme, row.ticket)
    with acme.scope():
        Ticket.objects.filter(pk=held.pk).update(assignee=acme.konsta)
        number = f"[SYS-{held.number}]"

    arrive(acme, vouched(write("konsta@acme.example", f"Re: {number} The pump leaks", "#resolved New seal.\n")))

    assert entries(acme, held)[-1][0] == "note"
    with acme.scope():
        assert Ticket.objects.get(pk=held.pk).status_class == "new"


def posted(page: Any, **more: Any) -> dict[str, Any]:
    """What a browser sends of a page's form, with some of it changed."""
    form = page.context["form"]
    values = {field.html_name: field.value() for field in form if field.value() is not None}
    return values | more


def test_the_resolve_page_asks_for_what_is_missing_and_loses_nothing(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    client, path = acme.client("konsta"), reverse("tickets:resolve", args=[ticket.number])
    page = client.get(path)
    assert [field.name for field in page.context["form"].own_fields] == ["f-cause", "f-part"]

    answer = client.post(path, {"solution": "New pump.", "f-cause": ids.pump})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {"f-part": ["This has to be filled in."]}
    assert "New pump." in answer.content.decode()
    assert client.post(path, {"solution": "New pump.", "f-cause": ids.pump, "f-part": "PX-4"}).status_code == 302
    assert has(acme, ticket) == {"cause": (ids.pump,), "part": "PX-4"}


def test_the_composer_and_closing_lead_to_the_fields_and_keep_the_text(
    acme: Cast, ticket: Ticket, ids: Fields
) -> None:
    client = acme.client("aino")
    written = {"mode": "reply", "text": "New pump.", "resolve": "1", "branch": "", "version": "0", "page": "p" * 22}

    answers = [
        client.post(reverse("tickets:write", args=[ticket.number]), written),
        client.post(reverse("tickets:close", args=[ticket.number])),
    ]

    for answer in answers:
        page = answer.content.decode()
        assert answer.status_code == 409
        assert f'Cause. <a href="/tickets/{ticket.number}/edit/">' in page
        assert "New pump." in page


def test_the_mail_link_asks_for_what_is_missing(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    acme.tenant.confirm_browsers = False
    acme.tenant.save(update_fields=["confirm_browsers"])
    with acme.scope():
        work = f"/l/{links.make_work_link(ticket, acme.members['konsta'])}/"
    client = Client(headers={"host": acme.tenant.host})
    token = form_token(client.get(work), f"{work}resolve/")
    said = {"solution": "New seal.", "form_token": token}

    refused = client.post(f"{work}resolve/", said)
    done = client.post(f"{work}resolve/", said | {"f-cause": ids.software, "f-part": "not shown, so not kept"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "New seal." in refused.content.decode()
    assert has(acme, ticket) == {"cause": (ids.software,)}


def test_a_call_is_written_down_with_what_its_kind_needs(acme: Cast, ids: Fields) -> None:
    client, path = acme.client("aino"), reverse("tickets:create")
    call = posted(client.get(path), name="Caller", title="Leak", text="It leaks", **{"f-cause": ids.pump})

    refused = client.post(path, call | {"f-pressure": "lots"})
    with acme.scope():
        assert not Ticket.objects.exists()
    made = client.post(path, call | {"f-part": "PX-4", "f-pressure": "1.5", "f-warranty": "no", "f-sites": [ids.oulu]})

    assert set(refused.context["form"].errors) == {"f-part", "f-pressure"}
    assert made.status_code == 302
    with acme.scope():
        ticket = Ticket.objects.get()
    wanted: dict[str, Value] = {"cause": (ids.pump,), "part": "PX-4", "pressure": Decimal("1.5"), "warranty": False}
    assert has(acme, ticket) == wanted | {"sites": (ids.oulu,)}


def test_what_another_kind_would_show_is_neither_needed_nor_read(acme: Cast, ids: Fields) -> None:
    client, path = acme.client("aino"), reverse("tickets:create")
    call = posted(client.get(path), name="Caller", title="Leak", text="It leaks", kind="request")

    made = client.post(path, call | {"f-cause": "nonsense", "f-part": "x"})

    assert made.status_code == 302
    with acme.scope():
        assert has(acme, Ticket.objects.get()) == {}


def test_facts_are_corrected_without_what_is_missing_but_nothing_needed_is_emptied(
    acme: Cast, ticket: Ticket, ids: Fields
) -> None:
    client, path = acme.client("aino"), reverse("tickets:edit", args=[ticket.number])
    page = client.get(path)
    assert client.post(path, posted(page, title="Renamed")).status_code == 302
    assert client.post(path, posted(page, **{"f-cause": ids.pump, "f-part": "PX-4"})).status_code == 302

    emptied = client.post(path, posted(client.get(path), **{"f-part": ""}))

    assert emptied.status_code == 422
    assert has(acme, ticket) == {"cause": (ids.pump,), "part": "PX-4"}
    side = client.get(f"/tickets/{ticket.number}/").content.decode().partition("<aside")[2]
    assert "<dt>Cause</dt><dd>Hardware &gt; Pump</dd>" in side


def test_triage_accepts_with_what_its_kind_needs(acme: Cast, ids: Fields) -> None:
    open_box(acme, mode="triage")
    row = arrive(acme, write(subject="The pump leaks"))
    client = acme.client("aino")
    page = client.get(reverse("mailintake:triage_mail", args=[row.pk]))
    accept = reverse("mailintake:accept", args=[row.pk])
    # Only what is needed now, and what that depends on.
    assert [field.name for field in page.context["form"].own_fields] == ["f-cause", "f-part"]
    said = posted(page, kind="fault", **{"f-cause": ids.pump})

    refused = client.post(accept, said)
    made = client.post(accept, said | {"f-part": "PX-4"})

    assert (refused.status_code, made.status_code) == (422, 302)
    with acme.scope():
        assert has(acme, Ticket.objects.get()) == {"cause": (ids.pump,), "part": "PX-4"}


@pytest.fixture
def several(acme: Cast, ids: Fields) -> Cast:
    """Four tickets, the last of which has nothing in any field."""
    filled: list[dict[str, Value]] = [
        {"cause": (ids.pump,), "pressure": Decimal(140), "installed": date(2026, 3, 1), "warranty": True},
        {"cause": (ids.software,), "pressure": Decimal("-2.5"), "installed": date(2026, 4, 1), "warranty": False},
        {"cause": (ids.hardware,), "sites": (ids.oulu, ids.turku), "part": "PX-4"},
        {},
    ]
    for title, values in zip(("one", "two", "three", "four"), filled, strict=True):
        ticket = ticket_of(acme)
        with acme.scope():
            Ticket.objects.filter(pk=ticket.pk).update(title=title)
            facts.change(ticket, by=acme.actor("aino"), own=own(**values))
    return acme


FOUND = {
    "f-cause=hardware": "one three",
    "f-cause=pump&f-cause=software": "one two",
    "f-cause=hardware&not=f-cause": "two four",
    "f-cause=none": "four",
    "f-sites=turku": "three",
    "f-warranty=no": "two",
    "f-warranty=set": "one two",
    "f-pressure=-2.5..139.9999": "two",
    "f-pressure=..140&f-cause=pump": "one",
    "f-pressure=0..": "one",
    "f-installed=2026-03-01..2026-03-31": "one",
    "f-installed=past": "one two",
}


def test_a_list_is_asked_for_own_fields(several: Cast, ids: Fields) -> None:
    client, found = several.client("aino"), {}
    for query in FOUND:
        asked = query
        for name in ("hardware", "pump", "software", "turku"):
            asked = asked.replace(f"={name}", f"={getattr(ids, name)}")
        found[query] = " ".join(sorted(shown(client, f"/tickets/?{asked}")))

    assert found == {query: " ".join(sorted(titles.split())) for query, titles in FOUND.items()}


UNKNOWN = [
    "f-nothing=1",
    "f-cause=99999",
    "f-cause=x",
    "f-pressure=1",
    "f-pressure=2..1",
    "f-pressure=..",
    "f-pressure=1e9..",
    "f-installed=2026-13-01..",
    "f-part=PX-4",
    "column=f-story",
    "column=f-nothing",
    "group=f-sites",
    "group=f-pressure",
    "not=f-part",
]


def test_a_list_knows_no_other_own_fields(acme: Cast, globex: Cast, ids: Fields) -> None:
    """Neither what no field knows nor, in another tenant, any of them."""
    client, stranger = acme.client("aino"), globex.client("greta")

    assert {query: client.get(f"/tickets/?{query}").status_code for query in UNKNOWN} == dict.fromkeys(UNKNOWN, 400)
    assert stranger.get("/tickets/?f-warranty=yes").status_code == 400


def test_own_columns_and_groups_stand_in_the_list(several: Cast, ids: Fields) -> None:
    query = "group=f-cause&column=f-cause&column=f-pressure&column=f-part&column=f-sites"
    client = several.client("aino")
    page = html.unescape(client.get(f"/tickets/?{query}").content.decode())

    assert re.findall(r"scope=rowgroup[^>]*>([^<]*)<", page) == ["Hardware", "Hardware > Pump", "Software", "Empty"]
    assert re.findall(r"class=subj[^>]*>([^<]*)<", page) == ["three", "one", "two", "four"]
    assert "<td class=g-f-pressure>-2.5" in page
    assert "<td class=g-f-sites>Oulu, Turku<" in page
    arranged = client.get(f"/tickets/arrange/?path=/tickets/&{query}").content.decode()
    assert '<option value="f-cause" selected>Cause</option>' in arranged


def test_a_span_is_typed_in_two_boxes(several: Cast) -> None:
    client, path = several.client("aino"), reverse("tickets:choose", args=["f-pressure"])

    answer = client.get(path, {"path": "/my/", "priority": "normal", "from": "-3", "to": "1,5"})

    assert answer.headers["location"] == "/my/?status=unfinished&priority=normal&f-pressure=-3..1.5"
    assert client.get(path, {"from": "3", "to": "1"}).status_code == 422
    assert client.get(reverse("tickets:choose", args=["f-part"])).status_code == 404
    offered = client.get(reverse("tickets:choose_field")).content.decode()
    assert [name in offered for name in ("Pressure", "Story")] == [True, False]


def test_own_fields_cost_a_list_and_a_ticket_no_statement_more(acme: Cast, ids: Fields) -> None:
    """The fields are kept; values come with the tickets, however many there are."""
    tickets = make_tickets(acme, 2)
    with acme.scope():
        for ticket in tickets:
            facts.change(ticket, by=acme.actor("aino"), own=own(warranty=True, part="PX-4"))
    client = acme.client("aino")
    query = f"customer={acme.customer.pk}&f-warranty=yes&column=status&column=f-part&column=kind&group=f-cause"
    for path, most in ((f"/tickets/?{query}", LIST), (f"/tickets/{tickets[0].number}/", TICKET)):
        client.get(path)
        statements, page = ask(client, path)
        assert "PX-4" in page
        assert len(statements) <= most, "\n".join(statements)


def test_a_team_without_fields_is_asked_for_nothing(acme: Cast) -> None:
    ticket = ticket_of(acme)
    client = acme.client("aino")
    for path in ("/tickets/", f"/tickets/{ticket.number}/"):
        client.get(path)
        statements = Statements()
        with connection.execute_wrapper(statements):
            page = client.get(path).content.decode()
        assert not [sql for sql in statements.all if "FROM tickets_customfield" in sql.replace('"', "")]
        assert "data-own" not in page


def test_numbers_are_looked_up_by_operators_that_the_wall_lets_use_an_index(acme: Cast) -> None:
    """Those of numeric are not leakproof, which is why `scaled` is a bigint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proleakproof"
            " AND proname IN ('int8ge', 'int8le', 'int8eq', 'date_ge', 'date_le', 'numeric_ge')"
        )
        assert {name for (name,) in cursor.fetchall()} == {"int8ge", "int8le", "int8eq", "date_ge", "date_le"}
    indexed = {name for index in FieldValue._meta.indexes for name in index.fields}
    assert indexed == {"tenant", "field", "choice", "ticket", "scaled", "day"}


def test_rules_ask_for_the_role_of_whoever_acts(acme: Cast, ticket: Ticket, ids: Fields) -> None:
    with acme.scope():
        FieldRule.objects.filter(effect="resolved").update(roles=["consultant"])
        forget()
        with pytest.raises(FieldsMissing):
            lifecycle.resolve(ticket, solution="Done.", by=acme.actor("konsta"))
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
