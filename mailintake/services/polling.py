"""Fetching a mailbox: claimed, commit, talk to its server, and write down how it went."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.scope import tenant_scope
from core.secrets import SecretUnreadable
from mailintake.enums import Protocol, SignIn, Trouble
from mailintake.fetching.accounts import Account, account_of
from mailintake.fetching.imap import imap_server
from mailintake.fetching.pop3 import pop3_server
from mailintake.fetching.troubles import MailboxUnreachable
from mailintake.models import Mailbox
from mailintake.services import imap_rounds, pop3_rounds
from mailintake.services.provider_tokens import access_token
from mailintake.services.rounds import Round

logger = logging.getLogger(__name__)
# A poll that has not come back after this long has lost its worker; longer than any of its steps may take.
CLAIM = timedelta(minutes=5)
# How long a failing mailbox is left alone: doubled with each failure in a row.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(minutes=15)


def poll(tenant_id: int, mailbox_id: int) -> int:
    """Fetch a mailbox that is due unless another worker is at it; returns how many mails were stored.

    A failure is written to the mailbox, where people see it; it never raises for the server's faults.
    """
    mailbox = _claim(tenant_id, mailbox_id)
    if mailbox is None:
        return 0
    work = Round(mailbox)
    try:
        _visit(work)
    except MailboxUnreachable as error:
        _failed(work, error.trouble, str(error))
    except Exception as error:
        # Our own fault, or an answer that no server should give: shown like any other, and the claim is given back.
        logger.exception("mailbox.not_fetched", extra={"tenant_id": tenant_id, "mailbox_id": mailbox_id})
        _failed(work, Trouble.OTHER, type(error).__name__)
    else:
        _succeeded(work)
    return work.new


def pause_after(failures: int) -> timedelta:
    """How long to leave a mailbox alone that has failed so many times in a row."""
    doubled: int = 1 << min(failures - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def is_free(now: datetime) -> Q:
    """Nobody is fetching it, or whoever was has died. A claim further ahead than one lasts is of a clock set back."""
    return Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM) | Q(claimed_at__gt=now + CLAIM)


def is_due(now: datetime) -> Q:
    """It answers, or its pause is over. A pause that ends later than any is long is of a clock set back."""
    return Q(failures=0) | Q(next_poll_at__lte=now) | Q(next_poll_at__gt=now + LONGEST_PAUSE)


def _claim(tenant_id: int, mailbox_id: int) -> Mailbox | None:
    now = timezone.now()
    with tenant_scope(tenant_id):
        boxes = Mailbox.objects.filter(is_free(now), is_due(now), pk=mailbox_id, active=True).exclude(host="")
        if not boxes.update(claimed_at=now):
            return None
        return Mailbox.objects.get(pk=mailbox_id)


def _visit(work: Round) -> None:
    mailbox = work.mailbox
    account = _account(mailbox)
    if mailbox.protocol == Protocol.POP3:
        with pop3_server(account) as server:
            pop3_rounds.take_in(server, work)
    else:
        with imap_server(account) as folder:
            imap_rounds.take_in(folder, work)


def _account(mailbox: Mailbox) -> Account:
    try:
        return account_of(mailbox, token="" if mailbox.sign_in == SignIn.PASSWORD else access_token(mailbox))
    except SecretUnreadable as error:
        raise MailboxUnreachable(Trouble.SECRET, str(error)) from error


def _failed(work: Round, trouble: Trouble, words: str) -> None:
    mailbox, now = work.mailbox, timezone.now()
    facts = {"tenant_id": mailbox.tenant_id, "mailbox_id": mailbox.pk, "trouble": trouble.value}
    logger.warning("mailbox.unreachable", extra=facts)
    with tenant_scope(mailbox.tenant_id):
        row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        row.claimed_at, row.trouble, row.failure = None, trouble, words[:2000]
        row.failing_since = row.failing_since or now
        row.failures = min(row.failures + 1, 1000)
        row.next_poll_at = now + pause_after(row.failures)
        row.save(update_fields=["claimed_at", "trouble", "failure", "failing_since", "failures", "next_poll_at"])


def _succeeded(work: Round) -> None:
    now = timezone.now()
    with tenant_scope(work.mailbox.tenant_id):
        Mailbox.objects.filter(pk=work.mailbox.pk).update(
            claimed_at=None,
            fetched_at=now,
            next_poll_at=now,
            failures=0,
            failing_since=None,
            trouble="",
            failure="",
            doubtful=work.doubts,
        )
