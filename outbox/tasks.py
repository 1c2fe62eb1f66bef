"""Sending: claim and commit, talk to the server, record what it said in a new transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from core.secrets import SecretUnreadable
from outbox.answers import Answer, Answers, ServerFailing, for_all, words
from outbox.calls import call_out
from outbox.delivery import Carrier, Envelope, envelope
from outbox.dns import NoAnswer, text_records
from outbox.enums import Fate, MailState, RecordState
from outbox.models import OutgoingMail, SigningKey
from outbox.outages import note_outage, note_recovery, rests_until
from outbox.recording import GIVE_UP_AFTER, Outcome, give_up, keep, record, unsettled
from outbox.signals import delivered, failed
from outbox.signing_keys import publishes, record_name
from outbox.transports import leaves_by_own, server_for

logger = logging.getLogger(__name__)
BATCH = 200
STALE = timedelta(minutes=10)
MAX_LOSSES = 5
TELL_TRIES = 2
WAITS = "Waits for its mail server."


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed mail on its way; without a server it stays here. `own`: by the tenant's own server."""

    mail: Envelope
    server: Carrier | None
    own: bool


@shared_task
def sweep_outgoing() -> None:
    """Send what is due and nobody is sending; the broker may have lost the task that should have."""
    for tenant_id, mail_id in open_door("door_due_outgoing", BATCH):
        send(tenant_id, mail_id)


@shared_task
def send(tenant_id: int, mail_id: int) -> None:
    """Send one mail if it is due and no other worker has it; safe to run twice, and its faults stay its own."""
    if not _claim(tenant_id, mail_id):
        return
    own = False
    try:
        parcel = _prepare(tenant_id, mail_id)
        if parcel is None:
            return
        own = parcel.own
        answers = _hand_over(parcel)
    except ServerFailing as failing:
        _wait_for_server(tenant_id, mail_id, str(failing), own=own)
    except Exception as error:  # whatever a mail can do to us must not stop the next one
        logger.exception("mail.not_sent", extra={"tenant_id": tenant_id, "mail_id": mail_id})
        _delay(tenant_id, mail_id, f"{type(error).__name__}: {error}")
    else:
        _settle(tenant_id, mail_id, answers, own=own)


def _claim(tenant_id: int, mail_id: int) -> bool:
    """Take the mail, counted and committed before it is touched, so that one that kills its worker counts too."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        lost = Q(state=MailState.SENDING, claimed_at__lt=now - STALE)
        mails = OutgoingMail.objects.filter(lost | Q(state=MailState.QUEUED), pk=mail_id, due_at__lte=now)
        deaths = Case(When(state=MailState.SENDING, then=Value(1)), default=Value(0))
        claimed = mails.filter(losses__lt=MAX_LOSSES).update(
            state=MailState.SENDING,
            claimed_at=now,
            attempts=F("attempts") + 1,
            losses=F("losses") + deaths,
            tried_since=Coalesce("tried_since", Value(now)),
        )
        gave_up = not claimed and mails.exists()
    if gave_up:
        _tell(tenant_id, mail_id, lambda: give_up(mail_id, "Its worker was lost again and again.", now), now)
    return bool(claimed)


def _prepare(tenant_id: int, mail_id: int) -> Parcel | None:
    """The mail for those who are still to get it; None where it has to wait for its server."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_related("tenant").prefetch_related("files", "deliveries").get(pk=mail_id)
        own = leaves_by_own(confidential=mail.confidential)
        try:
            server = server_for(mail.tenant, own=own)
        except SecretUnreadable as error:
            _postpone(mail, note_outage(str(error), own=own, now=now), str(error))
            return None
        until = rests_until(own=own, now=now) if server else None
        if until is not None:
            _postpone(mail, until, "")
            return None
        return Parcel(envelope(mail, unsettled(mail)), server, own)


def _postpone(mail: OutgoingMail, until: datetime, said: str) -> None:
    """Let the mail wait for its server. The try does not count, since nobody has looked at the mail."""
    mail.state, mail.due_at, mail.attempts = MailState.QUEUED, until, mail.attempts - 1
    mail.error = said or mail.error or WAITS
    mail.save(update_fields=["state", "due_at", "attempts", "error"])


def _hand_over(parcel: Parcel) -> Answers | None:
    """What the server said; None for a mail that stays here."""
    if parcel.server is None:
        return None
    fault_point("before-smtp")
    answers = parcel.server.hand_over(parcel.mail)
    fault_point("after-smtp")
    return answers


def _settle(tenant_id: int, mail_id: int, answers: Answers | None, *, own: bool) -> None:
    now = timezone.now()
    if answers is None:
        _tell(tenant_id, mail_id, lambda: keep(mail_id, now), now)
        return
    _tell(tenant_id, mail_id, lambda: record(mail_id, answers, now), now)
    if answers:
        with tenant_scope(tenant_id):
            note_recovery(own=own)


def _wait_for_server(tenant_id: int, mail_id: int, said: str, *, own: bool) -> None:
    """All mail of this server waits, and this one with it; in the end it has failed, with the server's words."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        until = note_outage(said, own=own, now=now)
        mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
        if mail.tried_since is None or now - mail.tried_since < GIVE_UP_AFTER:
            _postpone(mail, until, said)
            return
    _delay(tenant_id, mail_id, said)


def _delay(tenant_id: int, mail_id: int, said: str) -> None:
    """Nobody has got it; try again later, each time later than before, until it has failed."""
    now = timezone.now()

    def note() -> Outcome:
        mail = OutgoingMail.objects.prefetch_related("deliveries").get(pk=mail_id)
        return record(mail_id, for_all(unsettled(mail), Answer(Fate.DELAYED, words(said))), now)

    _tell(tenant_id, mail_id, note, now)


def _tell(tenant_id: int, mail_id: int, note: Callable[[], Outcome], now: datetime) -> None:
    """Record what has become of a mail, and tell it. Whatever fails in the telling, the record must stand.

    Else the mail would leave again.
    """
    for _try in range(TELL_TRIES):
        try:
            with tenant_scope(tenant_id):
                outcome = note()
                if outcome.delivered:
                    delivered.send(OutgoingMail, mail=outcome.mail, at=now)
                if outcome.failed:
                    failed.send(OutgoingMail, mail=outcome.mail, at=now, error=outcome.mail.error)
        except Exception:  # the next try may have no deadlock; without one the mail is only recorded
            logger.exception("mail.fate_not_told", extra={"tenant_id": tenant_id, "mail_id": mail_id})
        else:
            return
    with tenant_scope(tenant_id):
        note()


@shared_task
def check_record(tenant_id: int, key_id: int) -> None:
    """Ask DNS whether it publishes a signing key; from then on it signs."""
    with tenant_scope(tenant_id):
        key = SigningKey.objects.filter(pk=key_id).first()
    if key is None:
        return
    facts: dict[str, Any] = {"checked_at": timezone.now()}
    try:
        records = text_records(record_name(key.selector, key.domain))
    except NoAnswer:
        facts["record"] = RecordState.SILENT
    else:
        facts["signs"] = publishes(records, key.public)
        wrong = RecordState.WRONG if records else RecordState.MISSING
        facts["record"] = RecordState.RIGHT if facts["signs"] else wrong
    with tenant_scope(tenant_id):
        SigningKey.objects.filter(pk=key_id).update(**facts)


@shared_task
def sweep_calls() -> None:
    """Make the calls to webhooks that are due and nobody is making."""
    for tenant_id, call_id in open_door("door_due_calls", BATCH):
        call(tenant_id, call_id)


@shared_task
def call(tenant_id: int, call_id: int) -> None:
    """Make one call, if it is due and no other worker has it."""
    call_out(tenant_id, call_id)
