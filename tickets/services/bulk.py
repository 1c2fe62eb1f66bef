"""One act on many tickets, a transaction each: what fails for one is not the others' fault, and all can be undone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from accounts.access import may
from accounts.actors import member_actor
from accounts.models import Membership
from tickets.actions import read
from tickets.enums import BulkKind, BulkState
from tickets.errors import TicketError
from tickets.models import BulkAction, BulkItem, Ticket
from tickets.services.deeds import DEEDS, Deed, together
from tickets.services.events import locked

# How many tickets one press may change, and how long it can be taken back.
MOST = 500
UNDO = timedelta(hours=1)

Act = Callable[[Ticket], BulkState]


@transaction.atomic
def plan(  # noqa: PLR0913  # keyword-only: the columns of the act
    tickets: Sequence[Ticket],
    kind: BulkKind,
    *,
    value: str,
    words: str,
    member: Membership,
    notify: bool = False,
    actions: Sequence[Mapping[str, str]] = (),
    note: str = "",
) -> BulkAction:
    """Note what is to be done, at most MOST tickets; nothing is changed yet. `actions` and `note` are a macro's."""
    action = BulkAction.objects.create(
        member=member, kind=kind, value=value, words=words[:120], notify=notify, actions=list(actions), note=note
    )
    BulkItem.objects.bulk_create([BulkItem(action=action, ticket=ticket) for ticket in tickets[:MOST]])
    return action


def step(action: BulkAction, *, most: int) -> bool:
    """Do, or undo, at most so many of its tickets, each in a savepoint; returns whether some are left.

    Two at once share the work: each takes what the other has not locked.
    """
    for _ in range(most):
        with transaction.atomic():
            item = BulkItem.objects.left(action).select_for_update(of=("self",), skip_locked=True).first()
            if item is None:
                break
            _back(action, item) if action.is_undone else _do(action, item)
    if BulkItem.objects.left(action).exists():
        return True
    BulkAction.objects.filter(pk=action.pk, finished_at=None).update(finished_at=timezone.now())
    return False


def _deed(action: BulkAction) -> Deed:
    kind = BulkKind(action.kind)
    return together(read(action.actions), action.note) if kind == BulkKind.MACRO else DEEDS[kind]


def _do(action: BulkAction, item: BulkItem) -> None:
    deed = _deed(action)

    def act(ticket: Ticket) -> BulkState:
        item.before = deed.read(ticket, action.value)
        deed.do(ticket, action.value, action.notify, member_actor(action.member))
        item.after = deed.read(Ticket.objects.get(pk=ticket.pk), action.value)
        return BulkState.UNCHANGED if item.after == item.before and not deed.writes else BulkState.DONE

    _settle(action, item, act)


def _back(action: BulkAction, item: BulkItem) -> None:
    deed = _deed(action)

    def act(ticket: Ticket) -> BulkState:
        if deed.read(ticket, action.value) != item.after:
            return BulkState.KEPT
        deed.restore(ticket, action.value, item.before, member_actor(action.member))
        return BulkState.UNDONE

    _settle(action, item, act)


def _settle(action: BulkAction, item: BulkItem, act: Act) -> None:
    """What a service refuses, and what the member may not do (any more), leaves the ticket as it is and says why."""
    try:
        with transaction.atomic():
            ticket = Ticket.objects.visible_to(action.member).get(pk=item.ticket_id)
            ticket = locked(ticket, even_closed=True, even_merged=True)
            ticket.seen_by = action.member_id
            if not may(action.member, "tickets.work", ticket):
                raise Ticket.DoesNotExist
            item.state = act(ticket)
    except TicketError as refusal:
        item.state, item.why = BulkState.REFUSED, str(refusal)[:200]
    except ObjectDoesNotExist:
        # Out of their sight, or what it was to get is gone meanwhile.
        item.state = BulkState.REFUSED
    item.save(update_fields=["state", "before", "after", "why"])


def may_undo(action: BulkAction) -> bool:
    """Once, within UNDO, and when all of it is done."""
    return not action.is_undone and action.finished_at is not None and action.made_at > timezone.now() - UNDO


@transaction.atomic
def undo(action: BulkAction) -> bool:
    """Begin to take it back; returns whether that could begin."""
    now = timezone.now()
    open_ones = BulkAction.objects.filter(undone_at=None, made_at__gt=now - UNDO).exclude(finished_at=None)
    return bool(open_ones.filter(pk=action.pk).update(undone_at=now, finished_at=None))
