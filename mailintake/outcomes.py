"""What became of a mail, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "new": _("Nothing points to a ticket"),
    "possible_follow_up": _("It may belong to a ticket, but the sender has nothing to do with it"),
    "closed_ticket": _("Its ticket is closed"),
    "no_sender": _("It names nobody to answer"),
    "auto_reply": _("An automatic reply"),
    "bulk": _("A newsletter or a mailing list"),
    "bounce": _("A mail of ours could not be delivered"),
    "delay": _("A mail of ours is late on its way"),
    "complaint": _("Somebody has reported a mail of ours as spam"),
    "report": _("A receipt"),
    "loop": _("Our own mail came back"),
    "duplicate": _("The same mail came in before"),
    "too_big": _("Larger than a mail may be"),
    "unreadable": _("Its bytes are no readable mail"),
    "gave_up": _("Reading it stopped the worker several times"),
    "failed": _("Reading it failed several times"),
    "member_unproven": _("The address is a colleague's, but nothing proves the sender"),
    "member_without_right": _("The colleague may not work on this ticket"),
    "closed_unsent": _("Its ticket is closed"),
    "stranger": _("Its sender has nothing to do with the ticket: shown to the desk only"),
    "too_many": _("The sender has opened many tickets in the last hour"),
    "discarded": _("Somebody of the desk said that it is no request"),
    "erased": _("Deleted for privacy"),
    "released": _("Let in by a person"),
}

# What a person can do about a mail in quarantine.
ADVICE: dict[str, Promise] = {
    "too_big": _("It stays in its mailbox on the server, untouched; only its head is here. Read it there."),
    "unreadable": _("Its bytes are kept as they came. The source shows them."),
    "gave_up": _("Read what follows. If it is a request, let it into triage; nothing of it is lost."),
    "failed": _("Read what follows. If it is a request, let it into triage; nothing of it is lost."),
}


def advice_on(code: str) -> str:
    """What to do about a mail in quarantine, in the active language; "" where nothing is to be said."""
    return str(ADVICE.get(code, ""))


def reason_words(code: str) -> str:
    """Why a mail is where it is, in the active language; "" where nothing is to be said."""
    return str(REASONS.get(code, ""))
