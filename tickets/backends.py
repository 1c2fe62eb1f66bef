"""Sign-in to a desk: who asks is known together with what is open to them."""

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from accounts.backends import MembershipBackend
from accounts.models import Membership
from accounts.models.members import MembershipQuerySet
from accounts.written import written_once
from tickets.models import Queue


class DeskBackend(MembershipBackend):
    """The member knows the queues that grants open: nearly every page asks for them, some of them five times."""

    @classmethod
    @cache
    def places(cls) -> MembershipQuerySet:
        by_user, by_team = Q(user_grants__user=OuterRef("user")), Q(team_grants__group__user=OuterRef("user"))
        queues = Queue.objects.filter(by_user | by_team).order_by()
        return written_once(super().places().annotate(queues_now=ArraySubquery(queues.values("pk"))))

    def told(self, membership: Membership) -> None:
        super().told(membership)
        membership.granted = frozenset(membership.queues_now)  # type: ignore[attr-defined]  # annotated
