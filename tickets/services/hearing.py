"""What happens on a ticket and who hears of it, each as they have chosen; never of what they did themselves."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Absence, Membership, TeamMember
from accounts.services.absences import reachable
from core import live
from tickets.enums import ByMail, NewsKind
from tickets.mentions import mentioned
from tickets.models import Follower, Message, NewsWish, Notice, Queue, Ticket
from tickets.services.following import follow
from tickets.services.sight import seers
from tickets.services.snoozing import tomorrow_morning
from tickets.services.wishes import Wish, wishes_of

# What comes within it joins the mail of what came first.
JOINED = timedelta(minutes=1)
# How long a page that asks may find what it is to show on the desktop.
SHOWN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Unheard:
    """Names in a note of whom nobody was told: who may not see the ticket, and first names that several have."""

    blind: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def tell(
    news: NewsKind,
    ticket: Ticket,
    members: Collection[Membership],
    *,
    by: Actor,
    message: Message | None = None,
    mailed: Collection[int] = (),
) -> None:
    """Note the news for each of the members who wants it. Whoever is in `mailed` has a mail of it already."""
    others = [member for member in members if member.pk != by.membership_id]
    if not others:
        return
    wishes = wishes_of(news, [member.pk for member in others])
    now = timezone.now()
    notify = [member for member in others if wishes[member.pk].mail != ByMail.NEVER and member.pk not in mailed]
    _note(news, ticket, notify, wishes, now=now, message=message)
    for member in others:
        if wishes[member.pk].desktop:
            _show(news, ticket, member, by=by, message=message, now=now)


def _note(
    news: NewsKind,
    ticket: Ticket,
    members: Iterable[Membership],
    wishes: Mapping[int, Wish],
    *,
    now: datetime,
    message: Message | None,
) -> None:
    told = list(members)
    if not told:
        return
    soon = Notice.objects.news().filter(settled_at=None, member__in=told, send_at__lte=now + JOINED)
    waits = dict(soon.order_by().values_list("member").annotate(Min("send_at")))
    what = message.pk if message else f"{ticket.pk}:{now.timestamp()}"
    Notice.objects.bulk_create(
        [
            Notice(
                member=member,
                ticket=ticket,
                kind=news,
                key=f"{news}:{what}:{member.pk}",
                message=message,
                made_at=now,
                send_at=waits.get(member.pk, now + JOINED)
                if wishes[member.pk].mail == ByMail.NOW
                else tomorrow_morning(member, now=now),
            )
            for member in told
        ],
        ignore_conflicts=True,
    )


def place_of(member_id: int) -> str:
    """Where core.live keeps what is to be shown on a member's desktop."""
    return f"for-{member_id}"


def _show(
    news: NewsKind, ticket: Ticket, member: Membership, *, by: Actor, message: Message | None, now: datetime
) -> None:
    """Only which ticket it is and what kind of news: the rest is read when the page asks, for who may still see it."""
    facts = {"ticket": ticket.pk, "news": news, "by": by.name, "at": int(now.timestamp() * 1000)}
    who = f"{news}:{message.pk if message else ticket.pk}"
    show = partial(live.enter, ticket.tenant_id, place_of(member.pk), who, json.dumps(facts), seconds=SHOWN_SECONDS)
    transaction.on_commit(show, robust=True)


def note_written(ticket: Ticket, message: Message, *, by: Actor) -> Unheard:
    """Whoever is named in a note follows the ticket and hears of it; so do its consultant and its other followers."""
    named, unheard = _named(ticket, message, by) if "@" in message.text else ([], Unheard())
    follow(ticket, [member.pk for member in named if member.pk != by.membership_id])
    tell(NewsKind.MENTIONED, ticket, reachable(named), by=by, message=message)
    told = {member.pk for member in named}
    others = [member for member in _concerned(ticket) if member.pk not in told]
    tell(NewsKind.NOTED, ticket, _there(others), by=by, message=message)
    return unheard


def _named(ticket: Ticket, message: Message, by: Actor) -> tuple[list[Membership], Unheard]:
    everybody = dict(Membership.objects.active().values_list("pk", "user__name"))
    found = mentioned(message.text, everybody)
    seeing = {member.pk: member for member in seers(ticket).filter(pk__in=found.people)}
    blind = tuple(everybody[pk] for pk in found.people if pk not in seeing)
    return list(seeing.values()), Unheard(blind, found.unclear)


def _concerned(ticket: Ticket) -> list[Membership]:
    """Its consultant and those who follow it."""
    ids = list(Follower.objects.filter(ticket=ticket).values_list("member", flat=True))
    ids += [ticket.assignee_id] if ticket.assignee_id else []
    return list(Membership.objects.active().filter(pk__in=ids).select_related("user", "office")) if ids else []


def _there(members: list[Membership]) -> list[Membership]:
    """Without those who are away: they hear of it when they come back."""
    away = Absence.objects.away() if members else {}
    return [member for member in members if member.pk not in away]


def answer_came(ticket: Ticket, message: Message, *, by: Actor, but: Collection[int] = ()) -> None:
    """The requester wrote: those who follow the ticket may want to know, but for those who hear it as its owners."""
    rows = Follower.objects.present().filter(ticket=ticket).exclude(member__in=but).values("member")
    members = list(Membership.objects.filter(pk__in=rows).select_related("user", "office"))
    tell(NewsKind.FOLLOWED, ticket, _there(members), by=by, message=message)


def ticket_arrived(ticket: Ticket, *, by: Actor) -> None:
    """A ticket that nobody has: whoever wants to know of what is new in their queues. Most tenants have nobody."""
    asked = NewsWish.objects.filter(news=NewsKind.ARRIVED).exclude(mail=ByMail.NEVER, desktop=False)
    ids = list(asked.values_list("member", flat=True))
    if ids:
        members = Membership.objects.active().filter(pk__in=set(ids) & _workers(ticket.queue))
        tell(NewsKind.ARRIVED, ticket, _there(list(members.select_related("user", "office"))), by=by)


def _workers(queue: Queue) -> set[int]:
    """Those whose queue it is, by a grant of theirs or of a team; not those whose role opens them every queue."""
    teams = TeamMember.objects.filter(team__group__in=queue.team_grants.values("group"))
    persons = Membership.objects.filter(user__in=queue.user_grants.values("user"))
    return {*teams.values_list("membership", flat=True), *persons.values_list("pk", flat=True)}
