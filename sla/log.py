"""What the clock needs to know about a ticket: an append-only log of events, and the policies they name.

`at` is when something took effect, `recorded_at` when it was written down (a phone call is logged later), `seq`
breaks ties. Corrections are new events; nothing is ever updated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sla.business_time import NextBusinessDay, whole_second


class StatusClass(StrEnum):
    """The fixed meaning behind a team's own status names."""

    NEW = "new"
    OPEN = "open"
    WAITING_REQUESTER = "waiting_requester"
    WAITING_THIRD_PARTY = "waiting_third_party"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


FINISHED = frozenset({StatusClass.RESOLVED, StatusClass.CLOSED, StatusClass.CANCELLED, StatusClass.MERGED})


class Metric(StrEnum):
    """What is promised. Each metric is a timer of its own."""

    FIRST_RESPONSE = "first_response"
    INVESTIGATION_START = "investigation_start"
    NEXT_REPLY = "next_reply"
    PERIODIC_UPDATE = "periodic_update"
    RESTORE = "restore"
    RESOLUTION = "resolution"
    NBD = "nbd"


# These measure from reception; the others begin anew with each message.
FROM_RECEPTION = (
    Metric.FIRST_RESPONSE,
    Metric.INVESTIGATION_START,
    Metric.RESTORE,
    Metric.RESOLUTION,
    Metric.NBD,
)


class Reopening(StrEnum):
    """What a reopened ticket makes of the time it was finished."""

    CONTINUE = "continue"
    COUNT = "count"
    RESTART = "restart"


class PolicyChange(StrEnum):
    """What a new policy makes of the time already used: keep it, recount it all by the new rules, or start anew."""

    CARRY = "carry"
    RETROACTIVE = "retroactive"
    RESTART = "restart"


class Merging(StrEnum):
    """Whose reception counts for the survivor of a merge."""

    EARLIEST = "earliest"
    KEEP = "keep"


DEFAULT_PAUSES = frozenset({StatusClass.WAITING_REQUESTER, StatusClass.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Policy:
    """The promises in force from one moment on.

    `calendar` names the calendar version that opens and closes the clock; `targets` are open minutes. A metric that
    is neither in `targets` nor the date rule `nbd` is not promised. `ref` is the caller's name of the version.
    """

    calendar: str
    targets: Mapping[Metric, int] = field(default_factory=dict)
    nbd: NextBusinessDay | None = None
    pauses: frozenset[StatusClass] = DEFAULT_PAUSES
    reopening: Reopening = Reopening.CONTINUE
    change: PolicyChange = PolicyChange.CARRY
    merging: Merging = Merging.EARLIEST
    first_response_pauses: bool = False
    phone_call_responds: bool = False
    ref: str = ""

    def promises(self, metric: Metric) -> bool:
        return self.nbd is not None if metric is Metric.NBD else metric in self.targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that took effect at an instant."""

    at: datetime
    recorded_at: datetime | None = None
    seq: int = 0

    @property
    def known_at(self) -> datetime:
        """When anybody could know: the later of taking effect and being written down."""
        return whole_second(max(self.at, self.recorded_at or self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """The ticket was received; `channel` is "phone" where a person answered a call."""

    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionCorrected(Event):
    """The reception was at another time than first recorded."""

    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet(Event):
    """From here on this policy rules; it names the full set of promises."""

    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """The ticket entered a status class; with `until` it returns to open by itself then."""

    status: StatusClass
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReply(Event):
    """An agent wrote. `written_at` is when, if `at` is when the mail was delivered: later messages stay unanswered."""

    public: bool = True
    auto: bool = False
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage(Event):
    """A requester wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStarted(Event):
    """The investigation began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Event):
    """The service works again, perhaps by a workaround."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFrom(Event):
    """Another ticket, received at `received_at`, was merged into this one."""

    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFrom(Event):
    """This ticket was split from `source`; its own reception is that of the message split off."""

    source: str
