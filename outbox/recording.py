"""What servers said of a mail, written down: each receiver's fate, and what follows from them for the mail."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from outbox.answers import Answer, Answers
from outbox.enums import Fate, MailState
from outbox.models import Delivery, OutgoingMail

# How long a mail is tried before it has failed (README.md).
GIVE_UP_AFTER = timedelta(days=3)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
# The server may still be at work on a mail it has not answered.
UNCERTAIN_WAIT = timedelta(minutes=15)
UNSETTLED = frozenset({Fate.DELAYED, Fate.UNCERTAIN})
# The mail server took it for this receiver, whatever was reported later.
TAKEN = frozenset({Fate.ACCEPTED, Fate.LATE, Fate.SOFT, Fate.HARD, Fate.COMPLAINED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is news about a mail after it was tried."""

    mail: OutgoingMail
    delivered: bool = False
    failed: bool = False


def backoff(tries: int, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long to wait after so many tries: twice as long each time, and up to a quarter more.

    By chance, so that mails that failed together do not come back together.
    """
    wait = min(FIRST_WAIT * (1 << min(max(tries - 1, 0), 20)), longest)
    return wait * (1 + secrets.randbelow(251) / 1000)


def unsettled(mail: OutgoingMail) -> list[str]:
    """The receivers whom the mail is still to be handed over for."""
    fates = {delivery.address: delivery.fate for delivery in mail.deliveries.all()}
    return [address for address in mail.receivers if fates.get(address, Fate.DELAYED) in UNSETTLED]


def keep(mail_id: int, now: datetime) -> Outcome:
    """A mail that stays on this machine, where no server is set up, counts as delivered."""
    mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
    mail.state, mail.sent_at, mail.error = MailState.KEPT, now, ""
    mail.save(update_fields=["state", "sent_at", "error"])
    return Outcome(mail, delivered=True)


def record(mail_id: int, answers: Answers, now: datetime) -> Outcome:
    """Write down what each receiver's mail met with. A fate that is settled stays as it is."""
    mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
    known = {delivery.address: delivery for delivery in mail.deliveries.all()}
    given_up = mail.tried_since is not None and now - mail.tried_since >= GIVE_UP_AFTER
    for address, answer in answers.items():
        row = known.setdefault(address, Delivery(mail=mail, address=address, fate=Fate.DELAYED, at=now))
        if row.fate in UNSETTLED:
            row.fate, row.said, row.at = _settled(Fate(row.fate), answer.fate, given_up=given_up), answer.said, now
    changed = [known[address] for address in answers]
    Delivery.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["tenant", "mail", "address"],
        update_fields=["fate", "said", "at"],
    )
    return _conclude(mail, known, now)


def _settled(before: Fate, answer: Fate, *, given_up: bool) -> Fate:
    if answer is Fate.UNCERTAIN:
        return Fate.UNKNOWN if before is Fate.UNCERTAIN else Fate.UNCERTAIN
    if answer is Fate.DELAYED and before is Fate.UNCERTAIN:
        # It may have got the first one, which is shown; it is tried on all the same.
        return Fate.UNKNOWN if given_up else Fate.UNCERTAIN
    return Fate.REFUSED if answer is Fate.DELAYED and given_up else answer


def _conclude(mail: OutgoingMail, known: dict[str, Delivery], now: datetime) -> Outcome:
    waiting = [known[address] for address in mail.receivers if address in known and known[address].fate in UNSETTLED]
    missing = [address for address in mail.receivers if address not in known]
    reached = any(address in known and known[address].fate in TAKEN for address in mail.to)
    first = reached and mail.sent_at is None
    if first:
        mail.sent_at = now
    if waiting or missing:
        wait = backoff(mail.attempts)
        if any(row.fate == Fate.UNCERTAIN for row in waiting):
            wait = max(wait, UNCERTAIN_WAIT)
        mail.state, mail.due_at = MailState.QUEUED, now + wait
    else:
        mail.state = MailState.SENT if reached else MailState.FAILED
    mail.error = summary(mail, known)
    mail.save(update_fields=["state", "sent_at", "due_at", "error"])
    return Outcome(mail, delivered=first, failed=mail.state == MailState.FAILED)


def summary(mail: OutgoingMail, known: dict[str, Delivery]) -> str:
    """What went wrong, in the servers' words; with several receivers each is named."""
    wrong = [known[address] for address in mail.receivers if address in known and known[address].fate != Fate.ACCEPTED]
    if len(mail.receivers) == 1:
        return wrong[0].said if wrong else ""
    return "; ".join(f"{row.address}: {row.said}" for row in wrong)


def give_up(mail_id: int, said: str, now: datetime) -> Outcome:
    """No more tries: whoever has not got it by now may or may not have."""
    mail = OutgoingMail.objects.prefetch_related("deliveries").get(pk=mail_id)
    answers = dict.fromkeys(unsettled(mail), Answer(Fate.UNKNOWN, said))
    return record(mail_id, answers, now)
