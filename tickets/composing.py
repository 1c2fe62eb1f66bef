"""What the composer offers: the ways to send, and the drafts that there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from core.tokens import new_token
from tickets.enums import Mode, StatusClass
from tickets.models import Status, Ticket
from tickets.models.drafts import DraftFacts

SEND, WAIT, RESOLVE = "send", "wait", "resolve"
# Statuses that no reply sets.
OTHERWISE = (StatusClass.NEW, StatusClass.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send: `key` is what is remembered of it, name and value are those of its button."""

    key: str
    name: str
    value: str
    icon: str
    label: str
    # What its button says where somebody else has written meanwhile.
    anyway: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The first press, and what its arrow lists."""

    first: Way
    others: Sequence[Way]


def sends_as(post: Mapping[str, Any]) -> str:
    """The key of the way whose button was pressed."""
    if RESOLVE in post or WAIT in post:
        return RESOLVE if RESOLVE in post else WAIT
    return f"status-{post['status']}"[:20] if post.get("status") else SEND


def ways_of(ticket: Ticket, statuses: Iterable[Status], chosen: str) -> Ways:
    """The ways for a ticket, first the one that the member has chosen last where it is possible here."""
    ways = [
        Way(SEND, SEND, "1", "send", _("Send"), _("Send anyway")),
        Way(WAIT, WAIT, "1", "player-pause", _("Send and wait for the answer"), _("Send anyway and wait")),
    ]
    if not ticket.is_finished:
        ways.insert(0, Way(RESOLVE, RESOLVE, "1", "check", _("Send and set resolved"), _("Resolve anyway")))
        ways += [_setting(status) for status in statuses if not _has_own_button(status)]
    first = next((way for way in ways if way.key == chosen), ways[0])
    return Ways(first, [way for way in ways if way is not first])


def _has_own_button(status: Status) -> bool:
    waits = status.status_class == StatusClass.WAITING_REQUESTER and status.is_default
    return waits or status.status_class in OTHERWISE


def _setting(status: Status) -> Way:
    label = {"status": str(status)}
    return Way(
        f"status-{status.pk}",
        "status",
        str(status.pk),
        "circle-half-2",
        _("Send and set: %(status)s") % label,
        _("Send anyway and set: %(status)s") % label,
    )


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of a ticket: the one that the composer holds, the member's others, and those of colleagues."""

    held: DraftFacts | None
    mine: Sequence[DraftFacts]
    theirs: Sequence[DraftFacts]


def drafts_for(
    drafts: Sequence[DraftFacts], member: Membership, *, wanted: str = "", branch: str | None = None
) -> Drafts:
    """Sort them for a reader. Held is that of the `branch` that the composer has already; else the one `wanted` by its
    id, or the latest.
    """
    mine = [draft for draft in drafts if draft.member == member.pk]
    if branch is None:
        held = next((draft for draft in mine if str(draft.pk) == wanted), mine[0] if mine else None)
    else:
        held = next((draft for draft in mine if draft.branch == branch), None)
    return Drafts(held, [draft for draft in mine if draft is not held], [d for d in drafts if d.member != member.pk])


def begun(draft: DraftFacts | None) -> dict[str, Any]:
    """The composer's initial values with a draft in it, or with none."""
    if draft is None:
        return {"mode": Mode.REPLY, "page": new_token()}
    kept = {name: getattr(draft, name) for name in ("mode", "text", "minutes", "work_type", "branch", "version")}
    return kept | {"page": new_token()}
