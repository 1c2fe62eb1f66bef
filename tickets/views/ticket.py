"""One ticket: its conversation, its promises, and the forms that move it on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import may, member_required
from accounts.away_words import aside
from accounts.enums import AfterSending
from accounts.models import Membership
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from core import live
from sla.models import Timer
from tickets import actions as acting
from tickets import presence
from tickets.access import get_whole_ticket
from tickets.chips import next_promise_chip, status_look, timer_chip
from tickets.composing import begun, drafts_for, ways_of
from tickets.deliveries import DeliveryMark, marks_of
from tickets.enums import FINISHED, StatusClass
from tickets.folding import ends, fold
from tickets.forms import HandOverForm
from tickets.forms_actions import names_for
from tickets.forms_responses import actions_of
from tickets.forms_tasks import TasksForm
from tickets.forms_work import clocked
from tickets.forms_writing import ComposerForm
from tickets.metrics import RESTORED_BY
from tickets.models import Macro, Message, Status, Ticket, WorkType
from tickets.models.drafts import read_drafts
from tickets.models.tasks import read_tasks
from tickets.navigation import work_of
from tickets.news import News, news_of
from tickets.own_values import read_json, words_of
from tickets.process import process
from tickets.related import related
from tickets.scores import score_words
from tickets.services.events import standing
from tickets.sides import opened, sides_of
from tickets.stories import EventLine, line_of
from tickets.threads import tag
from tickets.whence import whence

OTHERS = 5
RECENT = 300
LONGEST_ID = 19


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the timeline: a message, or a line about what happened."""

    at: datetime
    message: Message | None = None
    line: EventLine | None = None
    mark: DeliveryMark | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The conversation, but for `hidden` messages behind the first one.

    `position` is that of the log as the reader sees it, `news` what others did after `since`.
    """

    entries: list[Entry]
    hidden: int
    position: int
    news: list[News]


def timeline(ticket: Ticket, *, whole: bool = False, since: int | None = None, reader: int | None = None) -> Timeline:
    """Messages and events in the order in which they took effect, the latest RECENT of each.

    Of a long conversation only its ends, unless the whole is asked for.
    """
    # The log comes first: what is written in between may be shown, but is not counted as seen.
    log = list(ticket.events.order_by("-at", "-pk")[:RECENT])
    shown = ticket.messages.order_by("-at", "-pk") if whole else ends(ticket.messages.all())
    messages = list(shown.prefetch_related("attachments")[:RECENT])
    events = standing(log)
    marks = marks_of(messages)
    entries = [Entry(message.at, message=message, mark=marks.get(message.pk)) for message in reversed(messages)]
    entries += [Entry(event.at, line=line) for event in reversed(events) if (line := line_of(event))]
    later = [] if since is None else [event for event in events if event.pk > since and event.member_id != reader]
    # Sorting is stable: what happened at one instant stays in its own order, but reception opens the ticket.
    entries.sort(key=lambda entry: (entry.at, not (entry.line and entry.line.opens)))
    position = max((event.pk for event in log), default=0)
    hidden = 0 if whole or not messages else messages[0].said - len(messages)  # type: ignore[attr-defined]  # annotated
    news = news_of(sorted(later, key=lambda event: event.pk), messages)
    return Timeline(_folded(entries), hidden, position, news)


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


def position_seen(request: MemberRequest) -> int | None:
    """The position of the ticket's log that the page showed on which a form was filled in; None where it says none."""
    seen = request.GET.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < LONGEST_ID else None


def render_ticket(
    request: MemberRequest,
    number: int,
    *,
    status: int = 200,
    problem: str = "",
    since: int | None = None,
    **forms: Any,
) -> HttpResponse:
    """The whole page; a form that was refused comes back as it was typed.

    `since` is the log position after which others have done what its writer has to see first.
    """
    member = request.membership
    ticket, statuses = _fetched(request, number)
    sight = live.look(request.tenant.pk, places=[str(ticket.number)])
    works = may(member, "tickets.work", ticket) and not ticket.is_closed
    told = timeline(ticket, whole="whole" in request.GET, since=since, reader=member.pk)
    now, path = timezone.now(), whence(request)
    # Of promises that are made again and again, the latest.
    timers = list({timer.metric: timer for timer in Timer.objects.of(ticket.pk).order_by("cycle", "pk")}.values())
    context = {
        "ticket": ticket,
        "number": tag(request.tenant, ticket.number),
        "status": status_look(ticket),
        "next_chip": next_promise_chip(ticket, now),
        "timers": [(timer, timer_chip(timer, now, over=ticket.is_closed)) for timer in timers],
        "restores": any(timer.metric in RESTORED_BY and timer.is_live for timer in timers),
        "told": fold(told.entries, told.hidden),
        "news": told.news,
        "seen": told.position,
        "query": f"?{urlencode({'seen': told.position} | ({'from': path} if path else {}), safe='/')}",
        "whence": path,
        "position": sight.position,
        "people": presence.colleagues(sight, str(ticket.number), but=member),
        "related": related(ticket, member, request.tenant) if ticket.has_relations else [],  # type: ignore[attr-defined]  # annotated
        "others": [(tag(request.tenant, other.number), other) for other in other_tickets(request, ticket)],
        "works": works,
        "follows": any(each["id"] == member.pk for each in ticket.following),  # type: ignore[attr-defined]  # annotated
        "may_reopen": ticket.is_finished and not ticket.is_merged and may(member, "tickets.reopen", ticket),
        "survivor": _survivor(request, ticket) if ticket.is_merged else None,
        "problem": problem,
        "own_values": own_values(ticket),
        "rated": score_words(ticket.rating["score"]) if ticket.rating else "",  # type: ignore[attr-defined]  # annotated
        "tasks": read_tasks(ticket.tasks_now),  # type: ignore[attr-defined]  # annotated
        "sides": sides_of(ticket, opened=opened(request), refused=forms.get("side_form")),
        **{name: forms.get(name) for name in ("resolve_form", "status_form", "snooze_form")},
    }
    context |= _work(request, ticket, statuses, works=works, **forms)
    return render(request, "tickets/ticket_detail.html", context, status=status)


def _fetched(request: MemberRequest, number: int) -> tuple[Ticket, list[Status]]:
    """The ticket, and all statuses: the page needs them in any case, so the ticket's own is not joined."""
    ticket, statuses = get_whole_ticket(request, number), list(Status.objects.all())
    ticket.status = next(each for each in statuses if each.pk == ticket.status_id)
    return ticket, statuses


def own_values(ticket: Ticket) -> list[tuple[str, str]]:
    """Name and words of what it has in the team's own fields; the fields are looked up only where it has any."""
    rows = ticket.own_values  # type: ignore[attr-defined]  # annotated
    values = read_json(rows) if rows else {}
    return [(own.name, words_of(own, values[own.pk])) for own in process().active if own.pk in values] if rows else []


def _work(request: MemberRequest, ticket: Ticket, known: list[Status], *, works: bool, **forms: Any) -> dict[str, Any]:
    """What whoever works on the ticket needs: to write, to hand over, to set its status."""
    member = request.membership
    away = away_for(member)
    absent = away.get(ticket.assignee_id) if ticket.assignee_id else None
    kept = read_drafts(ticket.drafts_now) if works else []  # type: ignore[attr-defined]  # annotated
    composer = forms.get("composer")
    # A page that comes back holds a draft already; every other one stands beside it.
    branch = str(composer["branch"].value() or "") if composer else None
    drafts = drafts_for(kept, member, wanted=request.GET.get("draft", ""), branch=branch)
    members = list(Membership.objects.assignable()) if works else []
    statuses = [choice for choice in known if choice.status_class not in FINISHED]
    # A reply opens a new ticket on its way to the status that is sent with it.
    opened = next((each.pk for each in statuses if each.status_class == StatusClass.OPEN and each.is_default), 0)
    after_reply = opened if ticket.status_class == StatusClass.NEW else ticket.status_id
    sendable = [each for each in statuses if each.may_follow(after_reply)]
    return {
        "composer": composer
        or ComposerForm(work_types=list(WorkType.objects.all()), initial=begun(drafts.held) | clocked(request.GET)),
        "drafts": drafts,
        "macro": macro_shown(request, composer["macro"].value() if composer else request.GET.get("macro")),
        "ways": ways_of(ticket, sendable, forms.get("pressed") or member.sends_as),
        "pressed": forms.get("pressed"),
        "thens": AfterSending,
        "then": (composer and composer["then"].value()) or member.after_sending,
        "statuses": [each for each in statuses if each.may_follow(ticket.status_id)],
        "task_form": forms.get("task_form") or TasksForm(members=members),
        "hand_over": forms.get("hand_over")
        or HandOverForm(members=members, queues=work_of(request).queues, away=away),
        "assignee_away": aside(absent) if absent else "",
    }


@dataclass(frozen=True, slots=True)
class MacroShown:
    """A macro beside the composer: what it will set, and whether it will note something."""

    macro: Macro
    sets: list[str]


def macro_shown(request: MemberRequest, wanted: object) -> MacroShown | None:
    """What the composer says of a macro, which is given by its id; None where there is none."""
    member, pk = request.membership, str(wanted or "")
    if not pk.isdecimal() or len(pk) > LONGEST_ID:
        return None
    macro = Macro.objects.open_to(member).filter(pk=pk).first()
    if macro is None:
        return None
    actions = actions_of(macro)
    names = names_for(member, away_for(member), [each.kind for each in actions])
    return MacroShown(macro, acting.words_of(actions, names))


def _survivor(request: MemberRequest, ticket: Ticket) -> tuple[str, str]:
    """Number and address of the ticket that a merged one goes on in."""
    survivor = ticket.survivor
    return tag(request.tenant, survivor.number), survivor.get_absolute_url()


@require_GET
@member_required
def detail(request: MemberRequest, number: int) -> HttpResponse:
    """The ticket's page."""
    return render_ticket(request, number)
