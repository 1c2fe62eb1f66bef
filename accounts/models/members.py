"""The tenant's own people: offices, memberships and teams."""

from typing import ClassVar

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import AfterSending, Language, Role
from accounts.fields import TenantForeignKey
from accounts.models.base import TenantManager, TenantModel, TenantQuerySet
from accounts.models.tenants import TimeZoneField
from accounts.models.users import User
from accounts.standing_in import Away


class LegalEntity(TenantModel):
    """A company of the tenant that makes contracts and issues invoices."""

    name = models.CharField(_("Name"), max_length=120)
    business_id = models.CharField(_("Business ID"), max_length=20, blank=True)
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=2)
    currency = models.CharField(_("Currency"), max_length=3, default="EUR")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="legal_entity_name")]

    def __str__(self) -> str:
        return self.name


class Office(TenantModel):
    """A place of the tenant, with its own time zone, language and currency."""

    name = models.CharField(_("Name"), max_length=80)
    legal_entity = TenantForeignKey(LegalEntity, verbose_name=_("Legal entity"), related_name="offices")
    country = models.CharField(_("Country"), max_length=2, help_text=_("Two letters, such as FI"))
    time_zone = TimeZoneField(_("Time zone"))
    language = models.CharField(_("Language"), max_length=5, choices=Language)
    currency = models.CharField(_("Currency"), max_length=3, default="EUR")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="office_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(TenantQuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        """Those who may sign in and be given work."""
        return self.filter(ended_at=None, user__is_active=True)

    def assignable(self) -> "MembershipQuerySet":
        """Those a ticket can be given to, by name."""
        workers = [Role.CONSULTANT, Role.AGENT, Role.LEAD]
        return self.active().filter(roles__overlap=workers).select_related("user").order_by("user__name")


MembershipManager = TenantManager.from_queryset(MembershipQuerySet)


class Membership(TenantModel):
    """A user's place in a tenant. Its roles end with it."""

    # Who is away, as the query that signed the member in has found it; no column.
    away: dict[int, Away] | None = None
    # Ids of the queues that grants open to the member, as the same query has found them; no column.
    granted: frozenset[int] | None = None

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=12, choices=Role), verbose_name=_("Roles"))
    office = TenantForeignKey(Office, verbose_name=_("Office"), related_name="members")
    title = models.CharField(pgettext_lazy("person", "Title"), max_length=80, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    # Admins, leads and finance see them anyway.
    sees_prices = models.BooleanField(_("Sees what work costs"), default=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    # What the member's first button did last, as the app of the page calls it, and where they went from there.
    sends_as = models.CharField(max_length=20, blank=True, editable=False)
    after_sending = models.CharField(max_length=4, choices=AfterSending, default=AfterSending.STAY, editable=False)

    objects: ClassVar[MembershipManager["Membership"]] = MembershipManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_user"),
            models.CheckConstraint(condition=models.Q(roles__len__gt=0), name="membership_has_role"),
        ]

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def email(self) -> str:
        return self.user.email

    def has_role(self, *roles: Role) -> bool:
        """Whether the membership is active and has one of the roles."""
        return self.ended_at is None and not set(roles).isdisjoint(self.roles)

    @property
    def may_see_prices(self) -> bool:
        """Whether they are shown what work costs; others see only whether it is covered."""
        return self.ended_at is None and (self.sees_prices or self.has_role(Role.ADMIN, Role.LEAD, Role.FINANCE))


class Team(TenantModel):
    """Members who share queues; its group carries the team's grants."""

    name = models.CharField(_("Name"), max_length=80)
    lead = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Team lead"), related_name="leads")
    group = models.OneToOneField(Group, models.PROTECT, editable=False, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="team_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamMember(TenantModel):
    """One membership in one team."""

    team = TenantForeignKey(Team, models.CASCADE, related_name="members")
    membership = TenantForeignKey(Membership, models.CASCADE, related_name="team_memberships")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "team", "membership"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.team_id}"
