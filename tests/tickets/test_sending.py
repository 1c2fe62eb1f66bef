"""One press sends, sets a status and goes on; what was chosen is remembered, and where one came from is not forged."""

import pytest
from django.test import RequestFactory

from accounts.models import Membership
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import StatusClass
from tickets.models import Status, Ticket
from tickets.services import lifecycle
from tickets.whence import list_path, whence

pytestmark = pytest.mark.django_db
REPLY = {"mode": "reply", "text": "Try the other belt."}


def test_a_reply_sets_a_status_of_the_team_and_is_undone_with_it(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    with acme.scope():
        ordered = Status.objects.create(name="Part ordered", status_class=StatusClass.WAITING_THIRD_PARTY)
    client.post(f"/tickets/{ticket.number}/write/", REPLY | {"status": ordered.pk, "then": "stay"})
    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).status_id == ordered.pk
        message = ticket.messages.latest("pk")
        assert Membership.objects.get(pk=acme.members["aino"].pk).sends_as == f"status-{ordered.pk}"
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert page.index("Send and set: Part ordered") < page.index("Send and set resolved")

    client.post(f"/tickets/{ticket.number}/undo/{message.pk}/")
    with acme.scope():
        assert Ticket.objects.get(pk=ticket.pk).status_class == StatusClass.NEW


def test_after_sending_comes_the_next_of_the_list_that_one_came_from(acme: Cast) -> None:
    numbers = [ticket_of(acme, priority=level).number for level in ("urgent", "high", "normal")]
    with acme.scope():
        lifecycle.close(Ticket.objects.get(number=numbers[1]), by=acme.actor("liisa"))
    client, path = acme.client("aino"), "/unassigned/?status=any"
    rows = client.get(path).context["groups"][0][1]
    order = [int(row.url.split("/")[2]) for row in rows]
    whence = rows[0].url.partition("?from=")[2]
    assert (whence[0], len(whence)) == ("~", 7)
    first, last = [number for number in order if number != numbers[1]]

    def go(number: int, **more: str) -> str:
        return str(client.post(f"/tickets/{number}/write/?from={whence}", REPLY | more).url)

    assert go(first, then="next") == f"/tickets/{last}/?from=/unassigned/%3Fstatus%3Dany"
    assert go(last, then="next") == path
    assert go(first, then="list") == path
    assert client.get(f"/tickets/{last}/").context["then"] == "list"
    assert client.post(f"/tickets/{last}/write/", REPLY | {"then": "next"}).url == "/my/"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/my/",
        "https://evil.example/my/",
        "/\\evil.example/my/",
        "javascript:alert(1)",
        "/settings/",
        "/tickets/1001/close/",
        "/queues/x/",
        "/my/" + "a" * 400,
        "my/",
    ],
)
def test_only_a_list_of_this_site_is_believed(path: str) -> None:
    assert list_path(path) == ""
    assert whence(RequestFactory().get("/tickets/1/", {"from": path})) == ""
    assert list_path("/my/?show=all") == "/my/?show=all"
