"""The settings: who may open which page, and those of queues, teams, statuses and kinds of work."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import Team, TeamMember
from tests.accounts.settings_support import actions, form_of, new_actions, statements, words
from tests.conftest import Cast
from tickets.enums import StatusClass
from tickets.models import Queue, Status, WorkType

ADMIN_PAGES = [
    "accounts:people",
    "accounts:person_add",
    "accounts:offices",
    "accounts:office_add",
    "accounts:entities",
    "accounts:entity_add",
    "tickets:queues",
    "tickets:queue_add",
    "tickets:teams",
    "tickets:team_add",
    "tickets:statuses",
    "tickets:status_add",
    "tickets:work_types",
    "tickets:work_type_add",
    "sla:calendars",
    "sla:calendar_add",
    "sla:policies",
    "sla:policy_add",
    "outbox:templates",
    "outbox:transport",
    "mailintake:mailboxes",
    "mailintake:mailbox_add",
]
LEAD_PAGES = [
    "tickets:settings",
    "tickets:reminders",
    "tickets:reminder_add",
    "accounts:customers",
    "accounts:customer_add",
    "accounts:requesters",
    "accounts:requester_add",
    "accounts:products",
    "accounts:product_add",
    "sla:contracts",
    "sla:contract_add",
    "mailintake:log",
]


@pytest.mark.parametrize("name", [*ADMIN_PAGES, *LEAD_PAGES])
def test_who_opens_which_page(acme: Cast, name: str) -> None:
    url = reverse(name)
    assert acme.client("ada").get(url).status_code == 200
    assert acme.client("liisa").get(url).status_code == (200 if name in LEAD_PAGES else 403)
    for nobody in ("aino", "konsta", "fiona"):
        assert acme.client(nobody).get(url).status_code == 403
    stranger = acme.client().get(url)
    assert stranger.status_code == 302
    assert stranger.headers["Location"].startswith("/account/login/")


def test_the_index_finds_a_setting_by_what_it_does(acme: Cast) -> None:
    page = acme.client("ada").get(reverse("tickets:settings"), {"q": "imap"})
    assert reverse("mailintake:mailboxes") in words(page)
    assert reverse("tickets:statuses") not in words(page)
    assert "Nothing found" in words(acme.client("ada").get(reverse("tickets:settings"), {"q": "zebra"}))


def test_a_team_lead_sees_only_what_opens_to_them(acme: Cast) -> None:
    page = words(acme.client("liisa").get(reverse("tickets:settings")))
    assert reverse("sla:contracts") in page
    assert reverse("accounts:people") not in page


def queue_data(cast: Cast, **more: object) -> dict[str, object]:
    return {"name": "Parts", "address": "Parts@acme.example", "office": cast.office.pk, "position": 1} | more


def test_a_queue_is_opened_to_the_teams_that_were_ticked(acme: Cast) -> None:
    data = queue_data(acme, teams=[acme.desk.team.pk])
    added = new_actions(acme, lambda: acme.client("ada").post(reverse("tickets:queue_add"), data))
    assert added == ["queue.added"]
    with acme.scope():
        queue = Queue.objects.get(name="Parts")
        assert queue.address == "parts@acme.example"
        assert queue in Queue.objects.open_to(acme.aino)
    url = reverse("tickets:queue_settings", args=[queue.pk])
    assert form_of(acme.client("ada").get(url)).initial["teams"] == [acme.desk.team.pk]
    assert acme.client("ada").post(url, queue_data(acme)).status_code == 302
    with acme.scope():
        assert queue not in Queue.objects.open_to(acme.aino)


def test_a_second_queue_of_the_same_name_is_a_form_error(acme: Cast) -> None:
    answer = acme.client("ada").post(reverse("tickets:queue_add"), queue_data(acme, name=acme.desk.queue.name))
    assert answer.status_code == 422
    assert form_of(answer).errors["name"] == ["There is one with this already."]
    assert "Parts@acme.example" in words(answer)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("tickets:queue_settings", lambda cast: cast.desk.queue.pk),
        ("tickets:team", lambda cast: cast.desk.team.pk),
        ("tickets:status_settings", lambda cast: Status.objects.first().pk),
        ("tickets:work_type", lambda cast: WorkType.objects.first().pk),
        ("accounts:person", lambda cast: cast.greta.pk),
        ("accounts:office", lambda cast: cast.office.pk),
        ("accounts:entity", lambda cast: cast.office.legal_entity_id),
        ("accounts:customer", lambda cast: cast.customer.pk),
        ("accounts:requester", lambda cast: cast.requester.pk),
        ("sla:calendar", lambda cast: cast.desk.calendar.pk),
        ("sla:policy", lambda cast: cast.desk.policy.pk),
    ],
)
def test_another_tenants_rows_are_not_there(acme: Cast, globex: Cast, name: str, make: Callable[[Cast], int]) -> None:
    with globex.scope():
        url = reverse(name, args=[make(globex)])
    assert globex.client("greta").get(url).status_code == 200
    assert acme.client("ada").get(url).status_code == 404
    assert acme.client("ada").post(url, {"name": "Mine now"}).status_code == 404


def test_another_tenants_rows_cannot_be_chosen(acme: Cast, globex: Cast) -> None:
    data = queue_data(acme, office=globex.office.pk, teams=[globex.desk.team.pk])
    answer = acme.client("ada").post(reverse("tickets:queue_add"), data)
    assert answer.status_code == 422
    assert set(form_of(answer).errors) == {"office", "teams"}


def test_a_team_gets_members_and_queues(acme: Cast) -> None:
    data = {"name": "Night", "lead": acme.liisa.pk, "members": [acme.konsta.pk], "queues": [acme.desk.queue.pk]}
    added = new_actions(acme, lambda: acme.client("ada").post(reverse("tickets:team_add"), data))
    assert added == ["team.added", "team.queues"]
    with acme.scope():
        team = Team.objects.get(name="Night")
        assert acme.desk.queue in Queue.objects.open_to(acme.konsta)
    url = reverse("tickets:team", args=[team.pk])
    changed = new_actions(acme, lambda: acme.client("ada").post(url, {"name": "Late", "members": []}))
    assert changed == ["team.changed", "team.queues"]
    with acme.scope():
        assert acme.desk.queue not in Queue.objects.open_to(acme.konsta)
        assert not TeamMember.objects.filter(team=team).exists()
    # The name of a renamed team is free again.
    assert acme.client("ada").post(reverse("tickets:team_add"), {"name": "Night"}).status_code == 302


def test_a_status_is_renamed_and_keeps_its_class(acme: Cast) -> None:
    with acme.scope():
        row = Status.objects.get(status_class=StatusClass.OPEN)
    url = reverse("tickets:status_settings", args=[row.pk])
    acme.client("ada").post(url, {"name": "In the workshop", "position": 1, "status_class": "closed"})
    with acme.scope():
        row.refresh_from_db()
        assert (row.name, row.status_class) == ("In the workshop", StatusClass.OPEN)


def test_a_new_status_may_not_be_called_like_another(acme: Cast) -> None:
    url, data = reverse("tickets:status_add"), {"status_class": "open", "name": "under Investigation", "position": 9}
    assert acme.client("ada").post(url, data).status_code == 422
    added = new_actions(acme, lambda: acme.client("ada").post(url, data | {"name": "Testing"}))
    assert added == ["status.added"]


def test_saving_without_a_change_leaves_no_trace(acme: Cast) -> None:
    with acme.scope():
        row = WorkType.objects.first()
    url = reverse("tickets:work_type", args=[row.pk])
    before = actions(acme)
    acme.client("ada").post(url, {"name": row.name, "position": row.position, "code": row.code})
    assert actions(acme) == before
    double = acme.client("ada").post(reverse("tickets:work_type_add"), {"name": row.name, "position": 3})
    assert form_of(double).errors["name"] == ["There is one with this already."]


@pytest.mark.django_db(transaction=True)
def test_lists_cost_the_same_with_thirty_rows(acme: Cast) -> None:
    client = acme.client("ada")
    pages = [reverse("tickets:queues"), reverse("tickets:teams"), reverse("tickets:work_types")]
    client.get(pages[0])
    few = [statements(lambda url=url: client.get(url)) for url in pages]
    with acme.scope():
        for number in range(30):
            Queue.objects.create(name=f"Q{number}", address="q@acme.example", office=acme.office)
            WorkType.objects.create(name=f"W{number}")
    assert [statements(lambda url=url: client.get(url)) for url in pages] == few
