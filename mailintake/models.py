"""Mailboxes, and every mail that came in, raw."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from core.secrets import seal, unseal
from mailintake.enums import AfterFetch, InboundState, IntakeMode, Protocol, SignIn, Trouble
from tickets.models import Message, Queue, Ticket

# How long a mailbox may stay unread before people are told.
ALARM_AFTER = timedelta(minutes=15)


class MailboxQuerySet(TenantQuerySet["Mailbox"]):
    def silent(self) -> "MailboxQuerySet":
        """Those that nobody has fetched for a quarter of an hour, whether their server or our worker is at fault."""
        # PostgreSQL's GREATEST passes over NULL.
        fetched = self.filter(active=True).exclude(host="").alias(heard=Greatest("fetched_at", "watched_from"))
        return fetched.filter(heard__lt=timezone.now() - ALARM_AFTER).order_by("heard")


MailboxManager = TenantManager.from_queryset(MailboxQuerySet)


class Mailbox(TenantModel):
    """An address of the desk. Without a server it takes only mail that comes by SMTP."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None")

    # Unique over all tenants: the SMTP door finds the tenant by it.
    address = models.EmailField(_("Address"), unique=True, help_text=_("Mails to this address become tickets."))
    queue = TenantForeignKey(Queue, verbose_name=_("Queue"), related_name="mailboxes")
    mode = models.CharField(_("A new mail"), max_length=8, choices=IntakeMode, default=IntakeMode.TRIAGE)
    protocol = models.CharField(_("Protocol"), max_length=8, choices=Protocol, default=Protocol.IMAP)
    host = models.CharField(_("Mail server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(
        _("Port"), default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(_("Encryption"), max_length=8, choices=Security, default=Security.TLS)
    username = models.CharField(_("User name"), max_length=254, blank=True)
    sealed_password = models.CharField(max_length=500, blank=True, editable=False)
    folder = models.CharField(_("Folder"), max_length=120, default="INBOX")
    after_fetch = models.CharField(_("After fetching"), max_length=8, choices=AfterFetch, default=AfterFetch.SEEN)
    trusted_servers = ArrayField(
        models.CharField(max_length=253),
        default=list,
        blank=True,
        verbose_name=_("Servers whose Authentication-Results are believed"),
        help_text=_("The name your mail server writes first in that header, such as mx.example.com."),
    )
    active = models.BooleanField(_("Fetch mail"), default=True)
    sign_in = models.CharField(_("Sign-in"), max_length=12, choices=SignIn, default=SignIn.PASSWORD)
    # What a provider has given us instead of a password; `grant` waits for a worker to change it into tokens.
    sealed_grant = models.TextField(blank=True, editable=False)
    sealed_refresh_token = models.TextField(blank=True, editable=False)
    sealed_access_token = models.TextField(blank=True, editable=False)
    access_expires_at = models.DateTimeField(null=True, editable=False)
    # Where reading stands. Mail that arrived before `started_at` is counted, and read only on request.
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    uid_validity = models.BigIntegerField(null=True, editable=False)
    # How often the server went back in time under one UIDVALIDITY, as after a restored backup.
    generation = models.PositiveSmallIntegerField(default=0, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    older_uid = models.BigIntegerField(default=0, editable=False)
    older_count = models.PositiveIntegerField(default=0, editable=False)
    takes_older = models.BooleanField(default=False, editable=False)
    # Mails that the server has not given whole so far: their source, and the digest of what came.
    doubtful = models.JSONField(default=dict, editable=False)
    # When it is asked next, and how it went so far; `trouble` is one of mailintake.enums.Trouble.
    next_poll_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    trouble = models.CharField(max_length=16, blank=True, editable=False)
    failure = models.TextField(blank=True, editable=False)
    newest_at = models.DateTimeField(null=True, editable=False)
    lag_seconds = models.PositiveIntegerField(null=True, editable=False)
    watched_from = models.DateTimeField(default=timezone.now, editable=False)
    alarmed_at = models.DateTimeField(null=True, editable=False)
    # Mail that others post to us: who, under which secret address (its digest), signed with which key.
    hook_kind = models.CharField(max_length=12, blank=True, editable=False)
    hook_hash = models.CharField(max_length=64, blank=True, editable=False)
    sealed_hook_key = models.CharField(max_length=500, blank=True, editable=False)

    objects: ClassVar[MailboxManager["Mailbox"]] = MailboxManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(address=Lower("address")), name="mailbox_address_lower"),
            models.UniqueConstraint(
                fields=["tenant", "hook_hash"], name="mailbox_hook_once", condition=~Q(hook_hash="")
            ),
        ]
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address

    @property
    def heard_at(self) -> datetime:
        """When its server was last asked and answered; if never, or before a pause, when fetching began."""
        return max(self.fetched_at or self.watched_from, self.watched_from)

    @property
    def needs_sign_in(self) -> bool:
        """Whether somebody has to sign in at the provider before any mail can be fetched."""
        if self.sign_in == SignIn.PASSWORD:
            return False
        return self.trouble == Trouble.SIGN_IN_AGAIN or not (self.sealed_refresh_token or self.sealed_grant)

    @property
    def password(self) -> str:
        return unseal(self.sealed_password)

    @password.setter
    def password(self, secret: str) -> None:
        self.sealed_password = seal(secret)


class InboundQuerySet(TenantQuerySet["InboundMessage"]):
    def for_list(self) -> "InboundQuerySet":
        return self.defer("raw").select_related("mailbox", "ticket")

    def in_triage(self, member: Membership | None = None) -> "InboundQuerySet":
        """Oldest first: who waited longest is next. For a member, those of mailboxes whose queue is open to them."""
        waiting = self.filter(state=InboundState.TRIAGE).order_by("received_at", "pk")
        return waiting.filter(mailbox__queue__in=Queue.objects.open_to(member).values("pk")) if member else waiting


InboundManager = TenantManager.from_queryset(InboundQuerySet)


class InboundMessage(TenantModel):
    """One mail as it arrived, and what became of it.

    `source` names the delivery, such as `imap:<uidvalidity>:<uid>` or `smtp:<uuid>`, and is unique per mailbox.
    `fingerprint` is the digest of Message-ID and body; the same mail through a second door becomes a duplicate.
    """

    mailbox = TenantForeignKey(Mailbox, related_name="messages")
    source = models.CharField(max_length=120)
    raw = models.BinaryField()
    size = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.CharField(max_length=320, blank=True)
    state = models.CharField(max_length=12, choices=InboundState, default=InboundState.RECEIVED)
    # A code of mailintake.outcomes, worded on the page.
    reason = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    message_id = models.CharField(max_length=250, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    from_email = models.CharField(max_length=320, blank=True)
    excerpt = models.CharField(max_length=200, blank=True)
    proven = models.BooleanField(default=False)
    ticket = TenantForeignKey(Ticket, null=True, related_name="+")
    entry = TenantForeignKey(Message, null=True, related_name="+")
    possible_ticket = TenantForeignKey(Ticket, null=True, related_name="+")

    objects: ClassVar[InboundManager["InboundMessage"]] = InboundManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "mailbox", "source"], name="inbound_source_once"),
            models.UniqueConstraint(
                fields=["tenant", "fingerprint"],
                name="inbound_fingerprint_once",
                condition=~Q(fingerprint="") & ~Q(state=InboundState.DUPLICATE),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "next_attempt_at"], name="inbound_due", condition=Q(state="received")),
            models.Index(fields=["tenant", "from_email", "received_at"], name="inbound_sender"),
            models.Index(fields=["tenant", "state", "received_at"], name="inbound_state"),
            models.Index(fields=["tenant", "message_id"], name="inbound_message_id"),
        ]

    def __str__(self) -> str:
        return self.subject or self.source


class OlderMail(TenantModel):
    """A mail that lay in a POP3 mailbox before its set-up; POP3 knows no dates, so each is written down."""

    mailbox = TenantForeignKey(Mailbox, models.CASCADE, related_name="older_mails")
    uidl = models.CharField(max_length=100)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "mailbox", "uidl"], name="older_mail_once")]

    def __str__(self) -> str:
        return self.uidl


class ThreadMark(TenantModel):
    """A foreign Message-ID that belongs to a ticket because a person of the desk linked its mail.

    Mails of a thread that began elsewhere, such as a forwarded one, find their ticket by it.
    """

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")
    mail_id = models.CharField(max_length=250)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "mail_id"], name="thread_mark_once")]

    def __str__(self) -> str:
        return self.mail_id
