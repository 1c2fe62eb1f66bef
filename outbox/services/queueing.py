"""The only door out: a mail is a row in the caller's transaction, and leaves after that has committed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.later import after_commit
from outbox.enums import Fate, MailState, Purpose
from outbox.inboxes import inbox_of
from outbox.models import OutgoingFile, OutgoingMail

# Of the broker's priorities: what somebody waits for leaves before mail is taken in, but nobody's mail waits for the
# acknowledgement of another one.
FIRST, LAST = 0, 9


@dataclass(frozen=True, slots=True)
class File:
    """A file to send along, whose bytes already lie in the file storage; its owner knows it by `source`."""

    name: str
    content_type: str
    storage_key: str
    size: int
    source: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to be queued.

    `message_id` and `references` are without angle brackets. With a `key`, queueing twice is queueing once.
    """

    purpose: str
    message_id: str
    from_name: str
    from_address: str
    to: Sequence[str]
    subject: str
    text: str
    language: str
    cc: Sequence[str] = ()
    html: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    files: Sequence[File] = field(default=())
    about: int | None = None
    part: int | None = None
    key: str | None = None
    automatic: bool = False
    confidential: bool = False


def queue(mail: Mail, *, hold: timedelta = timedelta(0)) -> OutgoingMail:
    """Write the mail into the outbox; it leaves after commit and not before `hold` has passed.

    Idempotent for mails with a key: the row that is there is returned.
    """
    if mail.key and (known := OutgoingMail.objects.filter(key=mail.key).first()):
        return known
    now = timezone.now()
    row = OutgoingMail.objects.create(
        purpose=mail.purpose,
        about=mail.about,
        part=mail.part,
        key=mail.key,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=list(mail.references)[-20:],
        from_name=_one_line(mail.from_name)[:120],
        from_address=mail.from_address,
        reply_to=mail.reply_to,
        to=list(mail.to),
        cc=list(mail.cc),
        inbox=inbox_of(mail.to[0]) if mail.to else "",
        subject=_one_line(mail.subject)[:500],
        text=mail.text,
        html=mail.html,
        language=mail.language,
        automatic=mail.automatic,
        confidential=mail.confidential,
        queued_at=now,
        due_at=now + hold,
    )
    OutgoingFile.objects.bulk_create(
        OutgoingFile(mail=row, name=f.name, content_type=f.content_type, storage_key=f.storage_key, size=f.size)
        for f in mail.files
    )
    _send_after_commit(row, hold)
    return row


def _one_line(text: str) -> str:
    """Header text: a line break in it would begin another header."""
    return " ".join(text.split())


def _send_after_commit(mail: OutgoingMail, hold: timedelta) -> None:
    priority = LAST if mail.purpose == Purpose.ACKNOWLEDGEMENT else FIRST
    after_commit("outbox.tasks.send", mail.tenant_id, mail.pk, countdown=hold.total_seconds(), priority=priority)


@transaction.atomic
def take_back(mail: OutgoingMail) -> bool:
    """Cancel a mail that nobody has begun to send; says whether it worked."""
    return bool(
        OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED, attempts=0).update(state=MailState.CANCELLED)
    )


@transaction.atomic
def send_again(mail: OutgoingMail, *, at: datetime | None = None) -> bool:
    """Give a failed mail a new chance, with the same Message-ID; says whether it had failed."""
    again = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.FAILED).update(
        state=MailState.QUEUED, attempts=0, losses=0, tried_since=None, due_at=at or timezone.now(), error=""
    )
    if again:
        # Only who has not got it gets it: a fate that is settled is never handed over again.
        mail.deliveries.filter(fate__in=[Fate.REFUSED, Fate.UNKNOWN, Fate.SOFT, Fate.HARD]).delete()
        _send_after_commit(mail, timedelta(0))
    return bool(again)
