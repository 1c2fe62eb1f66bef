"""The tenant's words and its own mail server: changed by admins, entered in the audit log, told to all admins."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services.people import tell_admins
from accounts.services.records import keep, remove
from outbox.enums import MailState
from outbox.models import OutgoingMail, Transport
from outbox.outages import note_recovery


@transaction.atomic
def save_transport(transport: Transport, *, password: str, changed: Sequence[str], by: Actor) -> None:
    """Save the server; an empty password keeps the one that is stored. All admins hear of it by another way."""
    if password:
        transport.password = password
    keep(transport, by=by, changed=changed)
    _try_at_once()
    if changed:
        _tell(str(transport), by)


@transaction.atomic
def remove_transport(transport: Transport, *, by: Actor) -> None:
    """Go back to the installation's server."""
    remove(transport, by=by)
    _try_at_once()
    _tell("", by)


def _try_at_once() -> None:
    """Whatever waits may leave by the new server."""
    note_recovery(own=True)
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED, confidential=False).exclude(error="")
    waiting.update(due_at=timezone.now())


def _tell(server: str, by: Actor) -> None:
    def compose(admin: Membership) -> tuple[str, str]:
        values = {"name": by.name, "desk": admin.tenant.name, "host": server or _("the installation's server")}
        return (
            _("Mails of %(desk)s leave by another server") % values,
            _(
                "%(name)s has changed the server for outgoing mail. Mails leave by %(host)s from now on.\n\n"
                "If this is wrong, look at the settings and at who is an admin."
            )
            % values,
        )

    tell_admins(compose)
