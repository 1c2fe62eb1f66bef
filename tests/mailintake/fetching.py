"""Mailboxes as their settings page leaves them, and rounds over them, for the tests of fetching."""

from typing import Any

from django.utils import timezone

from core.secrets import seal
from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import poll
from mailintake.tasks import process
from tests.conftest import Cast
from tests.e2e.parts import HOST, PASSWORD

ADDRESS = "support@acme.example"


def set_up(cast: Cast, port: int, address: str = ADDRESS, **more: Any) -> Mailbox:
    """A mailbox of a server on this machine, with reading begun."""
    facts: dict[str, Any] = {"host": HOST, "security": "none", "mode": "open", "sealed_password": seal(PASSWORD)}
    with cast.scope():
        return Mailbox.objects.create(
            **(facts | {"address": address, "queue": cast.desk.queue, "port": port, "username": address} | more)
        )


def fetch(cast: Cast, box: Mailbox) -> int:
    """A round, however long the mailbox was to be left alone."""
    with cast.scope():
        Mailbox.objects.filter(pk=box.pk).update(next_poll_at=timezone.now())
    return poll(cast.tenant.pk, box.pk)


def now(cast: Cast, box: Mailbox) -> Mailbox:
    with cast.scope():
        return Mailbox.objects.get(pk=box.pk)


def sources(cast: Cast) -> list[str]:
    with cast.scope():
        return list(InboundMessage.objects.order_by("pk").values_list("source", flat=True))


def place_all(cast: Cast) -> None:
    with cast.scope():
        ids = list(InboundMessage.objects.filter(state=InboundState.RECEIVED).values_list("pk", flat=True))
    for pk in ids:
        process(cast.tenant.pk, pk)
