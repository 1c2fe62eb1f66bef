"""Setting mailboxes up: saved, audited, told to all admins, and tested by really fetching."""

from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services.people import tell_admins
from accounts.services.records import keep
from mailintake.models import Mailbox

# By name, because tasks stand above services.
POLL = "mailintake.tasks.poll_mailbox"
SERVER_FIELDS = frozenset({"host", "port", "security", "username", "password"})


class AddressTaken(Exception):
    """Another mailbox of the installation, perhaps another tenant's, has the address."""


def save_mailbox(mailbox: Mailbox, *, password: str, changed: Sequence[str], by: Actor) -> None:
    """Save a mailbox and ask for a fetch after commit, whose result the mailbox shows.

    An empty password keeps the one that is stored. Another server or user means another store of mail, which is read
    like that of a new mailbox: from now on. Raises AddressTaken.
    """
    if password:
        mailbox.password = password
    if {"host", "username", "folder"} & set(changed):
        mailbox.uid_validity, mailbox.last_uid, mailbox.older_count = None, 0, 0
        mailbox.started_at = timezone.now()
    mailbox.claimed_at, mailbox.failing_since, mailbox.failure = None, None, ""
    try:
        with transaction.atomic():
            keep(mailbox, by=by, changed=changed)
    except IntegrityError as error:
        raise AddressTaken from error
    if SERVER_FIELDS & set(changed) and mailbox.host:
        _tell(mailbox, by)
    ask_to_fetch(mailbox)


def ask_to_fetch(mailbox: Mailbox) -> None:
    """Have a worker fetch once the caller's transaction is over; no network is talked to inside it."""
    if mailbox.active and mailbox.host:
        task = partial(current_app.send_task, POLL, (mailbox.tenant_id, mailbox.pk), expires=60, retry=False)
        # Robust: where the broker is away, the next round of all mailboxes comes by.
        transaction.on_commit(task, robust=True)


def _tell(mailbox: Mailbox, by: Actor) -> None:
    def compose(admin: Membership) -> tuple[str, str]:
        values = {"name": by.name, "address": mailbox.address, "host": mailbox.host}
        return (
            _("The mailbox %(address)s has another server") % values,
            _(
                "%(name)s has changed the server of %(address)s. Mail is fetched from %(host)s from now on.\n\n"
                "If this is wrong, look at the settings and at who is an admin."
            )
            % values,
        )

    tell_admins(compose)
