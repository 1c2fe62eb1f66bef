"""News: who hears of what in which way, in one mail a minute; nobody of their own acts or what they may not see."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import requester_actor
from accounts.models import TeamMember, User
from core import live
from outbox.models import OutgoingMail
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import ByMail, NewsKind, NoticeEnd
from tickets.models import Follower, Notice, Ticket
from tickets.services import assignment, conversation, following, wishes
from tickets.services.conversation import Written
from tickets.services.telling import tell_everybody
from tickets.services.wishes import Wish

pytestmark = pytest.mark.django_db


def want(cast: Cast, who: str, news: NewsKind, mail: ByMail = ByMail.NOW, *, desktop: bool = False) -> None:
    with cast.scope():
        wishes.decide(cast.members[who], {news: Wish(mail, desktop)})


def note(cast: Cast, ticket: Ticket, text: str, by: str = "aino") -> None:
    with cast.scope():
        conversation.note(ticket, Written(text=text), by=cast.actor(by))


def answer(cast: Cast, ticket: Ticket) -> None:
    with cast.scope():
        by = requester_actor(cast.requester)
        conversation.receive(ticket, Written(text="Vieläkin jumissa."), by=by, at=timezone.now())


def news(cast: Cast, who: str = "liisa", after: timedelta = timedelta(minutes=2)) -> list[OutgoingMail]:
    """The mails of news that a member has so much later."""
    with cast.scope():
        tell_everybody(now=timezone.now() + after)
        return list(OutgoingMail.objects.filter(purpose="news", to=[cast.members[who].email]).order_by("pk"))


def test_what_comes_within_a_minute_is_one_mail_that_says_why(acme: Cast) -> None:
    first, second = ticket_of(acme), ticket_of(acme)
    note(acme, first, "@Liisa, is the belt ours?")
    with time_machine.travel(timezone.now() + timedelta(seconds=50)):
        note(acme, second, "@liisa lead <b>here</b> as well.")
        assert news(acme, after=timedelta(seconds=0)) == []
    (mail,) = news(acme, after=timedelta(seconds=65))
    assert mail.subject == "News of 2 tickets"
    for said in ("YOU ARE MENTIONED (2)", "is the belt ours?", "http", "/my/news/", "reaches none of these tickets"):
        assert said in mail.text
    assert "&lt;b&gt;here" in mail.html
    assert mail.reply_to == ""
    assert news(acme, after=timedelta(hours=1)) == [mail]


def test_one_alone_is_named_in_the_readers_language_and_reaches_no_requester(acme: Cast) -> None:
    with acme.scope():
        User.objects.filter(pk=acme.liisa.user_id).update(language="fi")
    note(acme, ticket_of(acme), "@Liisa")
    (mail,) = news(acme)
    assert mail.subject == "Aino Agent mainitsi sinut: The lift is stuck"
    assert mail.language == "fi"
    with acme.scope():
        assert not OutgoingMail.objects.filter(to__contains=[acme.requester.email]).exists()


@pytest.mark.parametrize(
    ("who", "kind", "heard"),
    [
        ("liisa", NewsKind.FOLLOWED, True),
        ("liisa", NewsKind.ANSWERED, False),
        ("konsta", NewsKind.ANSWERED, True),
        ("konsta", NewsKind.FOLLOWED, False),
    ],
)
def test_an_answer_is_news_to_its_owner_and_to_who_follows(acme: Cast, who: str, kind: NewsKind, heard: bool) -> None:
    """The owner by the mail that can be worked from, unless they want it in the morning."""
    ticket = ticket_of(acme, assignee="konsta")
    with acme.scope():
        following.follow(ticket, [acme.liisa.pk])
    want(acme, who, kind, ByMail.DIGEST)
    answer(acme, ticket)
    with acme.scope():
        assert OutgoingMail.objects.filter(purpose="answered").exists() is not (kind == NewsKind.ANSWERED and heard)
        assert [row.member.pk for row in Notice.objects.select_related("member")] == (
            [acme.members[who].pk] if heard else []
        )
    assert news(acme, who, timedelta(minutes=2)) == []
    assert len(news(acme, who, timedelta(days=2))) == heard


@pytest.mark.parametrize(
    ("mail", "details", "later"), [(ByMail.NOW, 1, 0), (ByMail.DIGEST, 0, 1), (ByMail.NEVER, 0, 0)]
)
def test_an_assignment_is_told_as_its_receiver_wants(acme: Cast, mail: ByMail, details: int, later: int) -> None:
    ticket = ticket_of(acme)
    want(acme, "konsta", NewsKind.ASSIGNED, mail)
    with acme.scope():
        assignment.assign(ticket, acme.konsta, by=acme.actor("aino"))
        assert OutgoingMail.objects.filter(purpose="details").count() == details
    assert len(news(acme, "konsta", timedelta(days=2))) == later


def test_nobody_hears_of_their_own_acts_nor_of_what_was_taken_away_again(acme: Cast) -> None:
    ticket = ticket_of(acme, assignee="aino")
    for kind in NewsKind:
        want(acme, "aino", kind, ByMail.DIGEST)
    note(acme, ticket, "@Aino, to myself")
    with acme.scope():
        assert not Notice.objects.exists()
        assert not Follower.objects.exists()
        assignment.assign(ticket, None, by=acme.actor("liisa"))
        assignment.assign(ticket, acme.aino, by=acme.actor("liisa"))
        assignment.assign(ticket, acme.konsta, by=acme.actor("liisa"), notify=False)
    assert news(acme, "aino", timedelta(days=2)) == []
    with acme.scope():
        assert Notice.objects.get().end == NoticeEnd.OVERTAKEN


def test_whoever_loses_the_right_hears_nothing_and_follows_no_more(acme: Cast) -> None:
    ticket = ticket_of(acme)
    want(acme, "aino", NewsKind.MENTIONED, desktop=True)
    note(acme, ticket, "@Aino: secret", by="liisa")
    with acme.scope():
        TeamMember.objects.filter(membership=acme.aino).delete()
        acme.aino.user.groups.clear()
    assert news(acme, "aino") == []
    with acme.scope():
        assert Notice.objects.get().end == NoticeEnd.HIDDEN
        assert not Follower.objects.exists()


def test_new_tickets_are_news_to_whose_queue_it_is(acme: Cast) -> None:
    for who in ("aino", "liisa", "fiona", "konsta"):
        want(acme, who, NewsKind.ARRIVED)
    with acme.scope():
        TeamMember.objects.filter(membership=acme.liisa).delete()
        acme.liisa.user.groups.clear()
        TeamMember.objects.create(team=acme.desk.team, membership=acme.konsta)
        acme.konsta.user.groups.add(acme.desk.team.group)
    ada = acme.client("ada")
    form = {"title": "Door", "text": "It is open.", "queue": acme.desk.queue.pk, "requester": acme.requester.pk}
    ada.post("/tickets/new/", form | {"channel": "desk", "priority": "normal", "kind": "request"})
    with acme.scope():
        if not Ticket.objects.exists():
            pytest.fail("no ticket")
        assert sorted(Notice.objects.values_list("member", flat=True)) == sorted([acme.aino.pk, acme.konsta.pk])


def test_the_choices_are_ones_own(acme: Cast) -> None:
    aino = acme.client("aino")
    typed: dict[str, Any] = {f"mail_{kind}": "never" for kind in NewsKind} | {"desktop_noted": "on"}
    assert aino.post("/my/news/", typed | {"mail_noted": "often"}).status_code == 422
    assert aino.post("/my/news/", typed).status_code == 302
    with acme.scope():
        assert wishes.all_wishes(acme.aino)[NewsKind.NOTED] == Wish(ByMail.NEVER, desktop=True)
        assert wishes.all_wishes(acme.liisa) == dict(wishes.USUAL)
    assert words(aino.get("/my/news/")).count("selected") == len(NewsKind)


@pytest.mark.django_db(transaction=True)
def test_the_desktop_is_told_once_and_only_of_what_one_sees(acme: Cast) -> None:
    ticket, aino = ticket_of(acme), acme.client("aino")
    want(acme, "aino", NewsKind.MENTIONED, ByMail.NEVER, desktop=True)
    before = aino.get("/live/news/").json()
    assert before["alerts"] == []
    note(acme, ticket, "@Aino: the words are not shown", by="liisa")
    told = aino.get(f"/live/news/?after={before['now']}").json()
    (alert,) = told["alerts"]
    assert (alert["title"], alert["body"]) == ("SYS-1001 The lift is stuck", "Liisa Lead mentioned you")
    assert "words" not in json.dumps(live.look(acme.tenant.pk, places=[f"for-{acme.aino.pk}"]).places)
    assert aino.get(f"/live/news/?after={told['now']}").json()["alerts"] == []
    with acme.scope():
        assert not Notice.objects.exists()
        TeamMember.objects.filter(membership=acme.aino).delete()
        acme.aino.user.groups.clear()
    assert aino.get(f"/live/news/?after={before['now']}").json()["alerts"] == []
