"""What members are to hear about tickets without asking, and the rules that mind silences."""

from datetime import datetime
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from sla.models import Timer
from tickets.enums import Hearer, NewsKind, NoticeEnd, NoticeKind, SilenceKind, Unit
from tickets.models.conversation import Message
from tickets.models.tickets import Ticket


class ReminderRule(TenantModel):
    """After how long a silence who is reminded. Without a row nobody is."""

    kind = models.CharField(_("Remind when"), max_length=10, choices=SilenceKind)
    amount = models.PositiveSmallIntegerField(
        _("After how long"), default=3, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    unit = models.CharField(_("Counted in"), max_length=5, choices=Unit, default=Unit.DAYS)
    hearer = models.CharField(_("Who is reminded"), max_length=8, choices=Hearer, default=Hearer.ASSIGNEE)
    repeats = models.BooleanField(
        _("Again each time the same span has passed"),
        default=False,
        help_text=_("Without it there is one reminder, until something new happens."),
    )
    is_on = models.BooleanField(_("Switched on"), default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "hearer", "unit", "amount"], name="reminder_rule_once"),
        ]
        ordering = ["kind", "unit", "amount", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.amount} {self.unit}"


class NoticeQuerySet(TenantQuerySet["Notice"]):
    def due(self, now: datetime) -> "NoticeQuerySet":
        """Those that somebody should have been told by now."""
        return self.filter(settled_at=None, send_at__lte=now)

    def snoozes(self) -> "NoticeQuerySet":
        """Wishes to hear of a ticket later, which hold its other notices back until then."""
        return self.filter(kind=NoticeKind.SNOOZED, settled_at=None)

    def news(self) -> "NoticeQuerySet":
        """Those of what has happened, which nobody has to react to."""
        return self.filter(kind__in=NewsKind.values)


NoticeManager = TenantManager.from_queryset(NoticeQuerySet)


class Notice(TenantModel):
    """Something that one member is to hear about one ticket: told in a mail, alone or among others, or given up.

    A snooze is one too: the notice that its member asked for. `key` makes writing twice writing once.
    """

    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind)
    key = models.CharField(max_length=120)
    # Of a promise: whose step this is, and its place on the ladder.
    timer = TenantForeignKey(Timer, models.CASCADE, null=True, related_name="+")
    step = models.CharField(max_length=16, blank=True)
    # Of a silence: which rule minds it, and when it began.
    rule = TenantForeignKey(ReminderRule, models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    # Of news: what was written, where something was.
    message = TenantForeignKey(Message, models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField()
    send_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=NoticeEnd, default=NoticeEnd.OPEN, blank=True)
    # The outgoing mail that tells it, perhaps with others.
    mail = models.BigIntegerField(null=True)

    objects: ClassVar[NoticeManager["Notice"]] = NoticeManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="notice_once"),
            models.UniqueConstraint(
                fields=["tenant", "ticket", "member"],
                name="notice_one_snooze",
                condition=Q(kind=NoticeKind.SNOOZED, settled_at=None),
            ),
            models.CheckConstraint(
                condition=Q(end=NoticeEnd.OPEN, settled_at=None)
                | (~Q(end=NoticeEnd.OPEN) & Q(settled_at__isnull=False)),
                name="notice_end",
            ),
        ]
        indexes = [
            models.Index(fields=["send_at"], name="notice_waits", condition=Q(settled_at=None)),
            models.Index(fields=["tenant", "ticket", "member"], name="notice_of_ticket"),
        ]

    def __str__(self) -> str:
        return self.key
