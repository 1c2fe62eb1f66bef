"""Lists that people keep under a name."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, Team, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import Audience

LONGEST = 2000


class SavedViewQuerySet(TenantQuerySet["SavedView"]):
    def open_to(self, member: Membership) -> "SavedViewQuerySet":
        """The member's own, those of their teams, and everybody's."""
        teams = Team.objects.filter(group__user=member.user_id).values("pk")
        own = Q(audience=Audience.MINE, owner=member)
        return self.filter(own | Q(audience=Audience.TEAM, team__in=teams) | Q(audience=Audience.ALL))


SavedViewManager = TenantManager.from_queryset(SavedViewQuerySet)


class SavedView(TenantModel):
    """What a list shows, under a name: nobody sees a ticket by it that they may not see anyway."""

    name = models.CharField(_("Name"), max_length=60)
    audience = models.CharField(_("For"), max_length=4, choices=Audience, default=Audience.MINE)
    owner = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    team = TenantForeignKey(Team, models.CASCADE, null=True, blank=True, verbose_name=_("Team"), related_name="+")
    # As tickets.selection reads it: the query of a list's address.
    query = models.CharField(max_length=LONGEST, blank=True)
    in_menu = models.BooleanField(_("Show in the menu, with its count"), default=True)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)

    objects: ClassVar[SavedViewManager["SavedView"]] = SavedViewManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience=Audience.TEAM) | Q(team__isnull=False),
                name="saved_view_team",
            )
        ]
        ordering = ["position", "name", "pk"]

    def __str__(self) -> str:
        return self.name
