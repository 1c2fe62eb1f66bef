"""What the consultant's presses do, in a browser that may act; and that each does it once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.portal.conftest import form_token, fresh, post, press, rows
from tickets.enums import MessageKind, StatusClass
from tickets.models import Message, Ticket, UsedFormToken, WorkEntry, WorkType
from tickets.services import assignment, lifecycle, links

pytestmark = pytest.mark.usefixtures("open_door")


def mails(cast: Cast, purpose: str) -> list[OutgoingMail]:
    with cast.scope():
        return list(OutgoingMail.objects.filter(purpose=purpose).order_by("pk"))


def test_start(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    answer = press(browser, work, "start")

    assert (answer.status_code, answer["Location"]) == (302, work)
    now = fresh(acme, ticket)
    assert now.work_started_at is not None
    assert now.status_class == StatusClass.OPEN
    page = browser.get(work).content.decode()
    assert "Started" in page
    assert "stamps the time" not in page


def test_ask(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    press(browser, work, "ask", text="Mikä on sarjanumero?")

    assert fresh(acme, ticket).status_class == StatusClass.WAITING_REQUESTER
    [mail] = mails(acme, "reply")
    assert mail.to == ["otto@paperi-acme.example"]
    assert "Mikä on sarjanumero?" in mail.text
    with acme.scope():
        assert Message.objects.get(kind=MessageKind.REPLY).author_name == "Konsta Consultant"


def test_resolve_with_time(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    with acme.scope():
        travel = WorkType.objects.get(name="Travel")

    press(browser, work, "resolve", solution="Vaihdoin venttiilin.", minutes="45", work_type=str(travel.pk))

    now = fresh(acme, ticket)
    assert (now.status_class, now.solution) == (StatusClass.RESOLVED, "Vaihdoin venttiilin.")
    with acme.scope():
        entry = WorkEntry.objects.get()
        assert (entry.minutes, entry.work_type_id, entry.member_id) == (45, travel.pk, acme.members["konsta"].pk)
    assert len(mails(acme, "solution")) == 1
    assert "Resolved" in browser.get(work).content.decode()


def test_resolve_without_time(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    press(browser, work, "resolve", solution="Ohjasin puhelimessa.")

    assert fresh(acme, ticket).status_class == StatusClass.RESOLVED
    with acme.scope():
        assert not WorkEntry.objects.exists()


def test_hand_over_to_a_colleague(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    aino = acme.members["aino"]

    answer = press(browser, work, "hand-over", to=f"member-{aino.pk}", note="Hydrauliikkaa.")

    assert answer.status_code == 200
    assert "Handed over to Aino Agent" in answer.content.decode()
    assert fresh(acme, ticket).assignee_id == aino.pk
    assert mails(acme, "details")[-1].to == ["aino@acme.example"]
    with acme.scope():
        assert Message.objects.filter(kind=MessageKind.NOTE, text="Hydrauliikkaa.").count() == 1
    assert browser.get(work).status_code == 410


def test_hand_over_to_a_queue(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    press(browser, work, "hand-over", to=f"queue-{acme.desk.queue.pk}")

    now = fresh(acme, ticket)
    assert (now.assignee, now.queue) == (None, acme.desk.queue)


@pytest.mark.parametrize("to", ["", "member-999999", "queue-999999", "member-self"])
def test_hand_over_to_nobody_known(acme: Cast, browser: Client, ticket: Ticket, work: str, to: str) -> None:
    konsta = acme.members["konsta"]

    answer = press(browser, work, "hand-over", to=to.replace("self", str(konsta.pk)))

    assert answer.status_code == 422
    assert fresh(acme, ticket).assignee_id == konsta.pk


def test_time_and_note(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    press(browser, work, "time", minutes="30", text="Mittasin paineen.")
    press(browser, work, "note", text="Avain on portilla.")

    with acme.scope():
        assert (WorkEntry.objects.get().minutes, WorkEntry.objects.get().text) == (30, "Mittasin paineen.")
    assert "Avain on portilla." in browser.get(work).content.decode()


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("ask", {"text": "   "}),
        ("resolve", {"solution": "", "minutes": "4711"}),
        ("resolve", {"solution": "Valmis.", "minutes": "0"}),
        ("time", {"minutes": "1441", "text": "Pitkä päivä."}),
        ("time", {"minutes": "", "text": "Unohtui."}),
        ("note", {"text": ""}),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    acme: Cast, browser: Client, work: str, verb: str, values: dict[str, str]
) -> None:
    browser.get(work)
    before = rows(acme)

    answer = press(browser, work, verb, **values)

    assert answer.status_code == 422
    assert all(value.strip() in answer.content.decode() for value in values.values())
    assert 'aria-invalid="true"' in answer.content.decode()
    assert rows(acme) == before


@pytest.mark.parametrize("token", ["", "null", "0", "false", "a" * 65, "ä" * 20, "a b" * 10])
def test_a_form_needs_its_token(acme: Cast, browser: Client, work: str, token: str) -> None:
    before = rows(acme)

    assert post(browser, f"{work}start/", form_token=token).status_code == 422

    assert rows(acme) == before


@pytest.mark.parametrize(
    ("verb", "values"),
    [("ask", {"text": "Mikä?"}), ("resolve", {"solution": "Valmis."}), ("time", {"minutes": "5"}), ("start", {})],
)
def test_the_second_press_does_nothing(
    acme: Cast, browser: Client, work: str, verb: str, values: dict[str, str]
) -> None:
    token = form_token(browser.get(work), f"{work}{verb}/")
    post(browser, f"{work}{verb}/", form_token=token, **values)
    before = rows(acme)

    answer = post(browser, f"{work}{verb}/", form_token=token, **values)

    assert answer.status_code == 409
    assert "This was already sent" in answer.content.decode()
    assert rows(acme) == before


def test_the_second_press_of_a_hand_over(acme: Cast, browser: Client, work: str) -> None:
    token = form_token(browser.get(work), f"{work}hand-over/")
    values = {"form_token": token, "to": f"member-{acme.members['aino'].pk}"}
    post(browser, f"{work}hand-over/", **values)
    before = rows(acme)

    answer = post(browser, f"{work}hand-over/", **values)

    assert answer.status_code == 410
    assert "This was already sent" in answer.content.decode()
    assert rows(acme) == before


def test_a_press_from_a_page_older_than_the_solution(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    token = form_token(browser.get(work), f"{work}ask/")
    with acme.scope():
        lifecycle.resolve(ticket, solution="Valmis.", by=acme.actor("aino"))

    answer = post(browser, f"{work}ask/", form_token=token, text="Toimiiko?")

    assert answer.status_code == 409
    assert fresh(acme, ticket).status_class == StatusClass.RESOLVED
    with acme.scope():
        assert not UsedFormToken.objects.exists()


def test_a_question_without_an_address(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    token = form_token(browser.get(work), f"{work}ask/")
    with acme.scope():
        acme.requester.addresses.all().delete()

    answer = post(browser, f"{work}ask/", form_token=token, text="Mikä?")

    assert answer.status_code == 409
    assert f'action="{work}ask/"' not in answer.content.decode()
    with acme.scope():
        assert not Message.objects.filter(kind=MessageKind.REPLY).exists()


def test_one_link_opens_one_ticket(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    """Values of another ticket, put into the form, change nothing there."""
    press(browser, work, "note", text="Tähän.", ticket="999", number="999", link="999")

    with acme.scope():
        assert Message.objects.get(text="Tähän.").ticket_id == ticket.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("verb", "values"), [("time", {"minutes": "30"}), ("resolve", {"solution": "Valmis."})])
def test_a_form_raced_by_two_presses(
    acme: Cast, browser: Client, work: str, verb: str, values: dict[str, Any]
) -> None:
    token = form_token(browser.get(work), f"{work}{verb}/")

    def send(_: int) -> int:
        client = Client(headers={"host": acme.tenant.host})
        try:
            return client.post(f"{work}{verb}/", {"form_token": token, **values}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))

    assert answers == [302, 409]
    with acme.scope():
        assert UsedFormToken.objects.count() == 1
        assert WorkEntry.objects.count() + Message.objects.filter(kind=MessageKind.REPLY).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_press_that_waits_while_the_ticket_goes_to_somebody_else(
    acme: Cast, browser: Client, ticket: Ticket, work: str
) -> None:
    """The press has passed the look at the link when the hand-over commits: the lock shows it the truth."""
    token = form_token(browser.get(work), f"{work}resolve/")

    def send() -> int:
        client = Client(headers={"host": acme.tenant.host})
        try:
            return client.post(f"{work}resolve/", {"form_token": token, "solution": "Valmis."}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with acme.scope():
            assignment.assign(ticket, acme.members["aino"], by=acme.actor("liisa"))
            waiting = pool.submit(send)
            _wait_for_a_lock()
        assert waiting.result(timeout=20) == 410

    now = fresh(acme, ticket)
    assert (now.status_class, now.assignee_id) == (StatusClass.NEW, acme.members["aino"].pk)


def _wait_for_a_lock() -> None:
    """Until some other connection waits for what this one holds."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_another_members_link_is_refused_for_a_ticket_they_lack(acme: Cast, browser: Client, ticket: Ticket) -> None:
    with acme.scope():
        path = f"/l/{links.make_work_link(ticket, acme.members['aino'])}/"

    assert browser.get(path).status_code == 410
