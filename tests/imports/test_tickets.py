"""Tickets of another desk, as they stand here after an import."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, Requester
from sla.models import Timer
from tests.conftest import Cast
from tests.imports import zammad_export
from tests.imports.digest import counts, digests
from tests.mailintake.post import arrive, open_box, write
from tickets.enums import EventKind, SilenceKind
from tickets.models import Attachment, Message, Origin, ReminderRule, Ticket, TicketEvent, WorkEntry
from tickets.search import find
from tickets.services import facts, lifecycle
from tickets.services.rebuilding import rebuild
from tickets.services.silences import silent_tickets

pytestmark = pytest.mark.django_db

TICKET: dict[str, Any] = {
    "source": "Vanha",
    "id": "17",
    "number": "64017",
    "title": "Nostin ei toimi",
    "status": "open",
    "priority": "high",
    "queue": "Tuntematon",
    "received_at": "2020-05-04T07:00:00Z",
    "requester": {"email": "uusi@paperi-acme.example", "name": "Uusi Kysyjä"},
    "assignee": {"email": "konsta@acme.example"},
    "tags": ["Hissi", "HISSI"],
    "messages": [
        {
            "id": "1",
            "kind": "requester",
            "author": {"email": "uusi@paperi-acme.example"},
            "at": "2020-05-04T07:00:00Z",
            "html": "<p>Paine <script>x()</script><b>putoaa</b> <img src='cid:kuva@old'></p>",
            "message_id": "<eka@old.example>",
            "files": [{"path": "kuvat/k.gif", "type": "image/gif", "content_id": "<kuva@old>", "inline": True}],
        },
        {
            "id": "2",
            "kind": "reply",
            "author": {"name": "Lähtenyt Kollega"},
            "at": "2020-05-04T09:00:00Z",
            "text": "Tutkimme.",
        },
        {
            "id": "3",
            "kind": "note",
            "author": {"email": "aino@acme.example"},
            "at": "2020-05-05T09:00:00Z",
            "text": "!",
        },
    ],
    "work": [
        {
            "id": "1",
            "minutes": 15,
            "type": "etätyö",
            "by": {"email": "aino@acme.example"},
            "at": "2020-05-05T09:00:00Z",
        },
        {"id": "2", "minutes": 30, "type": "Käynti", "by": {"name": "Lähtenyt Kollega"}, "at": "2020-05-05T10:00:00Z"},
    ],
}


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines beside a picture."""
    (tmp_path / "kuvat").mkdir()
    (tmp_path / "kuvat" / "k.gif").write_bytes(zammad_export.PIXEL)

    def written(*tickets: dict[str, Any]) -> Path:
        path = tmp_path / "export.jsonl"
        path.write_text("\n".join(json.dumps(ticket) for ticket in tickets))
        return path

    return written


def run(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("import_tickets", "acme", str(path), *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_ticket_comes_with_all_of_it(acme: Cast, export: Callable[..., Path]) -> None:
    began = timezone.now()
    report = run(export(TICKET))

    assert "1 tickets, 4 messages, 1 files, 1 work entries, 1 requesters, 0 customers" in report
    assert "queue Tuntematon -> Service desk: 1" in report
    with acme.scope():
        ticket = Ticket.objects.get()
        first, reply, _note, late = ticket.messages.order_by("at")
        assert (ticket.number, ticket.status_class, ticket.priority) == (1001, "open", "high")
        assert (ticket.customer, ticket.assignee) == (acme.customer, acme.konsta)
        assert ticket.first_responded_at == datetime(2020, 5, 4, 9, tzinfo=UTC)
        assert ticket.last_word_at > began > ticket.last_activity_at
        assert first.requester == ticket.requester == Requester.objects.with_address("uusi@paperi-acme.example").get()
        assert (first.mail_id, "script" in first.html, first.text) == ("eka@old.example", False, "Paine putoaa")
        assert list(first.shown_pictures) == ["kuva@old"]
        assert (reply.member, reply.author_name) == (None, "Lähtenyt Kollega")
        assert (late.kind, late.text) == ("note", "30 min: Käynti")
        assert WorkEntry.objects.get().member == acme.aino
        assert [tag.tag.name for tag in ticket.ticket_tags.select_related("tag")] == ["Hissi"]
        assert counts() == dict.fromkeys(counts(), 0)
        assert AuditEntry.objects.filter(action="tickets.imported", target="Vanha").count() == 1


def test_its_page_and_the_search_know_what_it_was_called(acme: Cast, export: Callable[..., Path]) -> None:
    run(export(TICKET))
    page = acme.client("aino").get("/tickets/1001/").content.decode()

    assert "64017 in Vanha" in page
    assert "Taken over from Vanha, where it was 64017" in page
    assert "Received by mail" in page
    with acme.scope():
        for typed in ("64017", "Ticket#64017", "[Ticket#64017]"):
            found = find(typed, tenant=acme.tenant, member=acme.aino)
            assert found.exact == Ticket.objects.get()
        assert [each.number for each in find("putoaa", tenant=acme.tenant, member=acme.aino).tickets] == [1001]
        Origin.objects.update(number="1002")
    run(export({**TICKET, "id": "18", "number": "7"}))
    with acme.scope():
        both = find("1002", tenant=acme.tenant, member=acme.aino)
        assert [each.number for each in both.tickets] == [1002, 1001]


def test_nobody_is_reminded_and_nothing_is_promised_by_itself(acme: Cast, export: Callable[..., Path]) -> None:
    run(export(TICKET))
    with acme.scope():
        ticket = Ticket.objects.get()
        for kind in SilenceKind:
            rule = ReminderRule.objects.create(kind=kind, amount=1)
            assert not silent_tickets(rule, now=timezone.now() + timedelta(minutes=50)).exists()
        facts.change(ticket, by=acme.actor("aino"), priority="urgent")
        lifecycle.resolve(ticket, solution="Ok.", by=acme.actor("aino"))
        lifecycle.reopen(ticket, by=acme.actor("aino"))
        assert Timer.objects.count() == 0
        assert list(rebuild(ticket, keep=False)) == []


def test_promises_of_open_tickets_count_from_now_where_that_is_wanted(acme: Cast, export: Callable[..., Path]) -> None:
    began = timezone.now()
    run(export(TICKET, {**TICKET, "id": "18", "messages": []}, {**TICKET, "id": "19", "status": "closed"}), "--clocks")

    with acme.scope():
        answered, silent, closed = Ticket.objects.order_by("number")
        timers = {timer.metric: timer for timer in Timer.objects.of(answered.pk)}
        assert timers["resolution"].started_at >= began.replace(microsecond=0)
        # Its first answer was given elsewhere, so that no promise of ours was kept or broken by it.
        assert (set(timers), timers["resolution"].breached_at) == ({"resolution", "investigation_start"}, None)
        assert Timer.objects.of(silent.pk).get(metric="first_response").state == "running"
        assert not Timer.objects.of(closed.pk).exists()
        assert not TicketEvent.objects.filter(kind=EventKind.BREACHED).exists()
        assert [list(rebuild(ticket, keep=False)) for ticket in (answered, silent, closed)] == [[], [], []]


def test_the_same_again_changes_nothing_and_a_newer_export_adds_messages(
    acme: Cast, export: Callable[..., Path]
) -> None:
    began = timezone.now()
    run(export(TICKET))
    with acme.scope():
        before = digests(began)
    assert "0 tickets, 0 messages" in run(export(TICKET))
    with acme.scope():
        assert digests(began) == before
        facts.change(Ticket.objects.get(), by=acme.actor("aino"), title="Korjattu otsikko")
    late = {"id": "9", "kind": "requester", "author": {"name": "Joku"}, "at": "2020-06-01T08:00:00Z", "text": "Vielä?"}
    newer = {**TICKET, "status": "closed", "title": "Muu", "messages": [*TICKET["messages"], late]}

    assert "1 tickets went on" in run(export(newer))
    with acme.scope():
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.status_class) == ("Korjattu otsikko", "open")
        assert Message.objects.count() == 5
        assert (Message.objects.get(text="Vielä?").requester, Attachment.objects.count()) == (None, 1)
        assert TicketEvent.objects.filter(kind=EventKind.IMPORTED).count() == 1


def test_a_ticket_without_its_file_is_refused_and_the_others_come(acme: Cast, export: Callable[..., Path]) -> None:
    lost = json.loads(json.dumps(TICKET).replace("kuvat/k.gif", "../../etc/passwd"))
    gone = json.loads(json.dumps(TICKET).replace("kuvat/k.gif", "kuvat/puuttuu.gif"))
    path = export({**lost, "id": "1"}, {**gone, "id": "2"}, {**TICKET, "id": "3"}, {"id": "4"})
    report = run(path, "--refused", str(path.with_name("refused.jsonl")))

    assert "1 tickets, 4 messages" in report
    assert "line 1, ticket 1, $.messages[0].files[0].path: “../../etc/passwd” is no path inside the export" in report
    assert "line 2, ticket 2, $.messages[0].files[0].path: there is no file" in report
    refused = [json.loads(line) for line in path.with_name("refused.jsonl").read_text().splitlines()]
    assert [each["id"] for each in refused] == ["4", "1", "2"]


def test_a_trial_says_what_would_come_and_leaves_nothing(
    acme: Cast, export: Callable[..., Path], settings: Any
) -> None:
    assert "Nothing was changed. It would bring:\n  1 tickets, 4 messages" in run(export(TICKET), "--dry-run")

    with acme.scope():
        assert (Ticket.objects.count(), Requester.objects.count()) == (0, 1)
    assert not settings.MEDIA_ROOT.exists()


def test_merged_and_following_tickets_are_put_together_whatever_their_order(
    acme: Cast, export: Callable[..., Path]
) -> None:
    plain = {**TICKET, "status": "closed", "messages": [], "work": []}
    chain = [
        {**plain, "id": "1", "status": "merged", "merged_into": "2"},
        {**plain, "id": "2", "status": "merged", "merged_into": "3"},
        {**plain, "id": "3"},
        {**plain, "id": "4", "status": "merged", "merged_into": "5"},
        {**plain, "id": "5", "status": "merged", "merged_into": "4"},
        {**plain, "id": "6", "status": "merged", "merged_into": "missing"},
        {**plain, "id": "7", "follows": "3"},
    ]
    assert "5 put together, 1 wait for a ticket that is not here" in run(export(*chain))

    with acme.scope():
        rows = {each.external_id: each.ticket for each in Origin.objects.select_related("ticket")}
        assert rows["1"].survivor == rows["2"].survivor == rows["3"]
        assert (rows["4"].survivor, rows["5"].status_class) == (rows["5"], "closed")
        assert (rows["6"].status_class, rows["7"].parent) == ("closed", rows["3"])
        told = rows["1"].events.in_order().values_list("kind", flat=True)
        assert list(told) == ["received", "status", "assigned", "status", "merged", "status", "imported"]


def test_what_cannot_be_imported_is_named(acme: Cast, tmp_path: Path) -> None:
    for arguments in (["nobody", "x"], ["acme", str(tmp_path / "missing")]):
        with pytest.raises(CommandError, match="There is no"):
            call_command("import_tickets", *arguments)
    (tmp_path / "users").mkdir()
    (tmp_path / "users" / "1.json").write_text("{")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path)


def test_a_reply_to_an_old_mail_finds_its_ticket(acme: Cast, export: Callable[..., Path]) -> None:
    run(export(TICKET))
    open_box(acme)

    answer = arrive(acme, write("uusi@paperi-acme.example", text="Still broken.\n", in_reply_to="<eka@old.example>"))

    assert (answer.state, answer.ticket and answer.ticket.number) == ("linked", 1001)
