"""One ticket: its conversation, its promises, and the forms that move it on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import may, member_required
from accounts.away_words import aside
from accounts.models import Membership
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from sla.models import Timer
from tickets.access import get_ticket
from tickets.chips import next_promise_chip, status_look, timer_chip
from tickets.deliveries import DeliveryMark, marks_of
from tickets.enums import FINISHED
from tickets.forms import ComposerForm, HandOverForm
from tickets.metrics import RESTORED_BY
from tickets.models import Message, Status, Ticket, WorkType
from tickets.navigation import work_of
from tickets.services.events import standing
from tickets.stories import EventLine, line_of
from tickets.threads import tag

OTHERS = 5
RECENT = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the timeline: a message, or a line about what happened."""

    at: datetime
    message: Message | None = None
    line: EventLine | None = None
    mark: DeliveryMark | None = None


def timeline(ticket: Ticket) -> list[Entry]:
    """Messages and events in the order in which they took effect, the latest RECENT of each."""
    messages = list(ticket.messages.order_by("-at", "-pk").prefetch_related("attachments")[:RECENT])
    events = standing(ticket.events.order_by("-at", "-pk")[:RECENT])
    marks = marks_of(messages)
    entries = [Entry(message.at, message=message, mark=marks.get(message.pk)) for message in reversed(messages)]
    entries += [Entry(event.at, line=line) for event in reversed(events) if (line := line_of(event))]
    # Sorting is stable: what happened at one instant stays in its own order, but reception opens the ticket.
    return _folded(sorted(entries, key=lambda entry: (entry.at, not (entry.line and entry.line.opens))))


def _folded(entries: list[Entry]) -> list[Entry]:
    """Neighbouring lines of one minute become one, so that the conversation stays in sight; not those with a link."""
    folded: list[Entry] = []
    for entry in entries:
        last, line = _plain_line(folded[-1]) if folded else None, _plain_line(entry)
        if last and line and entry.at - folded[-1].at < timedelta(minutes=1):
            folded[-1] = Entry(folded[-1].at, line=EventLine(last.icon, f"{last.text}. {line.text}"))
        else:
            folded.append(entry)
    return folded


def _plain_line(entry: Entry) -> EventLine | None:
    return entry.line if entry.line and not entry.line.url else None


def other_tickets(request: MemberRequest, ticket: Ticket) -> list[Ticket]:
    """Open tickets of the same company, or person where there is no company."""
    others = Ticket.objects.visible_to(request.membership).unfinished().exclude(pk=ticket.pk)
    same = {"customer": ticket.customer_id} if ticket.customer_id else {"requester": ticket.requester_id}
    return list(others.filter(**same).order_by("-received_at")[:OTHERS])


def render_ticket(
    request: MemberRequest, ticket: Ticket, *, status: int = 200, problem: str = "", **forms: Any
) -> HttpResponse:
    """The whole page; a form that was refused comes back as it was typed."""
    work_types = list(WorkType.objects.all())
    works = may(request.membership, "tickets.work", ticket) and not ticket.is_closed
    members = list(Membership.objects.assignable()) if works else []
    away = away_for(request.membership)
    absent = away.get(ticket.assignee_id) if ticket.assignee_id else None
    composer = forms.get("composer") or ComposerForm(work_types=work_types, initial={"mode": "reply"})
    hand_over = forms.get("hand_over") or HandOverForm(members=members, queues=work_of(request).queues, away=away)
    # Of promises that are made again and again, the latest.
    timers = list({timer.metric: timer for timer in Timer.objects.of(ticket.pk).order_by("cycle", "pk")}.values())
    now = timezone.now()
    context = {
        "ticket": ticket,
        "number": tag(request.tenant, ticket.number),
        "status": status_look(ticket),
        "next_chip": next_promise_chip(ticket, now),
        "timers": [(timer, timer_chip(timer, now, over=ticket.is_closed)) for timer in timers],
        "restores": any(timer.metric in RESTORED_BY and timer.is_live for timer in timers),
        "entries": timeline(ticket),
        "others": [(tag(request.tenant, other.number), other) for other in other_tickets(request, ticket)],
        "statuses": [choice for choice in Status.objects.all() if choice.status_class not in FINISHED],
        "composer": composer,
        "hand_over": hand_over,
        "resolve_form": forms.get("resolve_form"),
        "status_form": forms.get("status_form"),
        "snooze_form": forms.get("snooze_form"),
        "works": works,
        "assignee_away": aside(absent) if absent else "",
        "may_reopen": ticket.is_finished
        and not ticket.is_merged
        and may(request.membership, "tickets.reopen", ticket),
        "survivor": _survivor(request, ticket) if ticket.is_merged else None,
        "problem": problem,
    }
    return render(request, "tickets/ticket_detail.html", context, status=status)


def _survivor(request: MemberRequest, ticket: Ticket) -> tuple[str, str]:
    """Number and address of the ticket that a merged one goes on in."""
    survivor = ticket.survivor
    return tag(request.tenant, survivor.number), survivor.get_absolute_url()


@require_GET
@member_required
def detail(request: MemberRequest, number: int) -> HttpResponse:
    """The ticket's page."""
    return render_ticket(request, get_ticket(request, number))
