"""Setting mailboxes up: saved, audited, told to all admins, and tested by really fetching."""

from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import audit
from accounts.services.people import tell_admins
from accounts.services.records import keep
from mailintake.enums import SignIn
from mailintake.models import Mailbox

# By name, because tasks stand above services.
POLL = "mailintake.tasks.poll_mailbox"
SERVER_FACTS = frozenset({"protocol", "host", "port", "security", "sign_in", "username"})
SERVER_FIELDS = SERVER_FACTS | {"password"}
# Of what changes with these all admins hear: whose mail comes in, from where, and who is believed.
TOLD_FIELDS = SERVER_FIELDS | {"address", "queue", "active", "trusted_servers"}
# With another of these it is another store of mail.
STORE_FIELDS = frozenset({"protocol", "host", "username", "folder"})
# What nobody fills in: workers write it while a page is open, so a page must not save what it has read.
KEPT_BY_WORKERS = [
    field.name
    for field in Mailbox._meta.concrete_fields
    if not field.editable and field.name not in ("id", "tenant", "sealed_password")
]


class AddressTaken(Exception):
    """Another mailbox of the installation, perhaps another tenant's, has the address."""


def save_mailbox(mailbox: Mailbox, *, password: str, changed: Sequence[str], by: Actor) -> None:
    """Save a mailbox and ask for a fetch after commit, whose result the mailbox shows.

    An empty password keeps the one that is stored. Another server or user means another store of mail, which is read
    like that of a new mailbox: from now on. Raises AddressTaken.
    """
    try:
        with transaction.atomic():
            real = {*changed, *_take_over(mailbox)}
            if password:
                mailbox.password = password
            _begin_again(mailbox, real)
            keep(mailbox, by=by, changed=real)
    except IntegrityError as error:
        raise AddressTaken from error
    if TOLD_FIELDS & real:
        tell_of_change(mailbox, by)
    ask_to_fetch(mailbox)


def _take_over(mailbox: Mailbox) -> set[str]:
    """Bring a row that a page has read up to what workers have written since, and hold it.

    Returns which facts of its server are other ones than before; a provider's name changes some that nobody typed.
    """
    current = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first()
    if current is None:
        return set()
    for name in KEPT_BY_WORKERS:
        setattr(mailbox, name, getattr(current, name))
    return {name for name in SERVER_FACTS if getattr(mailbox, name) != getattr(current, name)}


def _begin_again(mailbox: Mailbox, changed: set[str]) -> None:
    """Set back what does not hold any more after the change."""
    now = timezone.now()
    if changed & STORE_FIELDS:
        mailbox.started_at, mailbox.uid_validity, mailbox.generation = now, None, mailbox.generation + 1
        mailbox.last_uid = mailbox.older_uid = mailbox.older_count = 0
        mailbox.takes_older, mailbox.doubtful = False, {}
    if changed & {"sign_in", "host", "username"}:
        forget_sign_in(mailbox)
    if mailbox.sign_in != SignIn.PASSWORD:
        mailbox.password = ""
    if changed & {"active", "host"}:
        # Nobody has fetched it meanwhile, and nobody should have.
        mailbox.watched_from = now
    mailbox.claimed_at, mailbox.failing_since, mailbox.next_poll_at = None, None, now
    mailbox.failures, mailbox.trouble, mailbox.failure = 0, "", ""


def forget_sign_in(mailbox: Mailbox) -> None:
    """Drop what a provider has given for this mailbox; the caller saves."""
    mailbox.sealed_grant = mailbox.sealed_refresh_token = mailbox.sealed_access_token = ""
    mailbox.access_expires_at = None


def keep_grant(mailbox: Mailbox, grant: str, *, by: Actor) -> None:
    """Take what the provider gave for this mailbox, and have a worker sign in with it."""
    _take_over(mailbox)
    forget_sign_in(mailbox)
    mailbox.sealed_grant, mailbox.claimed_at, mailbox.next_poll_at = grant, None, timezone.now()
    mailbox.save()
    audit.record("mailbox.signed_in", by=by, target=mailbox)
    tell_of_change(mailbox, by)
    ask_to_fetch(mailbox)


def fetch_now(mailbox: Mailbox) -> None:
    """Have a worker fetch at once, however long the mailbox was to be left alone."""
    mailbox.claimed_at, mailbox.next_poll_at = None, timezone.now()
    mailbox.save(update_fields=["claimed_at", "next_poll_at"])
    ask_to_fetch(mailbox)


def take_older(mailbox: Mailbox, *, by: Actor) -> None:
    """Have what lay in the mailbox before its set-up fetched as well; nobody gets an acknowledgement of old mail."""
    mailbox.takes_older, mailbox.next_poll_at = True, timezone.now()
    mailbox.save(update_fields=["takes_older", "next_poll_at"])
    audit.record("mailbox.older_taken", by=by, target=mailbox, count=mailbox.older_count)
    ask_to_fetch(mailbox)


def ask_to_fetch(mailbox: Mailbox) -> None:
    """Have a worker fetch once the caller's transaction is over; no network is talked to inside it."""
    if mailbox.active and mailbox.host:
        task = partial(current_app.send_task, POLL, (mailbox.tenant_id, mailbox.pk), expires=60, retry=False)
        # Robust: where the broker is away, the next round of all mailboxes comes by.
        transaction.on_commit(task, robust=True)


def tell_of_change(mailbox: Mailbox, by: Actor) -> None:
    """Mail all admins how mail to the address comes in from now on."""

    def compose(admin: Membership) -> tuple[str, str]:
        values = {"name": by.name, "address": mailbox.address, "way": _way(mailbox), "queue": mailbox.queue.name}
        return (
            _("Mail to %(address)s comes in another way") % values,
            _(
                "%(name)s has changed the mailbox %(address)s. %(way)s It goes to the queue %(queue)s.\n\n"
                "If this is wrong, look at the settings and at who is an admin."
            )
            % values,
        )

    tell_admins(compose)


def _way(mailbox: Mailbox) -> str:
    """Where the mail comes from, in a sentence of the active language."""
    if not mailbox.active:
        return _("No mail is taken in.")
    if mailbox.host:
        return _("Mail is fetched from %(host)s from now on.") % {"host": mailbox.host}
    return _("Mail is posted to its web address.") if mailbox.hook_hash else _("Mail comes in by SMTP only.")
