"""Keeping what members write while they write it, so that neither a crash nor a second page loses any of it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from core import live
from tickets.enums import Mode
from tickets.models import Draft, Ticket, WorkType

# How long a page may be late with what it has saved before it was sent.
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the composer."""

    mode: Mode
    text: str
    minutes: int | None = None
    work_type: WorkType | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.minutes


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page stands: the branch that it goes on with, the version it has seen, and its own random word."""

    page: str
    branch: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """What was kept, None where there is nothing to keep; `other` is what another page of the member holds."""

    draft: Draft | None
    other: Draft | None = None


@transaction.atomic
def save(ticket: Ticket, typed: Typed, *, at: Spot, member: Membership) -> Saved:
    """Keep what a page has typed: over the last version if the page began from that, else beside it.

    Idempotent for a page that asks again because it has heard no answer. What was sent a moment ago is no draft any
    more, however late the page is with it. An empty text takes the draft away.
    """
    mine = Draft.objects.filter(ticket=ticket, member=member, mode=typed.mode)
    branch = at.branch or at.page
    row = mine.select_for_update().filter(branch=branch).first()
    if row and not (row.page == at.page or row.version == at.version):
        branch = f"{at.page}.{at.version}"
        row = mine.select_for_update().filter(branch=branch).first()
    if typed.is_empty:
        if row:
            row.delete()
        return Saved(None, mine.latest_first().first())
    if row is None:
        if _was_sent(ticket, typed, member):
            return Saved(None)
        row, _ = mine.get_or_create(
            branch=branch,
            defaults={"ticket": ticket, "member": member, "mode": typed.mode, "page": at.page, "version": 0}
            | {"saved_at": timezone.now()},
        )
    _write(row, typed, at.page)
    return Saved(row, mine.latest_first().exclude(pk=row.pk).first())


def _write(row: Draft, typed: Typed, page: str) -> None:
    row.text, row.minutes, row.work_type = typed.text, typed.minutes, typed.work_type
    row.page, row.saved_at, row.version = page, timezone.now(), row.version + 1
    row.save()


def _was_sent(ticket: Ticket, typed: Typed, member: Membership) -> bool:
    recent = ticket.messages.filter(kind=typed.mode, member=member, at__gte=timezone.now() - LATE)
    last = recent.order_by("-at").values_list("text", flat=True).first()
    return last is not None and last.startswith(typed.text.strip())


def discard(ticket: Ticket, mode: Mode, *, at: Spot, member: Membership) -> None:
    """Forget what a page held, because it was sent; what other pages have written since stays."""
    held = Q(page=at.page) if at.page else Q(pk=None)
    if at.branch:
        held |= Q(branch=at.branch, version=at.version)
    Draft.objects.filter(held, ticket=ticket, member=member, mode=mode).delete()


@transaction.atomic
def take_over(draft: Draft, *, page: str, member: Membership) -> Draft | None:
    """Copy a colleague's draft into one's own, which is given, and tell its writer."""
    typed = Typed(Mode(draft.mode), draft.text, draft.minutes, draft.work_type)
    saved = save(draft.ticket, typed, at=Spot(page), member=member)
    draft.taken_by = member
    draft.save(update_fields=["taken_by"])
    live.touch(draft.tenant_id, str(draft.ticket.number))
    return saved.draft
