"""Queues, statuses and kinds of work: what a team arranges for itself."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from guardian.managers import GroupObjectPermissionManager, UserObjectPermissionManager
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.enums import SEE_EVERY_TICKET
from accounts.fields import TenantForeignKey
from accounts.models import Membership, Office, TenantManager, TenantModel, TenantQuerySet
from sla.models import Policy
from tickets.enums import StatusClass


class QueueQuerySet(TenantQuerySet["Queue"]):
    def open_to(self, member: Membership) -> "QueueQuerySet":
        """Queues that the member's roles or grants open, in one query."""
        if member.has_role(*SEE_EVERY_TICKET):
            return self
        if member.granted is not None:
            return self.filter(pk__in=member.granted)
        granted = Q(user_grants__user=member.user_id) | Q(team_grants__group__user=member.user_id)
        return self.filter(pk__in=Queue.objects.filter(granted).values("pk"))


QueueManager = TenantManager.from_queryset(QueueQuerySet)


class Queue(TenantModel):
    """Where unassigned tickets wait. Its address is the desk's in every mail about them."""

    # Counted by tickets.navigation.
    unfinished: int
    unassigned: int

    name = models.CharField(_("Name"), max_length=80)
    address = models.EmailField(_("Address of the desk"), help_text=_("Mails to requesters come from here."))
    office = TenantForeignKey(Office, verbose_name=_("Office"), related_name="queues")
    policy = TenantForeignKey(
        Policy,
        null=True,
        blank=True,
        verbose_name=_("Promises"),
        related_name="+",
        help_text=_("For customers without a contract; empty takes the tenant's default."),
    )
    quotes_history = models.BooleanField(
        _("Replies quote what they answer"),
        default=False,
        help_text=_("The requester's last message then stands below the reply, as mail programs do it."),
    )
    position = models.PositiveSmallIntegerField(_("Position"), default=0, validators=[MinValueValidator(0)])

    objects: ClassVar[QueueManager["Queue"]] = QueueManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="queue_name")]
        ordering = ["position", "name"]
        permissions = [("work_queue", "Can work the tickets of the queue")]

    def __str__(self) -> str:
        return self.name


class UserGrantManager(TenantManager["QueueUserGrant"], UserObjectPermissionManager):
    """guardian's manager below the tenant's scope."""


class TeamGrantManager(TenantManager["QueueTeamGrant"], GroupObjectPermissionManager):
    """guardian's manager below the tenant's scope."""


class QueueUserGrant(TenantModel, UserObjectPermissionBase):
    """A person's grant on a queue."""

    content_object = TenantForeignKey(Queue, models.CASCADE, related_name="user_grants")

    objects: ClassVar[UserGrantManager] = UserGrantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "permission", "content_object"], name="queue_user_grant")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on queue {self.content_object_id}"


class QueueTeamGrant(TenantModel, GroupObjectPermissionBase):
    """A team's grant on a queue, through the team's group."""

    content_object = TenantForeignKey(Queue, models.CASCADE, related_name="team_grants")

    objects: ClassVar[TeamGrantManager] = TeamGrantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "group", "permission", "content_object"], name="queue_team_grant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} on queue {self.content_object_id}"


class Status(TenantModel):
    """A status as the team calls it; its class decides what it means."""

    status_class = models.CharField(_("Means"), max_length=20, choices=StatusClass)
    name = models.CharField(_("Name"), max_length=60, blank=True, help_text=_("Empty: the product's own name."))
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    is_default = models.BooleanField(_("Taken when only the class is known"), default=False)
    # The ids of the statuses from which people may enter it; none stands for all of them.
    enter_from = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name=_("May be set only from these statuses")
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "status_class"], condition=Q(is_default=True), name="status_default_of_class"
            )
        ]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name or str(StatusClass(self.status_class).label)

    def may_follow(self, status_id: int) -> bool:
        """Whether people may set it on a ticket that has that status. Setting it anew is always possible."""
        return not self.enter_from or status_id == self.pk or status_id in self.enter_from


class WorkType(TenantModel):
    """How work was done, such as remote or on site. `code` is what contracts have prices for."""

    name = models.CharField(_("Name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    code = models.SlugField(
        _("Code in contracts"),
        max_length=20,
        blank=True,
        db_index=False,
        help_text=_("remote, onsite, travel, or a word of your own. Kilometres need onsite or travel."),
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="work_type_name"),
            models.UniqueConstraint(fields=["tenant", "code"], condition=~models.Q(code=""), name="work_type_code"),
        ]
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def priced_as(self) -> str:
        """What contracts call it: its code, or a word of ours where it has none."""
        return self.code or f"type-{self.pk}"
