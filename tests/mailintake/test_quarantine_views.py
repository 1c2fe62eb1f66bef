"""The pages of mails that stay out: what they are, and what somebody can do about them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.fetching.accounts import Fetched
from mailintake.models import InboundMessage
from mailintake.services.receiving import store_raw
from mailintake.services.rounds import Round
from mailintake.tasks import MAX_ATTEMPTS, process
from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.mailintake.post import OTTO, open_box, write

pytestmark = pytest.mark.django_db


def stored(cast: Cast, raw: bytes, *, attempts: int = 0) -> InboundMessage:
    """A mail that a worker has come to after so many of them died over it."""
    box = open_box(cast)
    with cast.scope():
        row = store_raw(box, source="smtp:1", raw=raw, received_at=timezone.now(), recipient=box.address)
        InboundMessage.objects.filter(pk=row.pk).update(attempts=attempts)
    process(cast.tenant.pk, row.pk)
    with cast.scope():
        return InboundMessage.objects.get(pk=row.pk)


def page_of(cast: Cast, row: InboundMessage) -> str:
    assert row.state == InboundState.QUARANTINED
    return words(cast.client("liisa").get(reverse("mailintake:log_in", args=[row.pk])))


def test_a_mail_that_stopped_its_workers_is_shown_as_what_it_is(acme: Cast) -> None:
    page = page_of(acme, stored(acme, write(OTTO, subject="The pump leaks"), attempts=MAX_ATTEMPTS))

    assert "The pump leaks" in page
    assert "otto@paperi-acme.example" in page
    assert "In quarantine: Reading it stopped the worker several times" in page
    assert "let it into triage" in page


def test_bytes_that_are_no_mail_have_nobody_to_be_let_in_for(acme: Cast) -> None:
    page = page_of(acme, stored(acme, b"\x00\x01 no mail"))

    assert "Its bytes are kept as they came. The source shows them." in page
    assert "let-in" not in page


def test_the_head_of_a_mail_that_stayed_on_its_server_is_not_read_again(acme: Cast) -> None:
    """Read by itself it would be a ticket without a word."""
    box = open_box(acme)
    Round(box).store_head("imap:1:9", Fetched(write(OTTO, text=""), timezone.now(), None), 48 * 2**20)
    with acme.scope():
        row = InboundMessage.objects.get()
    page, again = page_of(acme, row), reverse("mailintake:log_read_again", args=[row.pk])

    assert "It stays in its mailbox on the server" in page
    assert again not in page
    assert new_actions(acme, lambda: acme.client("liisa").post(again)) == []
    with acme.scope():
        assert InboundMessage.objects.get().state == InboundState.QUARANTINED
