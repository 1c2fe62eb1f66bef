"""Colleagues of the story who are away today: what they have left behind, and who has begun already."""

from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from accounts.actors import member_actor
from accounts.services import absences
from helpdesk.demo.past import StoryClock
from helpdesk.demo.workspace import Workspace
from tickets.services import conversation, handover
from tickets.services.absent_mails import tell_everybody
from tickets.services.conversation import Written


def send_away(place: Workspace, clock: StoryClock, entries: list[dict[str, Any]]) -> None:
    """Each plans the absence in the afternoon before its first day; the stand-in reads of it in the morning."""
    for entry in entries:
        _leave(place, clock, entry)


def _leave(place: Workspace, clock: StoryClock, entry: dict[str, Any]) -> None:
    member, stand_in = place.members[entry["member"]], place.members[entry["substitute"]]
    zone = ZoneInfo(member.office.time_zone)
    first = clock.present.astimezone(zone).date() - timedelta(days=entry["days_ago"])
    clock.set(datetime.combine(first, time(15), zone) - timedelta(days=1))
    absences.plan(
        member,
        starts_on=first,
        ends_on=first + timedelta(days=entry["days"] - 1),
        substitute=stand_in,
        note=entry["note"],
        by=member_actor(member),
    )
    left = list(handover.held_by(member).filter(last_activity_at__lt=clock.now))
    for ticket, step in zip(left, cycle(entry["next_steps"]), strict=False):
        handover.set_next_step(ticket, step, by=member_actor(member))
    clock.set(datetime.combine(first, time(7), zone))
    tell_everybody(now=clock.now)
    clock.set(clock.present - timedelta(minutes=50))
    if left:
        conversation.note(left[0], Written(text=entry["meanwhile"]), by=member_actor(stand_in))
