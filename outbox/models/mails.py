"""Mails on their way out, the words they are made of, and the server they leave by."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models import TenantManager, TenantModel, TenantQuerySet
from core.secrets import seal, unseal
from outbox.enums import Fate, MailState, Purpose, RecordState, TransportKind


class OutgoingMailQuerySet(TenantQuerySet["OutgoingMail"]):
    def about(self, ticket_id: int) -> "OutgoingMailQuerySet":
        return self.filter(about=ticket_id)


OutgoingMailManager = TenantManager.from_queryset(OutgoingMailQuerySet)


class OutgoingMail(TenantModel):
    """One mail, written in the transaction of what it tells about, sent later by a worker.

    `about` and `part` are the ids of the ticket and of its message: neutral numbers, because this app knows
    neither. `key` makes queueing idempotent.
    """

    purpose = models.CharField(max_length=16, choices=Purpose)
    about = models.BigIntegerField(null=True)
    part = models.BigIntegerField(null=True)
    key = models.CharField(max_length=80, null=True)  # noqa: DJ001  # unique where there is one
    message_id = models.CharField(max_length=250)
    in_reply_to = models.CharField(max_length=250, blank=True)
    references = ArrayField(models.CharField(max_length=250), default=list)
    from_name = models.CharField(max_length=120)
    from_address = models.EmailField()
    reply_to = models.CharField(max_length=320, blank=True)
    to = ArrayField(models.EmailField())
    cc = ArrayField(models.EmailField(), default=list)
    # The mailbox of the first receiver, however its address is written; what mails are counted by.
    inbox = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=Language)
    automatic = models.BooleanField(default=False)
    # Sign-in codes and resets: listed in the mail log, never readable there (the demo excepted).
    confidential = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    # When a server first took it for one of its receivers, and when it was first tried.
    sent_at = models.DateTimeField(null=True)
    tried_since = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How many workers died over it.
    losses = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    objects: ClassVar[OutgoingMailManager["OutgoingMail"]] = OutgoingMailManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="outgoing_key"),
            models.UniqueConstraint(fields=["tenant", "message_id"], name="outgoing_message_id"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="outgoing_due", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["tenant", "-queued_at"], name="outgoing_latest"),
            models.Index(fields=["tenant", "about"], name="outgoing_about"),
            models.Index(fields=["tenant", "inbox", "-queued_at"], name="outgoing_inbox"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def receivers(self) -> list[str]:
        """Everybody it goes to, each once."""
        return list(dict.fromkeys([*self.to, *self.cc]))


class Delivery(TenantModel):
    """What became of one mail at one of its receivers; there is a row once a server has said something about it."""

    mail = TenantForeignKey(OutgoingMail, models.CASCADE, related_name="deliveries")
    address = models.EmailField()
    fate = models.CharField(max_length=10, choices=Fate)
    # The server's own words, or those of the report.
    said = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "mail", "address"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.address}: {self.fate}"


class Outage(TenantModel):
    """A server that takes no mail at all, for as long as it does not: then mails wait, and one of them asks again.

    `own` is the tenant's server, otherwise it is the installation's.
    """

    own = models.BooleanField()
    since = models.DateTimeField()
    said = models.CharField(max_length=500)
    tries = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "own"], name="outage_once")]

    def __str__(self) -> str:
        return self.said


class OutgoingFile(TenantModel):
    """A file that goes with a mail; the bytes lie in the file storage."""

    mail = TenantForeignKey(OutgoingMail, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    storage_key = models.CharField(max_length=120)
    size = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class MailTemplate(TenantModel):
    """The tenant's own words for one purpose in one language; without a row the product's words are used."""

    purpose = models.CharField(_("Used for"), max_length=16, choices=Purpose)
    language = models.CharField(_("Language"), max_length=5, choices=Language)
    subject = models.CharField(_("Subject"), max_length=200)
    body = models.TextField(_("Text"), max_length=8000)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "purpose", "language"], name="mail_template_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.language}"


class Transport(TenantModel):
    """The tenant's own mail server or provider; without a row the installation's server is used.

    Of a provider there is only a key, which is kept as the password.
    """

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None")

    kind = models.CharField(_("Mails leave by"), max_length=10, choices=TransportKind, default=TransportKind.SMTP)
    host = models.CharField(_("Server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(
        _("Port"), default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(_("Encryption"), max_length=8, choices=Security, default=Security.STARTTLS)
    username = models.CharField(_("User name"), max_length=254, blank=True)
    sealed_password = models.CharField(max_length=500, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="transport_once")]

    def __str__(self) -> str:
        is_server = self.kind == TransportKind.SMTP
        return f"{self.host}:{self.port}" if is_server else str(TransportKind(self.kind).label)

    @property
    def password(self) -> str:
        return unseal(self.sealed_password)

    @password.setter
    def password(self, secret: str) -> None:
        self.sealed_password = seal(secret)


class SigningKey(TenantModel):
    """The tenant's DKIM key for a sending domain; it signs once DNS has been seen to publish it."""

    domain = models.CharField(
        _("Domain"),
        max_length=253,
        validators=[RegexValidator(r"\A[a-z0-9-]+(\.[a-z0-9-]+)+\Z")],
        help_text=_("What stands behind the @ in the desk's address, such as example.com."),
    )
    selector = models.CharField(max_length=40, editable=False)
    sealed_private = models.TextField(editable=False)
    public = models.TextField(editable=False)
    record = models.CharField(max_length=8, choices=RecordState, default="", blank=True, editable=False)
    signs = models.BooleanField(default=False, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "domain"], name="signing_key_domain")]
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain

    @property
    def private(self) -> str:
        return unseal(self.sealed_private)
