"""Lists: what filters find, how they are ordered, grouped and paged, and what is kept under a name."""

import csv
import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from accounts.models import Customer, Product
from sla.enums import Priority
from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.house.test_query_counts import LIST, ask, make_tickets
from tests.mailintake.post import ticket_of
from tickets.enums import Kind, StatusClass
from tickets.fields import FIELDS, condition_of, labels_of
from tickets.models import Queue, SavedView, Status, Tag, Ticket
from tickets.orders import GROUPS, SORTS, page_of
from tickets.selection import UnknownSelection, parse
from tickets.services import lifecycle, tagging

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def shown(client: Client, path: str) -> list[str]:
    """The titles of a page, in order."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    return [html.unescape(title) for title in re.findall(r"class=subj[^>]*>([^<]*)<", answer.content.decode())]


@pytest.fixture
def desk(acme: Cast) -> Cast:
    """Six tickets, each unlike the others."""
    with acme.scope(), time_machine.travel(MONDAY, tick=False):
        other, lift = Customer.objects.create(name="Saha Oy", office=acme.office), Product.objects.create(name="Lift")
        facts: list[dict[str, Any]] = [
            {"title": "one", "priority": "urgent", "assignee": "konsta"},
            {"title": "two", "priority": "low", "customer": other},
            {"title": "three", "kind": Kind.FAULT, "product": lift},
            {"title": "four", "assignee": "aino"},
            {"title": "five", "assignee": "aino"},
            {"title": "six"},
        ]
        for place, each in enumerate(facts):
            with time_machine.travel(MONDAY - timedelta(days=place * 2), tick=False):
                ticket = ticket_of(acme, **{name: each[name] for name in ("assignee", "priority") if name in each})
            own = {name: each[name] for name in ("title", "kind", "product", "customer") if name in each}
            Ticket.objects.filter(pk=ticket.pk).update(**own)
        lifecycle.resolve(Ticket.objects.get(title="five"), solution="Korjattu.", by=acme.actor("aino"))
        tagging.add(Ticket.objects.get(title="six"), tagging.find_or_make("Winter"), by=acme.actor("aino"))
        waits = Status.objects.get(status_class=StatusClass.WAITING_REQUESTER)
        lifecycle.set_status(Ticket.objects.get(title="four"), waits, by=acme.actor("aino"))
    return acme


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "one two three four six"),
        ("status=any", "one two three four five six"),
        ("status=finished", "five"),
        ("status=waiting", "four"),
        ("status=working&not=status", "four five"),
        ("priority=urgent&priority=low", "one two"),
        ("priority=normal&not=priority", "one two"),
        ("assignee=me&status=any", "four five"),
        ("assignee=nobody", "two three six"),
        ("assignee=konsta", "one"),
        ("customer=other", "two"),
        ("customer=other&not=customer", "one three four six"),
        ("customer=none", ""),
        ("kind=fault", "three"),
        ("product=lift&product=none", "one two three four six"),
        ("tag=winter", "six"),
        ("tag=winter&not=tag", "one two three four"),
        ("received=today", "one"),
        ("received=over7", "six"),
        ("received=2026-10-29..2026-10-31", "two three"),
        ("received=..2026-10-28", "four six"),
        ("due=late", "three four six"),
        ("due=paused&not=due", "one two three four six"),
        ("channel=mail&queue=desk", "one two three four six"),
    ],
)
def test_a_filter_finds_what_it_says(desk: Cast, query: str, found: str) -> None:
    with desk.scope():
        rows = {
            "assignee=konsta": f"assignee={desk.konsta.pk}",
            "customer=other": f"customer={Customer.objects.get(name='Saha Oy').pk}",
            "status=waiting": f"status={Status.objects.get(status_class='waiting_requester').pk}",
            "product=lift": f"product={Product.objects.get().pk}",
            "tag=winter": f"tag={Tag.objects.get().pk}",
            "queue=desk": f"queue={desk.desk.queue.pk}",
        }
        for name, value in rows.items():
            query = query.replace(name, value)
    with time_machine.travel(MONDAY, tick=False):
        assert sorted(shown(desk.client("aino"), f"/tickets/?{query}")) == sorted(found.split())


@pytest.mark.parametrize(
    "query",
    [
        "status__in=1",
        "order_by=-tenant",
        "requester__user__password=x",
        "priority=top",
        "customer=x",
        "customer=1%27--",
        "received=..",
        "received=2026-13-01..",
        "received=2026-11-03..2026-11-01",
        "due=2026",
        "sort=title",
    ],
)
def test_what_no_list_knows_is_a_bad_request(acme: Cast, query: str) -> None:
    """A42: only the names and values on the list reach the database."""
    assert acme.client("aino").get(f"/tickets/?{query}").status_code == 400


@pytest.mark.parametrize("group", ["", *GROUPS])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_in_every_order(desk: Cast, sort: str, group: str) -> None:
    """Forwards to the end and backwards to the beginning: each ticket once, in one order."""
    selection = parse(f"status=any&sort={sort}&group={group}")
    with desk.scope():
        tickets = Ticket.objects.all()
        ways: dict[str, list[str]] = {"later": [], "earlier": []}
        query = QueryDict("")
        for way, found in ways.items():
            while True:
                page = page_of(tickets, selection, query, size=2)
                titles = [ticket.title for ticket in page.rows]
                found[:] = found + titles if way == "later" else titles + found
                if not (link := getattr(page, way)):
                    break
                query = QueryDict(link.removeprefix("?"))
    assert len(ways["later"]) == 6
    assert len(set(ways["later"])) == 6
    assert ways["earlier"] == ways["later"]


def test_the_key_of_a_page_is_read_as_what_it_is(desk: Cast) -> None:
    client, first = desk.client("aino"), "/tickets/?status=any"
    everything = shown(client, first)
    for key in ("17", "[]", '["x",1]', '["2026-11-02T08:00:00",1]', "[null,1]", "[1,1]", '["2026-11-02T08:00:00Z"]'):
        assert shown(client, f"{first}&after={key}") == everything
    assert shown(client, f'{first}&after=["2026-11-02T08:00:00+00:00",{2**70}]') == everything


def test_groups_stand_below_their_words(desk: Cast) -> None:
    page = (
        desk.client("aino").get("/tickets/?group=priority&column=queue&column=tags&column=received").content.decode()
    )
    found = re.findall(r"colspan=8>([^<]*)<|class=subj[^>]*>([^<]*)<", page)
    assert [heading or title for heading, title in found][:2] == ["Critical", "one"]
    assert [heading or title for heading, title in found][-2:] == ["Low", "two"]
    assert "class=g-tags>Winter<" in page


def test_a_filter_that_finds_nothing_says_which_it_is(desk: Cast) -> None:
    with desk.scope():
        other = Customer.objects.get(name="Saha Oy")
    text = words(desk.client("aino").get(f"/tickets/?customer={other.pk}&kind=order"))
    assert "No ticket matches these filters" in text
    assert "Customer: Saha Oy · Kind: Order" in text


def test_what_one_can_choose_is_narrowed_down_by_what_is_typed(desk: Cast) -> None:
    client = desk.client("aino")
    page = words(client.get("/tickets/filter/customer/?path=/my/&typed=sah&priority=high"))
    assert "Saha Oy" in page
    assert "Paperi Oy" not in page
    assert client.get("/tickets/filter/tenant/").status_code == 404
    assert client.get("/tickets/filter/customer/?path=//evil.example/").content.count(b"evil.example") == 0


def test_labels_are_asked_for_once(desk: Cast, django_assert_num_queries: Any) -> None:
    with desk.scope():
        customer, queue = Customer.objects.get(name="Saha Oy"), Queue.objects.get()
        asked = parse(f"customer={customer.pk}&queue={queue.pk}&assignee={desk.konsta.pk}&assignee=me&status=1").asked
        with django_assert_num_queries(1):
            labels = labels_of(asked, desk.aino)
    assert labels["customer", str(customer.pk)] == "Saha Oy"
    assert labels["assignee", str(desk.konsta.pk)] == "Konsta Consultant"


def test_every_field_refuses_a_strange_value(desk: Cast) -> None:
    with desk.scope():
        for name in FIELDS:
            for value in ("x' OR 1=1", "__class__", "-1"):
                with pytest.raises(UnknownSelection):
                    condition_of(parse(f"{name}={value}"), desk.aino)


def test_a_filtered_list_costs_the_same_for_1_and_30_tickets(acme: Cast) -> None:
    make_tickets(acme, 1)
    with acme.scope():
        customer = acme.customer.pk
    path = (
        f"/tickets/?customer={customer}&assignee={acme.aino.pk}&queue={acme.desk.queue.pk}&column=tags&column=product"
    )
    client = acme.client("aino")
    ask(client, path)
    one, _page = ask(client, path)
    make_tickets(acme, 29)
    many, _page = ask(client, path)
    assert many == one
    assert len(many) <= LIST + 1, "\n".join(many)


def view_data(**more: object) -> dict[str, object]:
    return {"name": "Urgent ones", "audience": "mine", "in_menu": "on", "position": "0"} | more


def test_a_view_is_kept_shown_changed_and_removed(desk: Cast) -> None:
    client = desk.client("liisa")
    added = new_actions(desk, lambda: client.post("/views/new/?priority=urgent&status=any", view_data()))
    assert added == ["view.added"]
    with desk.scope():
        view = SavedView.objects.get()
    page = client.get(f"/views/{view.pk}/")
    assert shown(client, f"/views/{view.pk}/") == ["one"]
    assert re.search(r"Urgent ones</span><span class=count>1<", page.content.decode())
    assert "Save changes" not in words(page)

    changed = f"/views/{view.pk}/?priority=low&status=any"
    assert shown(client, changed) == ["two"]
    assert "Save changes" in words(client.get(changed))
    client.post(f"/views/{view.pk}/save/?priority=low&status=any")
    assert shown(client, f"/views/{view.pk}/") == ["two"]
    assert client.post(f"/views/{view.pk}/save/?tenant=2").status_code == 400

    assert desk.client("aino").get(f"/views/{view.pk}/").status_code == 404
    client.post(f"/views/{view.pk}/edit/", view_data(audience="team", team=desk.desk.team.pk))
    assert shown(desk.client("aino"), f"/views/{view.pk}/") == ["two"]
    assert desk.client("konsta").get(f"/views/{view.pk}/").status_code == 404
    assert desk.client("aino").post(f"/views/{view.pk}/remove/").status_code == 403
    client.post(f"/views/{view.pk}/remove/")
    with desk.scope():
        assert not SavedView.objects.exists()


def test_a_view_shows_nobody_what_they_may_not_see(desk: Cast) -> None:
    with desk.scope():
        view = SavedView.objects.create(name="All", audience="all", owner=desk.ada, query="status=any")
    assert shown(desk.client("konsta"), f"/views/{view.pk}/") == ["one"]


def test_an_agent_keeps_views_for_nobody_else(desk: Cast) -> None:
    desk.client("aino").post("/views/new/", view_data(audience="all"))
    with desk.scope():
        assert SavedView.objects.get().audience == "mine"
        assert SavedView.objects.get().owner == desk.aino


def test_a_view_of_what_the_product_has_forgotten_shows_what_is_open(desk: Cast) -> None:
    with desk.scope():
        view = SavedView.objects.create(name="Old", owner=desk.aino, query="colour=red")
    assert len(shown(desk.client("aino"), f"/views/{view.pk}/")) == 5


def test_priorities_have_their_own_order(desk: Cast) -> None:
    titles = shown(desk.client("aino"), "/tickets/?group=priority&sort=oldest")
    assert titles[0] == "one"
    assert titles[-1] == "two"
    assert Priority.values[0] == "urgent"


def file_of(client: Client, back: str, form: str = "csv") -> bytes:
    """The file that a list is."""
    answer = client.post("/tickets/export/", {"back": back, "form": form})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_list_is_a_file_with_all_that_its_pages_show(desk: Cast) -> None:
    """In its order and with its conditions; what a spreadsheet would calculate stays a text, and it is audited."""
    with desk.scope():
        Ticket.objects.filter(title="two").update(title="=2+3")
    client, back = desk.client("aino"), "/tickets/?status=any&sort=newest"
    found: list[bytes] = []

    assert new_actions(desk, lambda: found.append(file_of(client, back))) == ["tickets.exported"]

    lines = list(csv.reader(found[0].decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [line[1] for line in lines[1:7]] == ["one", "'=2+3", "three", "four", "five", "six"]
    assert lines[0][:4] == ["Number", "Title", "Requester", "Customer"]
    assert (lines[1][5], lines[3][9], lines[6][10], lines[1][11]) == ("Critical", "Lift", "Winter", "2026-11-02 10:00")
    assert file_of(client, back, "xlsx").startswith(b"PK")
    for refused, status in (("/elsewhere/", 404), ("/tickets/?tag=none", 400)):
        assert client.post("/tickets/export/", {"back": refused, "form": "csv"}).status_code == status


def test_a_file_holds_what_its_reader_may_see(desk: Cast) -> None:
    lines = file_of(desk.client("konsta"), "/tickets/").decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines[1:2]] == ["one"]
    assert lines[2] == ""
