"""What was said and done: messages, attachments, work, and the log of events."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import ActorKind
from accounts.fields import TenantForeignKey
from accounts.models import Membership, Requester, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import Billing, EventKind, MessageKind
from tickets.models.queues import WorkType
from tickets.models.tickets import Ticket

CAUTIONS = {
    "member_unproven": _("Sender not proven: kept as a note, nothing was sent to the requester"),
    "closed_unsent": _("The ticket is closed: kept here, nothing was sent"),
    "member_without_right": _("The colleague may not work on this ticket: kept as a note, nothing was done"),
    "command_refused": _("Its commands could not be done: kept as a note, nothing was sent to the requester"),
    "stranger": _("From an address that has nothing to do with this ticket: shown to the desk only"),
    "forwarded": _("Forwarded by a colleague; the thread now belongs to this ticket"),
    "auto_reply": _("Automatic reply"),
    "bulk": _("Written by a program"),
    "bounce": _("A mail of this ticket could not be delivered"),
    "delay": _("A mail of this ticket is late on its way"),
    "complaint": _("A mail of this ticket was reported as spam"),
    "report": _("Report of a mail server"),
}


# What a browser shows in its place in a mail, up to a size; everything else is a file to fetch.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_PICTURE = 2 * 2**20
PICTURE_PLACE = re.compile(r'src="cid:([^"]{1,250})"')


class Message(TenantModel):
    """One entry of the conversation. `text` is what was newly written, `quoted` the history below it."""

    # Whom a note names without their hearing of it, on the row that `note` returns (services.hearing); no column.
    unheard: Any = None

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    requester = TenantForeignKey(Requester, null=True, related_name="+")
    author_name = models.CharField(max_length=120)
    text = models.TextField()
    quoted = models.TextField(blank=True)
    # Sanitised when it was stored, and shown in a sandboxed frame all the same.
    html = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    # The mail that brought it, or that carries it: normalised Message-ID, for threading.
    mail_id = models.CharField(max_length=250, blank=True)
    outgoing_id = models.BigIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivery_error = models.TextField(blank=True)
    # Why the desk should look twice, such as a sender whose proof is missing.
    caution = models.CharField(max_length=200, blank=True)
    # Where its writer asked for answers, if not where they wrote from; it proves nothing, and no answer goes there.
    reply_to = models.CharField(max_length=320, blank=True)
    # Whose address the writer's only looks like: somebody's whom the desk knows, in plain letters.
    looks_like = models.CharField(max_length=320, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "ticket", "at"], name="message_of_ticket"),
            models.Index(fields=["tenant", "mail_id"], name="message_mail_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"

    @property
    def caution_words(self) -> str:
        """The caution as people read it."""
        return str(CAUTIONS.get(self.caution, self.caution))

    @property
    def can_undo(self) -> bool:
        """Whether its mail may still wait for the undo window; the service knows for sure."""
        window = timedelta(seconds=settings.VASTE_UNDO_SECONDS)
        return self.outgoing_id is not None and self.delivered_at is None and timezone.now() < self.at + window

    @property
    def shown_pictures(self) -> "dict[str, Attachment]":
        """By content id: the pictures that came inside the mail and that its HTML shows in their places."""
        places = set(PICTURE_PLACE.findall(self.html))
        return {
            file.content_id: file for file in self.attachments.all() if file.is_picture and file.content_id in places
        }

    @property
    def listed_files(self) -> "list[Attachment]":
        """What stands below the message: all files but those pictures, such as the logo of a signature."""
        shown = {file.pk for file in self.shown_pictures.values()}
        return [file for file in self.attachments.all() if file.pk not in shown]

    @property
    def is_note(self) -> bool:
        return self.kind == MessageKind.NOTE

    @property
    def is_public(self) -> bool:
        return self.kind != MessageKind.NOTE


# What nobody outside the desk reads: notes, and what strangers sent to a ticket's reply address.
DESK_ONLY = models.Q(kind=MessageKind.NOTE) | models.Q(caution="stranger")


class Attachment(TenantModel):
    """A file of a message; the bytes lie in the file storage, outside the web root."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="attachments")
    message = TenantForeignKey(Message, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=120)
    content_id = models.CharField(max_length=250, blank=True)
    inline = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether it may be shown in its place in the mail that it came in."""
        return self.inline and self.content_type in PICTURES and self.size <= MAX_PICTURE


class WorkEntry(TenantModel):
    """Minutes worked on a ticket, and what they mean for its invoice."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="work_entries")
    member = TenantForeignKey(Membership, related_name="+")
    work_type = TenantForeignKey(WorkType, verbose_name=_("Type of work"), related_name="+")
    minutes = models.PositiveIntegerField(_("Minutes"), validators=[MinValueValidator(1), MaxValueValidator(24 * 60)])
    ended_at = models.DateTimeField()
    text = models.CharField(_("What was done"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    # Whether somebody said from when to when; else only how long, and `ended_at` is when they said it.
    timed = models.BooleanField(default=False)
    billing = models.CharField(_("Billing"), max_length=8, choices=Billing, default=Billing.BILLABLE)
    reason = models.CharField(_("Why it is not charged"), max_length=200, blank=True)
    approver = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Approved by"), related_name="+")
    kilometres = models.DecimalField(
        _("Kilometres"),
        max_digits=6,
        decimal_places=1,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(9999)],
    )
    called_out = models.BooleanField(_("Called out"), default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(minutes__gte=1, minutes__lte=1440), name="work_minutes"),
            models.CheckConstraint(condition=models.Q(kilometres__gte=0), name="work_kilometres"),
        ]
        indexes = [models.Index(fields=["tenant", "member", "ended_at"], name="work_of_member")]
        ordering = ["ended_at", "pk"]

    def __str__(self) -> str:
        return f"{self.minutes} min on {self.ticket_id}"

    @property
    def started_at(self) -> datetime:
        return self.ended_at - timedelta(minutes=self.minutes)


class WorkTimer(TenantModel):
    """A clock that a member has running on a ticket; one at a time, because nobody works twice at once."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["WorkTimer"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "member"], name="work_timer_once")]

    def __str__(self) -> str:
        return f"{self.member_id} on {self.ticket_id}"


class EventQuerySet(TenantQuerySet["TicketEvent"]):
    def in_order(self) -> "EventQuerySet":
        """As they took effect; equal instants as they were recorded."""
        return self.order_by("at", "pk")


EventManager = TenantManager.from_queryset(EventQuerySet)


class TicketEvent(TenantModel):
    """Append-only: what happened, effective `at`, known since `recorded_at`. Corrections are new events."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    requester = TenantForeignKey(Requester, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    data = models.JSONField(default=dict)

    objects: ClassVar[EventManager["TicketEvent"]] = EventManager()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "ticket", "at", "id"], name="event_of_ticket"),
            # Whose hands a ticket left while they were away.
            models.Index(
                fields=["tenant", "at"],
                name="event_changes_hands",
                condition=models.Q(kind__in=[EventKind.ASSIGNED, EventKind.MOVED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"
