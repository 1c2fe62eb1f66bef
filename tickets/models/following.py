"""Who follows a ticket, and of what each member wants to hear in which way."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import ByMail, NewsKind
from tickets.models.tickets import Ticket


class FollowerQuerySet(TenantQuerySet["Follower"]):
    def present(self) -> "FollowerQuerySet":
        """Those who are still members."""
        return self.filter(member__ended_at=None, member__user__is_active=True)


FollowerManager = TenantManager.from_queryset(FollowerQuerySet)


class Follower(TenantModel):
    """A member who follows a ticket. It opens them nothing: who may not see the ticket hears nothing of it."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="followers")
    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")

    objects: ClassVar[FollowerManager["Follower"]] = FollowerManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "member"], name="follower_once")]
        indexes = [models.Index(fields=["tenant", "member", "ticket"], name="follower_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} follows {self.ticket_id}"


class NewsWish(TenantModel):
    """How a member wants to hear of one kind of news; without a row as tickets.services.wishes has it for all."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    news = models.CharField(max_length=10, choices=NewsKind)
    mail = models.CharField(_("Mail"), max_length=6, choices=ByMail)
    desktop = models.BooleanField(_("On the desktop"), default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "news"], name="news_wish_once")]
        indexes = [models.Index(fields=["tenant", "news"], name="news_wish_of_kind")]

    def __str__(self) -> str:
        return f"{self.news} {self.mail}"
