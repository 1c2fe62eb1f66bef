"""Links that are no longer good, and tokens that never were."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.services.tenants import end_membership
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.portal.conftest import make_ticket, post, press, rows
from tickets.models import AccessLink, Ticket
from tickets.services import assignment, lifecycle, links, merging


def merge(cast: Cast, ticket: Ticket) -> None:
    merging.merge(ticket, make_ticket(cast, title="Toinen asia"), by=cast.actor("aino"))


def reassign(cast: Cast, ticket: Ticket) -> None:
    assignment.assign(ticket, cast.members["aino"], by=SYSTEM)


def move(cast: Cast, ticket: Ticket) -> None:
    assignment.move(ticket, cast.desk.queue, by=SYSTEM)


def close(cast: Cast, ticket: Ticket) -> None:
    lifecycle.close(ticket, by=SYSTEM)


def revoke(cast: Cast, ticket: Ticket) -> None:
    links.revoke(ticket)


def expire(cast: Cast, ticket: Ticket) -> None:
    AccessLink.objects.update(expires_at=timezone.now())


def leave(cast: Cast, ticket: Ticket) -> None:
    end_membership(cast.members["konsta"], by=SYSTEM)


def disable(cast: Cast, ticket: Ticket) -> None:
    user = cast.members["konsta"].user
    user.is_active = False
    user.save(update_fields=["is_active"])


ENDINGS = [reassign, move, close, merge, revoke, expire, leave, disable]
# After these the ticket is still Konsta's, so that a new link may be mailed.
STILL_THEIRS = [revoke, expire]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_dead_link_shows_the_number_and_acts_no_more(
    acme: Cast, browser: Client, ticket: Ticket, work: str, ending: object
) -> None:
    browser.get(work)
    with acme.scope():
        ending(acme, ticket)  # type: ignore[operator]
    before = rows(acme)

    for answer in (
        browser.get(work),
        post(browser, f"{work}start/", form_token="x" * 20),
        post(browser, f"{work}code/", verb="start", form_token="x" * 20, code="123456"),
        post(browser, f"{work}new-code/", verb="start", form_token="x" * 20),
    ):
        page = answer.content.decode()
        assert answer.status_code == 410
        assert f"SYS-{ticket.number}" in page
        assert not [words for words in ("Rullanostin", "Paine putoaa", "Otto", "Paperi Oy") if words in page]
        assert answer["Referrer-Policy"] == "no-referrer"

    assert rows(acme) == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_new_link_by_mail_with_the_same_answer_for_all(
    acme: Cast, browser: Client, ticket: Ticket, work: str, ending: object
) -> None:
    browser.get(work)
    with acme.scope():
        ending(acme, ticket)  # type: ignore[operator]
        before = set(OutgoingMail.objects.values_list("pk", flat=True))

    answer = post(browser, f"{work}new-link/")

    assert answer.status_code == 200
    assert "If the ticket still waits for you" in answer.content.decode()
    with acme.scope():
        sent = list(OutgoingMail.objects.exclude(pk__in=before))
    assert [mail.to for mail in sent] == ([["konsta@acme.example"]] if ending in STILL_THEIRS else [])
    if sent:
        token = sent[0].text.partition("/l/")[2].partition("/")[0]
        assert browser.get(f"/l/{token}/").status_code == 200


def test_the_link_of_a_merged_ticket_says_where_that_goes_on(
    acme: Cast, browser: Client, ticket: Ticket, work: str
) -> None:
    other = make_ticket(acme, title="Toinen asia")
    with acme.scope():
        merging.merge(ticket, other, by=acme.actor("aino"))

    page = browser.get(work)

    assert page.status_code == 410
    assert f"goes on as SYS-{other.number}." in page.content.decode()
    assert "new-link" not in page.content.decode()


def test_new_links_are_limited(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    """Three an hour, the one of the assignment among them."""
    with acme.scope():
        expire(acme, ticket)
    answers = {post(browser, f"{work}new-link/").content.partition(b"<h1>")[2] for _ in range(5)}

    with acme.scope():
        assert OutgoingMail.objects.filter(purpose="details").count() == 3
    assert len(answers) == 1

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        post(browser, f"{work}new-link/")
    with acme.scope():
        assert OutgoingMail.objects.filter(purpose="details").count() == 4


@pytest.mark.parametrize("page", ["l", "c"])
@pytest.mark.parametrize(
    "token", ["null", "0", "false", "None", "%00", "..%2f", "\uff21\uff22\uff23", "a" * 500, "' OR 1=1 --"]
)
def test_tokens_that_never_were(acme: Cast, browser: Client, page: str, token: str) -> None:
    unknown = browser.get("/nothing/here/")
    answer = browser.get(f"/{page}/{token}/")

    assert (answer.status_code, answer.content) == (404, unknown.content)


@pytest.mark.parametrize("path", ["/l/", "/l//", "/c/", "/c//", "/l/start/files/1/"])
def test_empty_tokens(acme: Cast, browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_other_case_and_near_misses(acme: Cast, browser: Client, work: str, solved: str) -> None:
    for path in (work, solved):
        kind, token = path[1], path[3:-1]
        for other in (token.swapcase(), token[:-1], f"{token}a", f"{token} "):
            assert browser.get(f"/{kind}/{other}/").status_code == 404


def test_one_purpose_is_not_the_other(browser: Client, work: str, solved: str) -> None:
    assert browser.get(work.replace("/l/", "/c/")).status_code == 404
    assert browser.get(solved.replace("/c/", "/l/")).status_code == 404


def test_another_tenants_host_knows_nothing(acme: Cast, globex: Cast, work: str, solved: str) -> None:
    stranger = globex.client("greta")
    before = rows(acme), rows(globex)

    for path in (work, solved):
        assert stranger.get(path).status_code == 404
    for path in (f"{work}start/", f"{work}code/", f"{work}new-link/", f"{solved}works/", f"{solved}new-link/"):
        assert stranger.post(path, {"form_token": "x" * 20, "verb": "start"}).status_code == 404

    assert (rows(acme), rows(globex)) == before


def test_a_link_opens_no_other_ticket(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    other = make_ticket(acme, title="Toinen asia")
    with acme.scope():
        foreign = other.attachments.get(name="käyrä.png")

    assert "Toinen asia" not in browser.get(work).content.decode()
    assert browser.get(f"{work}files/{foreign.pk}/").status_code == 404


def test_tokens_stay_out_of_the_log(
    acme: Cast, browser: Client, ticket: Ticket, work: str, caplog: pytest.LogCaptureFixture
) -> None:
    """404, 403, 405, 422, 409 and 410: Django names the path of each."""
    browser.get(f"{work}explode")
    browser.post(f"{work}start/")
    browser.get(f"{work}start/")
    post(browser, f"{work}start/")
    press(acme.client("konsta"), work, "note", text="")
    with acme.scope():
        links.revoke(ticket)
    browser.get(work)

    token = work[3:-1]
    assert "/l/***/" in caplog.text
    assert token not in caplog.text
    assert not [record for record in caplog.records if token in f"{record.msg}{record.args}"]
