"""Notices become mails: a few leave one by one, a storm as one list, and what nobody needs to hear is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Membership
from core.faults import fault_point
from sla.enums import TimerState
from sla.models import Timer
from tickets.enums import NewsKind, NoticeEnd, NoticeKind
from tickets.models import Follower, Notice, Ticket
from tickets.services.digests import Item, deadline, send_digest, send_one
from tickets.services.newsletters import send_news
from tickets.services.silences import with_silences

# More than these at once are one mail.
FEW = 3
RELATED = ("tenant", "queue", "requester", "customer", "assignee__user")


def note_step(ticket: Ticket, timer: Timer, step: str, member: Membership) -> Notice:
    """The member is to hear of a step of a promise, known by its place. Writing it twice changes nothing.

    Told at the end of the sweep. It counts from when the step was due by the clock of the database, which decides
    what is to be told.
    """
    now = timezone.now()
    facts = {"member": member, "ticket": ticket, "kind": NoticeKind.PROMISE, "timer": timer, "step": step}
    times = {"made_at": now, "send_at": min(timer.next_action_at or now, now)}
    key = f"step:{timer.pk}:{step}:{member.pk}"
    notice, _made = Notice.objects.get_or_create(key=key, defaults=facts | times)
    return notice


def tell_everybody(*, now: datetime) -> None:
    """Tell all members of the tenant in scope what they are to hear by now."""
    for member_id in list(Notice.objects.due(now).order_by().values_list("member", flat=True).distinct()):
        tell(member_id, now=now)


def tell(member_id: int, *, now: datetime) -> None:
    """Tell a member what they are to hear by now, or note why they need not; in the transaction of the caller.

    Two at once tell none twice, and the second waits: between them they would not know which step of a promise is
    the last, and would write two mails.
    """
    Membership.objects.select_for_update(of=("self",), no_key=True).filter(pk=member_id).first()
    notices = list(Notice.objects.due(now).filter(member=member_id).select_related("timer", "message").order_by("pk"))
    if not notices:
        return
    member = Membership.objects.active().select_related("user", "office").filter(pk=member_id).first()
    view = _view(member, notices, now)
    for notice in notices:
        notice.settled_at, notice.end = now, view.end_of(notice)
    items = [Item(each, view.tickets[each.ticket_id], now) for each in notices if each.end == NoticeEnd.TOLD]
    if member is not None:
        _send(items, member)
        hidden = [notice.ticket_id for notice in notices if notice.end == NoticeEnd.HIDDEN]
        # Who may not see a ticket any more follows it no more.
        Follower.objects.filter(member=member, ticket__in=hidden).delete() if hidden else None
    fault_point("after-notice-mail")
    Notice.objects.bulk_update(notices, ["settled_at", "end", "mail"])


def _send(told: Sequence[Item], member: Membership) -> None:
    """News is one mail, however little; what wants a hand is a mail each, unless there is much of it."""
    news = [item for item in told if item.notice.kind in NewsKind]
    if news:
        mail = send_news(news, member)
        for item in news:
            item.notice.mail = mail.pk
    items = [item for item in told if item not in news]
    if len(items) > FEW:
        mail = send_digest(items, member)
        for item in items:
            item.notice.mail = mail.pk
        return
    for item in items:
        item.notice.mail = send_one(item, member).pk


@dataclass(frozen=True, slots=True)
class View:
    """What a member may see at the moment of telling; tickets by id, with their silences."""

    tickets: dict[int, Ticket]
    snoozed: set[int]
    # The last notice of each timer: steps come in their order, and it says all that those before it do.
    last_steps: dict[int, int]

    def end_of(self, notice: Notice) -> NoticeEnd:
        """Whether it is told, or why not."""
        ticket = self.tickets.get(notice.ticket_id)
        if ticket is None:
            return NoticeEnd.HIDDEN
        if notice.kind in NewsKind:
            return _end_of_news(notice, ticket)
        if ticket.is_finished:
            return NoticeEnd.FINISHED
        if notice.timer is not None:
            return self._end_of_step(notice, notice.timer)
        return self._end_of_silence(notice, ticket)

    def _end_of_silence(self, notice: Notice, ticket: Ticket) -> NoticeEnd:
        """Also of the wish to be reminded, which nothing ends."""
        if notice.kind == NoticeKind.SNOOZED:
            return NoticeEnd.TOLD
        if getattr(ticket, f"{notice.kind}_since") != notice.since:
            return NoticeEnd.STIRRED
        return NoticeEnd.SNOOZED if ticket.pk in self.snoozed else NoticeEnd.TOLD

    def _end_of_step(self, notice: Notice, timer: Timer) -> NoticeEnd:
        if timer.fulfilled_at or timer.state == TimerState.CANCELLED or deadline(timer) is None:
            return NoticeEnd.SETTLED
        if notice.pk < self.last_steps[timer.pk]:
            return NoticeEnd.OVERTAKEN
        # A broken promise is heard of whatever was wished.
        held_back = notice.ticket_id in self.snoozed and timer.breached_at is None
        return NoticeEnd.SNOOZED if held_back else NoticeEnd.TOLD


def _end_of_news(notice: Notice, ticket: Ticket) -> NoticeEnd:
    """What was given and taken away again is no news."""
    gone = notice.kind == NewsKind.ASSIGNED and ticket.assignee_id != notice.member_id
    return NoticeEnd.OVERTAKEN if gone else NoticeEnd.TOLD


def _view(member: Membership | None, notices: Sequence[Notice], now: datetime) -> View:
    """For a member who is gone, of nothing."""
    steps: dict[int, int] = {}
    for notice in notices:
        if notice.timer_id is not None:
            steps[notice.timer_id] = max(notice.pk, steps.get(notice.timer_id, 0))
    if member is None:
        return View({}, set(), steps)
    wanted = {notice.ticket_id for notice in notices}
    seen = Ticket.objects.visible_to(member).filter(pk__in=wanted).select_related(*RELATED)
    snoozes = Notice.objects.snoozes().filter(member=member, ticket__in=wanted, send_at__gt=now)
    return View(
        {ticket.pk: ticket for ticket in with_silences(seen)}, set(snoozes.values_list("ticket", flat=True)), steps
    )
