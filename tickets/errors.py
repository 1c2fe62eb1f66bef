"""What the ticket's services refuse, in words for the person who asked."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _


class TicketError(Exception):
    """A service refused; `str()` of it can be shown."""


class TicketClosed(TicketError):
    def __str__(self) -> str:
        return str(_("The ticket is closed and read-only. Reopen it first."))


class TicketMerged(TicketClosed):
    """The ticket goes on in another one, whose tag is given; nothing opens it again."""

    def __init__(self, into: str) -> None:
        super().__init__(into)
        self.into = into

    def __str__(self) -> str:
        return str(_("The ticket was merged into %(number)s and is read-only.")) % {"number": self.into}


class SameTicket(TicketError):
    def __str__(self) -> str:
        return str(_("A ticket cannot be merged into itself."))


class OtherCustomer(TicketError):
    def __str__(self) -> str:
        return str(_("The tickets are of different customers, so they cannot be merged."))


class LinkedToItself(TicketError):
    def __str__(self) -> str:
        return str(_("A ticket cannot be linked to itself."))


class LinkedAlready(TicketError):
    """The two have to do with each other already; the other's tag is given."""

    def __str__(self) -> str:
        return str(_("It is linked to %(number)s already.")) % {"number": self.args[0]}


class LinkedInCircle(TicketError):
    def __str__(self) -> str:
        return str(_("The other ticket is that of this one already, so the two would go round in a circle."))


class TooManyTasks(TicketError):
    def __str__(self) -> str:
        return str(_("A ticket has at most 50 tasks."))


class AlreadySplit(TicketError):
    """The tag of the message's own ticket is given."""

    def __str__(self) -> str:
        return str(_("This message has a ticket of its own already: %(number)s")) % {"number": self.args[0]}


class TransitionRefused(TicketError):
    def __str__(self) -> str:
        return str(_("The ticket has changed meanwhile, so this step is no longer possible."))


class StatusBarred(TicketError):
    """The team has decided that this status comes only after some others."""

    def __init__(self, now: str, wanted: str, after: Sequence[str]) -> None:
        super().__init__(now, wanted, after)
        self.now, self.wanted, self.after = now, wanted, after

    def __str__(self) -> str:
        words = _("“%(wanted)s” cannot follow “%(now)s” here, only: %(after)s.")
        return str(words) % {"wanted": self.wanted, "now": self.now, "after": ", ".join(self.after)}


class Overtaken(TicketError):
    """Somebody has done something that its writer should know of first, after the log position that they saw."""

    def __init__(self, seen: int) -> None:
        super().__init__(seen)
        self.seen = seen

    def __str__(self) -> str:
        return str(_("The ticket has changed meanwhile. Nothing was done yet."))


class FactsDiffer(TicketError):
    """Somebody has changed the same facts since: by field who did, and theirs beside what was asked for."""

    def __init__(self, fields: Mapping[str, tuple[str, str, str]]) -> None:
        super().__init__(fields)
        self.fields = fields

    def __str__(self) -> str:
        return str(_("Somebody has changed the same facts meanwhile. Nothing was saved yet."))


class FieldsMissing(TicketError):
    """The ticket lacks what its team wants to know before it is resolved: the names of those fields."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names

    def __str__(self) -> str:
        return str(_("Before it is resolved, fill in: %(fields)s.")) % {"fields": ", ".join(self.names)}


class WorkRefused(TicketError):
    """Time that cannot have been worked: why, in words."""

    def __str__(self) -> str:
        return str(self.args[0])


class NothingToSend(TicketError):
    def __str__(self) -> str:
        return str(_("The requester has no mail address, so nothing can be sent."))


class SnoozeRefused(TicketError):
    def __str__(self) -> str:
        return str(_("A reminder needs a time in the future, within a year."))


class LinkUnusable(TicketError):
    """The link is unknown, revoked, expired or another's."""


class CodeRefused(TicketError):
    def __str__(self) -> str:
        return str(_("The code is wrong or too old. A new one can be mailed."))


class AlreadyDone(TicketError):
    def __str__(self) -> str:
        return str(_("This was already sent."))


class MacroRefused(TicketError):
    """A part of a macro is not possible on this ticket: why, or "" where something it sets is gone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        why = self.why or str(_("Something that it sets is no longer there, or not for you."))
        return str(_("The macro could not be run, and nothing was done. %(why)s")) % {"why": why}


class NotOfCompany(TicketError):
    def __str__(self) -> str:
        return str(_("Only people of your company can be added here. Ask us to add anybody else."))
