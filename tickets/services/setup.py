"""What a new tenant has from its first minute: statuses, kinds of work, a calendar, promises, a queue and its team."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from guardian.shortcuts import assign_perm

from accounts.models import Office, Team
from accounts.services.tenants import create_team
from sla.ladder import Step, Whom, write
from sla.models import Calendar, Policy
from sla.services.holidays import public_holidays
from sla.services.versions import save_calendar, save_policy
from tickets.enums import StatusClass
from tickets.models import Queue, Status, WorkType

OFFICE_HOURS = {str(day): [["08:00", "16:00"]] for day in range(5)}
# Minutes of open time, by priority; a starting point that the team changes.
TARGETS = {
    "urgent": {"first_response": 60, "investigation_start": 60, "resolution": 480},
    "high": {"first_response": 120, "investigation_start": 240, "resolution": 960},
    "normal": {"first_response": 240, "investigation_start": 480, "resolution": 2400},
    "low": {"first_response": 480, "investigation_start": 960, "resolution": 4800},
}
STEPS = write([Step(75, whom=(Whom.ASSIGNEE,)), Step(100, whom=(Whom.ASSIGNEE, Whom.LEADS))])
# In the order of their codes, which contracts have prices for.
WORK_CODES = ("remote", "onsite", "travel")
WORK_TYPES = {"en": ["Remote work", "On site", "Travel"], "fi": ["Etätyö", "Paikan päällä", "Matka"]}
NAMES = {
    "en": {"queue": "Service desk", "team": "Service desk", "policy": "Standard", "calendar": "Office hours"},
    "fi": {"queue": "Asiakaspalvelu", "team": "Asiakaspalvelu", "policy": "Vakio", "calendar": "Aukioloaika"},
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The first desk of a tenant."""

    queue: Queue
    team: Team
    policy: Policy
    calendar: Calendar


@transaction.atomic
def prepare_desk(office: Office, *, address: str, today: date) -> Desk:
    """Make the tenant in scope ready for its first ticket."""
    names = NAMES.get(office.language, NAMES["en"])
    for position, status_class in enumerate(StatusClass):
        Status.objects.create(status_class=status_class, position=position, is_default=True)
    work_types = WORK_TYPES.get(office.language, WORK_TYPES["en"])
    for position, (code, name) in enumerate(zip(WORK_CODES, work_types, strict=True)):
        WorkType.objects.create(name=name, code=code, position=position)
    calendar = save_calendar(
        name=names["calendar"],
        time_zone=office.time_zone,
        weekly=OFFICE_HOURS,
        exceptions=public_holidays(office.country, range(today.year, today.year + 2), office.language),
        office=office,
    )
    policy = save_policy(name=names["policy"], calendar=calendar, targets=TARGETS, steps=STEPS, is_default=True)
    queue = Queue.objects.create(name=names["queue"], address=address.lower(), office=office)
    team = create_team(names["team"])
    grant_queue(team, queue)
    return Desk(queue, team, policy, calendar)


def grant_queue(team: Team, queue: Queue) -> None:
    """Open a queue to a team."""
    assign_perm("tickets.work_queue", team.group, queue)
