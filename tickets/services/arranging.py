"""How the desk arranges itself: which teams work which queue."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, Team
from accounts.scope import require_tenant_id
from accounts.services import audit
from accounts.services.people import tell_admins
from accounts.services.records import keep
from core import live
from tickets.models import Queue, QueueTeamGrant
from tickets.services.setup import grant_queue


@transaction.atomic
def save_queue(queue: Queue, *, teams: Collection[Team], changed: Collection[str], by: Actor) -> None:
    """Save a queue; exactly these teams may work it from now on. Of another address all admins hear."""
    keep(queue, by=by, changed=changed)
    if "address" in changed:
        _tell(queue, by)
    granted = queue.team_grants.filter(permission__codename="work_queue")
    granted.exclude(group__in=[team.group_id for team in teams]).delete()
    for team in teams:
        grant_queue(team, queue)
    live.touch(require_tenant_id(), live.RIGHTS)


def _tell(queue: Queue, by: Actor) -> None:
    def compose(admin: Membership) -> tuple[str, str]:
        values = {"name": by.name, "queue": queue.name, "address": queue.address}
        return (
            _("Mails of the queue %(queue)s have another sender") % values,
            _(
                "%(name)s has changed the address of the queue %(queue)s. Answers to its mails go to %(address)s from "
                "now on.\n\nIf this is wrong, look at the settings and at who is an admin."
            )
            % values,
        )

    tell_admins(compose)


@transaction.atomic
def set_queues(team: Team, queues: Collection[Queue], *, by: Actor) -> None:
    """Let a team work exactly these queues."""
    granted = QueueTeamGrant.objects.filter(group=team.group_id, permission__codename="work_queue")
    before = set(granted.values_list("content_object", flat=True))
    wanted = {queue.pk for queue in queues}
    if before == wanted:
        return
    granted.exclude(content_object__in=wanted).delete()
    for queue in queues:
        if queue.pk not in before:
            grant_queue(team, queue)
    live.touch(require_tenant_id(), live.RIGHTS)
    audit.record("team.queues", by=by, target=team.name, queues=sorted(queue.name for queue in queues))
