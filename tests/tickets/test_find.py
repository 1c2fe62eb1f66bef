"""Finding tickets: words in their forms, operators, rights before the cut, and pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Customer, Requester
from tests.conftest import Cast
from tests.house.stock import new_ticket
from tickets import navigation, search
from tickets.enums import Channel
from tickets.models import Message, Queue, Ticket
from tickets.search import find
from tickets.services import assignment, conversation, facts, lifecycle, undoing
from tickets.services.conversation import NewFile, Written
from tickets.services.intake import Matter, open_ticket

pytestmark = pytest.mark.django_db
Ask = Callable[..., list[str]]


def opened(cast: Cast, title: str, text: str = "", **more: object) -> Ticket:
    facts: dict[str, object] = {
        "queue": cast.desk.queue,
        "requester": cast.requester,
        "customer": cast.customer,
        "channel": Channel.MAIL,
        "received_at": timezone.now(),
    }
    matter = Matter(title=title, written=Written(text=text or "Katso."), **facts | more)  # type: ignore[arg-type]
    return open_ticket(matter, by=cast.actor("aino"), notify=False)


@pytest.fixture
def ask(acme: Cast) -> Ask:
    """Titles of what a member finds; Aino unless another is named."""

    def asked(typed: str, who: str = "aino") -> list[str]:
        found = find(typed, tenant=acme.tenant, member=acme.members[who])
        return [ticket.title for ticket in found.tickets]

    return asked


def test_words_are_found_wherever_they_stand_and_in_other_forms(acme: Cast, ask: Ask) -> None:
    with acme.scope():
        lift = opened(acme, "Hissi jumissa", "Kolmas kerros")
        pumps = opened(acme, "Pumps", "The seals of E-203 leak")
        conversation.note(lift, Written(text="Huoltoyhtiö tulee"), by=acme.actor("aino"))
        file = NewFile("mittauspöytäkirja-v2.pdf", "application/pdf", b"x")
        conversation.receive(pumps, Written(text="Liitteenä", files=[file]), by=acme.actor("aino"), at=timezone.now())
        lifecycle.resolve(pumps, solution="Tiiviste vaihdettu", by=acme.actor("aino"))

        for typed in ("hissin", "hisseistä", "HISSI", "huolto", "huoltoyhtiölle", '"kolmas kerros"', "jumissa kolmas"):
            assert ask(typed) == ["Hissi jumissa"], typed
        for typed in ("pump", "leaking", "e-203", "mittauspöytäkirja", "vaihdettu"):
            assert ask(typed) == ["Pumps"], typed
        assert ask("Paperi") == ["Pumps", "Hissi jumissa"]
        assert ask("paperi -hissi") == ["Pumps"]
        assert ask('-"kolmas kerros"') == ["Pumps"]
        assert ask('"kerros kolmas"') == []


def test_what_is_taken_back_or_corrected_is_found_no_more(acme: Cast, ask: Ask) -> None:
    with acme.scope():
        ticket = opened(acme, "Hissi")
        reply = conversation.reply(ticket, Written(text="Vaihdelaatikko"), by=acme.actor("aino"))
        assert ask("vaihdelaatikko") == ["Hissi"]

        undoing.undo_send(reply, by=acme.actor("aino"))
        facts.change(ticket, by=acme.actor("aino"), title="Nostin")

        assert ask("vaihdelaatikko") == ask("hissi") == []
        assert ask("nostin") == ["Nostin"]


def test_a_conversation_longer_than_a_row_of_words_still_goes_on(acme: Cast, ask: Ask) -> None:
    with acme.scope():
        ticket = opened(acme, "Hissi")
        for part in range(12):
            text = " ".join(f"{part}w{number}" + "x" * 12 for number in range(5_000))
            Message.objects.create(ticket=ticket, kind="note", author_name="A", text=text)

        assert ask("hissi 0w1x") == ["Hissi"]
        assert Message.objects.count() == 13


def test_operators(acme: Cast, ask: Ask) -> None:
    with acme.scope():
        other = Customer.objects.create(name="Sellu Oy", country="FI", office=acme.office, language="fi")
        seija = Requester.objects.create(name="Seija Salo", customer=other, language="fi")
        early = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)  # the second of November in Helsinki
        opened(acme, "Early", received_at=early)
        late = opened(acme, "Late", customer=other, requester=seija, kind="fault", priority="high")
        assignment.assign(late, acme.aino, by=acme.actor("aino"))
        new_ticket(acme, "aino")

        with timezone.override("Europe/Helsinki"):
            assert ask("before:2.11.2026") == []
            assert ask("before:3.11.2026") == ["Early"]
            assert ask("after:2026-11-02 -late -rullanostin") == ["Early"]
        for typed in ("to:sellu", "from:seija", "kind:vika", "priority:high", "assignee:me", "konsultti:aino"):
            assert ask(typed) == ["Late"], typed
        assert ask("has:file") == ["Rullanostin ei toimi"]
        assert ask("status:uusi -has:file from:otto@paperi-acme.example") == ["Early"]
        assert ask("assignee:nobody -has:file") == ["Early"]
        assert ask("status:avoin queue:service -kind:fault -has:file") == ["Early"]
        found = find("early customer:Nobody", tenant=acme.tenant, member=acme.aino)
        assert (found.tickets, [trouble.typed for trouble in found.troubles]) == ([], ["customer:Nobody"])


@pytest.mark.parametrize("windows", [(4,), (4, 6), (1_000,), ()])
def test_a_right_is_applied_before_the_cut(acme: Cast, monkeypatch: pytest.MonkeyPatch, windows: tuple[int]) -> None:
    """However far the index is asked: what the newest hits hide, the older ones do not."""
    monkeypatch.setattr(search, "WINDOWS", windows)
    monkeypatch.setattr(search, "PAGE", 3)
    with acme.scope():
        hidden = Queue.objects.create(name="Hidden", address="h@acme.example", office=acme.office)
        mine = [opened(acme, f"Hissi {number}", assignee=acme.konsta, even_away=True) for number in range(5)]
        for number in range(12):
            opened(acme, f"Hissi piilossa {number}", queue=hidden)
        pages, key = [], search.NEWEST
        for _ in range(3):
            found = find("hissin", tenant=acme.tenant, member=acme.konsta, before=key)
            pages.append([ticket.pk for ticket in found.tickets])
            key = found.later
            if not key:
                break

    ids = [ticket.pk for ticket in reversed(mine)]
    assert pages == [ids[:3], ids[3:]]


def test_another_tenants_words_are_not_found(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        opened_there = Ticket.objects.count()
    with acme.scope():
        opened(acme, "Hissi")
    with globex.scope():
        found = find("hissi", tenant=globex.tenant, member=globex.greta)

    assert (found.tickets, opened_there) == ([], 0)


def test_the_page_says_what_it_could_not_read_and_answers_as_one_types(acme: Cast) -> None:
    with acme.scope():
        ticket = opened(acme, "Hissi")
    client = acme.client("aino")

    page = client.get("/search/", {"q": "hissi colour:red"}).content.decode()
    part = client.get("/search/", {"q": str(ticket.number)}, headers={"HX-Request": "true"}).content.decode()

    assert "“colour:” is no operator" in page
    assert "Hissi" in part
    assert "<html" not in part
    assert client.get("/search/", {"q": str(ticket.number)}).url == ticket.get_absolute_url()
    assert client.get("/search/", {"q": "hissi", "before": "9" * 40}).status_code == 200


def test_counts_of_a_large_desk_are_some_seconds_old_and_everybodys_own(
    acme: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "MANY", 2)

    def counted(who: str) -> tuple[list[int], int, int]:
        request: Any = SimpleNamespace(membership=acme.members[who])
        work = navigation.work_of(request)
        return [queue.unfinished for queue in work.queues], work.unassigned, work.mine

    with acme.scope():
        opened(acme, "One")
        assert counted("aino") == ([1], 1, 0)
        opened(acme, "Two", assignee=acme.aino, even_away=True)
        assert counted("aino") == ([2], 1, 1)
        opened(acme, "Three", assignee=acme.aino, even_away=True)
        assert counted("aino") == ([2], 1, 2)
        assert counted("konsta") == ([], 0, 0)
