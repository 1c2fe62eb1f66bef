"""The demo at a small scale: the same story each time, whole or not at all, each tenant for itself."""

import time
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.enums import Role
from accounts.models import Absence, CustomerDomain, Membership, RequesterAddress, Tenant, User
from accounts.scope import tenant_scope
from accounts.services.tenants import create_tenant
from helpdesk.demo import build
from helpdesk.demo.plot import Act, Fate, Story, load_stories, script
from helpdesk.demo.workspace import PASSWORD
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from outbox.enums import MailState
from outbox.models import OutgoingMail
from sla.business_time import CalendarVersion as CalendarHours
from sla.business_time import Clock
from sla.models import CalendarVersion, Timer
from tests.cast_rows import bring_back, keep_rows
from tickets.enums import StatusClass
from tickets.models import Message, Ticket, TicketEvent

_kept: list[tuple[Tenant, str]] = []
# A Wednesday, 15:00 in Turku.
PRESENT = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


@pytest.fixture
def nordhuolto(db: None) -> Any:
    """Made once; its rows come back for each test."""
    if not _kept:
        made = build.build_tenant("acme", tickets=24, present=PRESENT)
        _kept.append((made, keep_rows(made)))
    else:
        bring_back(_kept[0][1])
    with tenant_scope(_kept[0][0].pk):
        yield deepcopy(_kept[0][0])


def snapshot() -> list[Any]:
    """The story of the tenant in scope, without what is random on purpose."""
    tickets = Ticket.objects.order_by("number").values_list(
        "number", "title", "status_class", "received_at", "priority"
    )
    events = TicketEvent.objects.order_by("ticket__number", "at", "kind").values_list("ticket__number", "kind", "at")
    return [*tickets, *events, *Message.objects.order_by("ticket__number", "at").values_list("text", "at")]


def test_a_small_demo_shows_everything(nordhuolto: Tenant) -> None:
    """Every state a ticket can be in but merged, both languages, mails waiting for people; and no work left over."""
    assert set(Ticket.objects.values_list("status_class", flat=True)) == set(StatusClass) - {StatusClass.MERGED}
    languages = OutgoingMail.objects.exclude(purpose="reminder").values_list("language", flat=True)
    assert set(languages) == {"en", "fi"}
    states = set(InboundMessage.objects.values_list("state", flat=True))
    assert states >= {InboundState.TRIAGE, InboundState.QUARANTINED, InboundState.LINKED}
    assert InboundState.RECEIVED not in states
    assert set(OutgoingMail.objects.values_list("state", flat=True)) <= {MailState.KEPT, MailState.QUEUED}
    assert not Timer.objects.filter(next_action_at__lt=PRESENT).exists()
    assert Timer.objects.filter(breached_at=None, metric="first_response", state="met").exists()


def test_the_story_lies_in_the_past(nordhuolto: Tenant) -> None:
    """Told as if at its time: no event is known later than it happened, none lies ahead."""
    assert not TicketEvent.objects.filter(at__gt=PRESENT).exists()
    for event in TicketEvent.objects.exclude(kind="breached"):
        assert timedelta(0) <= event.recorded_at - event.at < timedelta(minutes=15), event
    assert not Message.objects.filter(kind="reply", at__lt=PRESENT - timedelta(hours=1), delivered_at=None).exists()


@pytest.fixture
def furnished(db: None) -> Any:
    """A workspace to which nobody has come yet."""
    tenant = build.build_tenant("acme", tickets=0, present=PRESENT)
    with tenant_scope(tenant.pk):
        yield tenant


def test_people_of_every_role_can_sign_in(furnished: Tenant) -> None:
    roles = {role for member in Membership.objects.all() for role in member.roles}
    assert roles == set(Role)
    assert all(user.check_password(PASSWORD) for user in User.objects.all()[:2])
    assert User.objects.values("password").distinct().count() == 1
    assert RequesterAddress.objects.filter(is_primary=False).exists()
    assert CustomerDomain.objects.exists()


def test_holidays_are_those_of_each_country(furnished: Tenant) -> None:
    """Independence Day of Finland, unity day of Germany, Canada Day; each only in its own office."""
    versions = CalendarVersion.objects.filter(calendar__office__name__in=["Turku", "Hamburg", "Toronto"])
    closed = {version.calendar.office.name: version.exceptions for version in versions.order_by("number")}
    for day, office in [("2026-12-06", "Turku"), ("2026-10-03", "Hamburg"), ("2026-07-01", "Toronto")]:
        assert [name for name, days in closed.items() if day in days] == [office]


def test_the_same_present_gives_the_same_story(db: None) -> None:
    told = []
    for _ in range(2):
        with transaction.atomic():
            tenant = build.build_tenant("globex", tickets=6, present=PRESENT)
            with tenant_scope(tenant.pk):
                told.append(snapshot())
            transaction.set_rollback(True)
    assert len(told[0]) > 40
    assert told[0] == told[1]


@pytest.mark.django_db(transaction=True)
def test_the_command_makes_both_once(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Two tenants that see nothing of each other; the second run changes nothing and is quick."""
    monkeypatch.setattr(build, "TICKETS", {"acme": 3, "globex": 3})
    settings.VASTE_DATA_DIR = tmp_path
    call_command("demo", stdout=StringIO())
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    assert set(tenants) == {"acme", "globex"}
    assert all(tenant.is_demo for tenant in tenants.values())
    first, seen = (tmp_path / "demo.txt").read_text(), {}
    for slug, tenant in tenants.items():
        with tenant_scope(tenant.pk):
            seen[slug] = set(Ticket.objects.values_list("pk", flat=True)), snapshot()
    assert not seen["acme"][0] & seen["globex"][0]

    began = time.monotonic()
    call_command("demo", stdout=StringIO())
    assert time.monotonic() - began < 2
    for slug, tenant in tenants.items():
        with tenant_scope(tenant.pk):
            assert (set(Ticket.objects.values_list("pk", flat=True)), snapshot()) == seen[slug]
    assert (tmp_path / "demo.txt").read_text() == first
    assert "sanna@acme.example" in first
    assert PASSWORD in first
    assert "curl -sS smtp://127.0.0.1:" in first


def test_somebody_elses_workspace_is_left_alone(db: None, settings: Any, tmp_path: Path) -> None:
    settings.VASTE_DATA_DIR = tmp_path
    own = create_tenant(slug="acme", name="My Acme", language="en", time_zone="Europe/Helsinki", country="FI")
    with pytest.raises(CommandError, match="acme exists and is no demo"):
        call_command("demo")
    assert list(Tenant.objects.all()) == [own]
    assert not (tmp_path / "demo.txt").exists()


@pytest.mark.parametrize("slug", ["acme", "globex"])
def test_every_story_names_what_its_workspace_has(slug: str) -> None:
    plan, stories = build.load_workspace(slug), load_stories(slug)
    products = {entry["name"]: entry["modules"] for entry in plan["product"]}
    people = [person for customer in plan["customer"] for person in customer["people"]]
    offices = {entry["key"] for entry in plan["office"]}
    for story in stories:
        assert story.product in products, story.title
        assert not story.module or story.module in products[story.product], story.title
        assert not story.office or story.office in offices, story.title
        assert any(person["language"] == story.language for person in people), story.title
    assert {story.language for story in stories} == {"en", "fi"}
    assert len({story.title for story in stories}) == len(stories)


@pytest.mark.parametrize("fate", list(Fate))
def test_no_fate_leaves_the_requester_without_a_word(fate: Fate) -> None:
    """Whatever becomes of a ticket that was begun, the desk has spoken before it waits or ends."""
    story = Story("Title", "Text", "Solution", "Product", "en", talk=((Act.NOTE, "Hm"), (Act.SUPPLIER, "")))
    acts = [step.act for step in script(story, fate, Random(1))]  # noqa: S311
    if fate not in (Fate.UNTOUCHED, Fate.GIVEN, Fate.STARTED):
        assert {Act.REPLY, Act.ASK, Act.RESOLVE} & set(acts)
    if Act.START in acts:
        assert acts.index(Act.ASSIGN) < acts.index(Act.START)


def test_going_back_in_open_time(monday: datetime) -> None:
    """Two open hours before Monday 10:00 is Monday 8:00 when the desk opens; a minute more is Friday 15:59."""
    hours = Clock(
        CalendarHours.from_json(
            {
                "tz": "Europe/Helsinki",
                "weekly": {"0": [["08:00", "16:00"]], "4": [["08:00", "16:00"]]},
                "exceptions": {},
            }
        )
    )
    assert build.before(hours, monday, 120) == monday - timedelta(hours=2)
    assert build.before(hours, monday, 121) == datetime(2026, 10, 30, 13, 59, tzinfo=UTC)


def test_somebody_is_away_and_has_left_a_handover(nordhuolto: Tenant) -> None:
    absence = Absence.objects.select_related("member", "substitute").get()
    left = Ticket.objects.unfinished().filter(assignee=absence.member)
    assert left.exclude(next_step="").exists()
    assert Absence.objects.away(PRESENT)[absence.member_id].stand_in is not None
    assert OutgoingMail.objects.get(purpose="handover").to == [absence.substitute.email]
