"""Work of a colleague who is away goes to whoever stands in, who may do it while the absence lasts and no longer."""

from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import may
from accounts.enums import Role
from accounts.models import Absence, Office, Product
from accounts.services import absences
from accounts.services.tenants import add_member
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import arrive, open_box, outgoing, ticket_of, vouched, write
from tests.portal.conftest import form_token, press
from tickets.models import Ticket
from tickets.services import assignment, conversation, lifecycle
from tickets.services.alerts import owners
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def kerttu(acme: Cast) -> Cast:
    """A second consultant, who sees no queue, stands in for Konsta today."""
    with acme.scope():
        acme.members["kerttu"] = add_member(
            email="kerttu@acme.example",
            name="Kerttu Colleague",
            roles=[Role.CONSULTANT],
            office=Office.objects.get(),
            by=acme.actor("ada"),
        )
        go_away(acme, "konsta", "kerttu")
    return acme


def go_away(cast: Cast, who: str, substitute: str = "") -> Absence:
    # Near midnight it is another day in Helsinki than in the zone of the installation.
    today = timezone.localdate(timezone=ZoneInfo(cast.office.time_zone))
    stand_in = cast.members[substitute] if substitute else None
    with cast.scope():
        return absences.plan(
            cast.members[who], starts_on=today, ends_on=today, substitute=stand_in, by=cast.actor(who)
        )


def come_back(cast: Cast) -> None:
    with cast.scope():
        absences.end(Absence.objects.get(member=cast.konsta), by=cast.actor("konsta"))


def held(cast: Cast) -> Ticket:
    """Konsta's, from before."""
    ticket = ticket_of(cast)
    with cast.scope():
        return assignment.assign(ticket, cast.konsta, by=cast.actor("aino"), notify=False, even_away=True)


def test_new_work_goes_to_the_stand_in_and_the_log_says_so(kerttu: Cast) -> None:
    ticket = ticket_of(kerttu)
    with kerttu.scope():
        given = assignment.assign(ticket, kerttu.konsta, by=kerttu.actor("aino"))
        assert given.assignee == kerttu.kerttu
        assert given.instead_of is not None
        event = given.events.latest("pk")
        assert (event.data["name"], event.data["instead_of"]) == ("Kerttu Colleague", "Konsta Consultant")
        assert outgoing(kerttu) == [("details", ["kerttu@acme.example"])]
        again = assignment.assign(given, kerttu.konsta, by=kerttu.actor("aino"))
        assert again.events.latest("pk") == event


def test_it_goes_to_the_absent_one_all_the_same_where_that_is_wanted(kerttu: Cast) -> None:
    with kerttu.scope():
        for by, even_away in (("aino", True), ("konsta", False)):
            given = assignment.assign(ticket_of(kerttu), kerttu.konsta, by=kerttu.actor(by), even_away=even_away)
            assert given.assignee == kerttu.konsta
            assert given.instead_of is None


def test_where_nobody_stands_in_the_queue_has_it(acme: Cast) -> None:
    go_away(acme, "konsta", "liisa")
    go_away(acme, "liisa", "konsta")
    ticket = ticket_of(acme, assignee="konsta")
    assert ticket.assignee is None
    assert ticket.instead_of is not None
    with acme.scope():
        # Its mails go to those of the team who are there.
        assert owners(ticket) == [acme.ada, acme.aino]


def test_a_named_expert_who_is_away_is_replaced_at_the_desk(kerttu: Cast) -> None:
    """By the form for a call: the label says it beforehand, the page afterwards."""
    client = kerttu.client("aino")
    with kerttu.scope():
        Product.objects.create(name="Lift", expert=kerttu.konsta)
    assert "stands in)" in client.get(reverse("tickets:create")).content.decode()
    call = {"requester": kerttu.requester.pk, "title": "Stuck", "text": "It is stuck", "kind": "fault"}
    call |= {"priority": "normal", "queue": kerttu.desk.queue.pk, "assignee": kerttu.konsta.pk}
    page = client.post(reverse("tickets:create"), call, follow=True).content.decode()
    assert "Konsta Consultant is away until" in page
    client.post(reverse("tickets:create"), call | {"even_away": "on"})
    with kerttu.scope():
        assert [ticket.assignee for ticket in Ticket.objects.order_by("pk")] == [kerttu.kerttu, kerttu.konsta]


def test_handing_over_says_who_stands_in(kerttu: Cast) -> None:
    ticket, client = ticket_of(kerttu), kerttu.client("aino")
    url, to = reverse("tickets:hand_over", args=[ticket.number]), f"member-{kerttu.konsta.pk}"
    assert "Kerttu Colleague stands in" in client.post(url, {"to": to}, follow=True).content.decode()
    client.post(url, {"to": to, "even_away": "on"})
    with kerttu.scope():
        assert Ticket.objects.get().assignee == kerttu.konsta
    assert "Kerttu Colleague stands in" in client.get(ticket.get_absolute_url()).content.decode()


def test_nobody_is_asked_about_absences_that_are_not(acme: Cast) -> None:
    page = acme.client("aino").get(ticket_of(acme).get_absolute_url()).content.decode()
    assert "even_away" not in page
    assert "stands in" not in page


def test_the_stand_in_sees_and_works_only_this_and_only_now(kerttu: Cast) -> None:
    ticket, other = held(kerttu), ticket_of(kerttu)
    client = kerttu.client("kerttu")
    url = reverse("tickets:detail", args=[ticket.number])
    with kerttu.scope():
        assert may(kerttu.kerttu, "tickets.work", ticket)
        assert not may(kerttu.kerttu, "tickets.view", other)
    assert client.get(url).status_code == 200
    assert client.get(reverse("tickets:detail", args=[other.number])).status_code == 404
    assert client.post(reverse("tickets:start", args=[ticket.number])).status_code == 302
    mine = client.get(reverse("tickets:mine")).content.decode()
    assert "You stand in for Konsta Consultant until" in mine
    assert "1 open ticket<" in mine
    assert ticket.get_absolute_url() in mine
    come_back(kerttu)
    assert client.get(url).status_code == 404
    assert ticket.get_absolute_url() not in client.get(reverse("tickets:mine")).content.decode()
    with kerttu.scope():
        assert not may(kerttu.kerttu, "tickets.work", ticket)


def test_finished_tickets_of_the_absent_one_stay_out_of_the_list(kerttu: Cast) -> None:
    ticket = held(kerttu)
    with kerttu.scope():
        lifecycle.resolve(ticket, solution="Oiled", by=kerttu.actor("konsta"))
    page = kerttu.client("kerttu").get(reverse("tickets:mine") + "?show=all").content.decode()
    assert ticket.get_absolute_url() not in page


def test_what_the_requester_writes_reaches_the_stand_in(kerttu: Cast) -> None:
    """Also what they reject, and what Konsta, in copy, has read on the beach."""
    ticket = held(kerttu)
    by = kerttu.actor("aino")
    with kerttu.scope():
        said = Written(text="Still stuck")
        conversation.receive(ticket, said, by=by, at=timezone.now(), has_read={"konsta@acme.example"})
        lifecycle.resolve(ticket, solution="Oiled", by=by, notify=False)
        lifecycle.reject(ticket, reason="No", by=by)
        mails = OutgoingMail.objects.filter(purpose="answered")
        assert [mail.to for mail in mails] == [["kerttu@acme.example"]] * 2
        assert "Konsta Consultant, who has this ticket, is not there." in mails[0].text
        assert owners(ticket) == [kerttu.kerttu]


def test_where_nobody_stands_in_the_team_hears_of_it_at_the_desks_address(acme: Cast) -> None:
    ticket = held(acme)
    go_away(acme, "konsta")
    with acme.scope():
        conversation.receive(ticket, Written(text="Still"), by=acme.actor("aino"), at=timezone.now())
        mails = OutgoingMail.objects.filter(purpose="answered").order_by("pk")
        assert {mail.to[0] for mail in mails} == {"ada@acme.example", "liisa@acme.example", "aino@acme.example"}
        assert all(acme.tenant.url(ticket.get_absolute_url()) in mail.text for mail in mails)


def link_in(cast: Cast, purpose: str) -> str:
    """The path of the link in the one mail of a purpose."""
    text = OutgoingMail.objects.get(purpose=purpose).text
    return "/l/" + text.partition(cast.tenant.url("/l/"))[2].partition("/")[0] + "/"


@pytest.fixture
def work(kerttu: Cast) -> str:
    """The path of the link that Kerttu got because Konsta is away."""
    kerttu.tenant.confirm_browsers = False
    kerttu.tenant.save(update_fields=["confirm_browsers"])
    ticket = held(kerttu)
    with kerttu.scope():
        conversation.receive(ticket, Written(text="Still"), by=kerttu.actor("aino"), at=timezone.now())
        return link_in(kerttu, "answered")


def test_the_link_in_the_mail_works_while_the_absence_lasts(kerttu: Cast, work: str) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": kerttu.tenant.host})
    assert press(browser, work, "note", text="Rang them").status_code == 302
    token = form_token(browser.get(work), f"{work}note/")
    come_back(kerttu)
    assert browser.get(work).status_code == 410
    csrf = browser.cookies["csrf"].value
    late = browser.post(f"{work}note/", {"text": "Again", "form_token": token, "csrfmiddlewaretoken": csrf})
    assert late.status_code == 410
    with kerttu.scope():
        notes = Ticket.objects.get().messages.filter(kind="note")
        assert [(note.author_name, note.text) for note in notes] == [("Kerttu Colleague", "Rang them")]


def test_handing_over_by_link_to_somebody_away_goes_to_who_stands_in(kerttu: Cast, work: str) -> None:
    """To one whose stand-in one is oneself it stays where it is, and the link goes on."""
    browser = Client(enforce_csrf_checks=True, headers={"host": kerttu.tenant.host})
    with kerttu.scope():
        assignment.assign(Ticket.objects.get(), kerttu.kerttu, by=kerttu.actor("aino"))
        own_link = link_in(kerttu, "details")
    page = press(browser, own_link, "hand-over", to=f"member-{kerttu.konsta.pk}")
    assert page.status_code == 302
    go_away(kerttu, "liisa", "aino")
    page = press(browser, own_link, "hand-over", to=f"member-{kerttu.liisa.pk}")
    assert "Aino Agent stands in" in page.content.decode()
    with kerttu.scope():
        assert Ticket.objects.get().assignee == kerttu.aino


def test_a_mail_with_a_command_says_who_got_it(kerttu: Cast) -> None:
    open_box(kerttu)
    ticket = ticket_of(kerttu, assignee="aino")
    with kerttu.scope():
        known = conversation.reply(ticket, Written(text="Hello"), by=kerttu.actor("aino"))
    command = write("Aino <aino@acme.example>", text="#to Konsta\n", headers={"In-Reply-To": f"<{known.mail_id}>"})
    arrive(kerttu, vouched(command))
    with kerttu.scope():
        answer = OutgoingMail.objects.get(purpose="commands").text
        assert Ticket.objects.get().assignee == kerttu.kerttu
    assert "Kerttu Colleague stands in" in answer
