"""Who is named in a note, and who follows: what they hear, and that it opens nobody a ticket."""

from typing import Any

import pytest

from accounts.models import Absence, Membership, TeamMember
from outbox.models import OutgoingMail
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import NoticeKind
from tickets.mentions import Mentioned, mentioned
from tickets.models import Follower, Notice, Ticket
from tickets.services import conversation
from tickets.services.conversation import Written
from tickets.services.sight import seers

PEOPLE = {1: "Aino Agent", 2: "Aino Maria Virta", 3: "Konsta Consultant", 4: "Jean-Luc O'Hara", 5: "Åke Öst", 6: " "}


@pytest.mark.parametrize(
    ("text", "people", "unclear"),
    [
        ("@Konsta, look", (3,), ()),
        ("Ask @aino agent and @KONSTA", (1, 3), ()),
        ("@Aino?", (), ("Aino",)),
        ("@Aino Maria  Virta", (2,), ()),
        ("@Aino Agents", (), ("Aino",)),
        ("(@Jean-Luc) @Åke @åke öst", (4, 5), ()),
        ("aino@konsta.example a.b@konsta.example @@konsta", (), ()),
        ("@nobody @ Konsta @", (), ()),
        ("@Konstantin", (), ()),
    ],
)
def test_names_are_found_and_other_words_stay_words(
    text: str, people: tuple[int, ...], unclear: tuple[str, ...]
) -> None:
    assert mentioned(text, PEOPLE) == Mentioned(people, unclear)


pytestmark: Any = []
database = pytest.mark.django_db


def post_note(cast: Cast, ticket: Ticket, text: str, who: str = "aino") -> str:
    page = cast.client(who).post(f"/tickets/{ticket.number}/write/", {"mode": "note", "text": text}, follow=True)
    return words(page)


def heard(cast: Cast, kind: str = "") -> list[str]:
    with cast.scope():
        rows = Notice.objects.select_related("member__user").order_by("member__user__name")
        return [row.member.name.split()[0] for row in rows if not kind or row.kind == kind]


def followers(cast: Cast) -> list[str]:
    with cast.scope():
        rows = Follower.objects.order_by("member__user__name").values_list("member__user__name", flat=True)
        return [name.split()[0] for name in rows]


@database
def test_who_is_named_follows_and_hears_and_who_may_not_see_it_does_not(acme: Cast) -> None:
    ticket = ticket_of(acme)
    page = post_note(acme, ticket, "@Liisa and @Konsta, and @aino agent: see this.")
    assert "Konsta Consultant may not see this ticket and was not told." in page
    assert followers(acme) == ["Liisa"]
    assert heard(acme, NoticeKind.MENTIONED) == ["Liisa"]
    assert "Liisa Lead" in page


@database
@pytest.mark.parametrize("held_by", ["", "konsta", "aino"])
def test_who_sees_a_ticket_is_the_same_both_ways(acme: Cast, held_by: str) -> None:
    ticket = ticket_of(acme, assignee=held_by)
    with acme.scope():
        Absence.objects.create(member=acme.konsta, starts_on="2026-01-01", substitute=acme.fiona)
        ticket = Ticket.objects.select_related("queue").get(pk=ticket.pk)
        members = Membership.objects.active().select_related("user")
        seen = {each.pk for each in members if Ticket.objects.visible_to(each).filter(pk=ticket.pk).exists()}
        assert {each.pk for each in seers(ticket)} == seen
        assert acme.aino.pk in seen
        # Who stands in for the one who has it sees it as well.
        assert (acme.konsta.pk in seen) is (acme.fiona.pk in seen) is (held_by == "konsta")


@database
def test_one_follows_and_stops_by_one_press_and_has_a_list_of_it(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    assert "You follow no open ticket." in words(aino.get("/my/followed/"))
    for _ in range(2):
        aino.post(f"/tickets/{ticket.number}/follow/")
    assert followers(acme) == ["Aino"]
    assert "Follow no more" in words(aino.get(f"/tickets/{ticket.number}/"))
    assert "The lift is stuck" in words(aino.get("/my/followed/"))
    assert acme.client("konsta").post(f"/tickets/{ticket.number}/follow/").status_code == 404

    with acme.scope():
        TeamMember.objects.filter(membership=acme.aino).delete()
        acme.aino.user.groups.clear()
    assert "The lift is stuck" not in words(aino.get("/my/followed/"))


@database
def test_the_picker_offers_who_sees_the_ticket(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    assert aino.get(f"/tickets/{ticket.number}/people/?q=l").json() == {"names": ["Liisa Lead"]}
    names = aino.get(f"/tickets/{ticket.number}/people/").json()["names"]
    assert names == ["Ada Admin", "Liisa Lead"]


@database
def test_a_note_from_elsewhere_names_as_well_and_an_absent_one_is_stood_in_for(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        Absence.objects.create(member=acme.liisa, starts_on="2026-01-01", substitute=acme.aino)
        conversation.note(ticket, Written(text="@Liisa"), by=acme.actor("ada"))
        assert not OutgoingMail.objects.filter(purpose="news").exists()
    assert heard(acme, NoticeKind.MENTIONED) == ["Aino"]
