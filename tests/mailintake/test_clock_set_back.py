"""A mailbox is fetched on although the clock was set back and its times lie ahead; door and claim agree about it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.doors import open_door
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import is_due, is_free
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from tests.conftest import Cast
from tests.mailintake.post import write

# Failures in a row, minutes until the next round, minutes since it was claimed; whether it is fetched.
BOXES = [
    (0, 0, None, True),
    (0, 60, None, True),
    (0, 10, None, True),
    (3, -1, None, True),
    (3, 10, None, False),
    (3, 60, None, True),
    (0, 0, 1, False),
    (0, 0, 6, True),
    (0, 60, -4, False),
    (0, 60, -60, True),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("failures", "pause", "claimed", "fetched"), BOXES)
def test_no_box_waits_for_the_clock_to_be_where_it_was(
    acme: Cast, failures: int, pause: int, claimed: int | None, fetched: bool
) -> None:
    now = timezone.now()
    with acme.scope():
        box = Mailbox.objects.create(
            address="box@acme.example",
            queue=acme.desk.queue,
            host="imap.acme.example",
            failures=failures,
            next_poll_at=now + timedelta(minutes=pause),
            claimed_at=None if claimed is None else now - timedelta(minutes=claimed),
        )
        mine = Mailbox.objects.filter(is_free(now), is_due(now)).exists()

    assert mine == fetched
    assert open_door("door_due_mailboxes", 4) == ([(acme.tenant.pk, box.pk)] if fetched else [])


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "state"), [(3600, InboundState.TRIAGE), (10, InboundState.RECEIVED)])
def test_mail_that_was_stored_before_is_placed_all_the_same(acme: Cast, seconds: int, state: InboundState) -> None:
    """But not within the pause between two tries."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with acme.scope():
            box = Mailbox.objects.create(address="support@acme.example", queue=acme.desk.queue)
            row = store_raw(box, source="smtp:1", raw=write(), received_at=timezone.now(), recipient=box.address)
        clock.shift(-seconds)
        process(acme.tenant.pk, row.pk)

    with acme.scope():
        assert InboundMessage.objects.get().state == state
