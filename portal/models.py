"""The tenant's portal, who is signed in to it, and what people have asked there."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models import Requester, TenantManager, TenantModel, TenantQuerySet
from portal.enums import Guests
from tickets.enums import Kind
from tickets.models import Queue, Ticket


def default_kinds() -> list[str]:
    return [Kind.FAULT.value, Kind.REQUEST.value]


class Portal(TenantModel):
    """What the tenant has decided of its portal; without a row there is none."""

    is_on = models.BooleanField(_("The portal is open"), default=False)
    guests = models.CharField(_("Who may sign in"), max_length=8, choices=Guests, default=Guests.COMPANY)
    queue = TenantForeignKey(Queue, verbose_name=_("New tickets go to"), related_name="+")
    kinds = ArrayField(
        models.CharField(max_length=12, choices=Kind), default=default_kinds, verbose_name=_("What can be asked for")
    )
    key_users = models.BooleanField(_("Key users see all tickets of their company"), default=False)
    shows_costs = models.BooleanField(_("Key users see what a ticket has cost so far"), default=False)
    # Of the accent colour only the hue is the tenant's: lightness and chroma stay, and so the contrast of all words.
    hue = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(359)])
    # Small enough for the row; read only where it is shown.
    logo = models.BinaryField(null=True, editable=False)
    logo_type = models.CharField(max_length=40, blank=True, editable=False)

    objects: ClassVar[TenantManager["Portal"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="portal_once")]

    def __str__(self) -> str:
        return "portal"


class PortalText(TenantModel):
    """The tenant's own words on the first page, in one language."""

    portal = TenantForeignKey(Portal, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5, choices=Language)
    welcome = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "portal", "language"], name="portal_text_once")]

    def __str__(self) -> str:
        return self.language


class SignInCode(TenantModel):
    """A code that was asked for, for one address and one browser; only digests are stored.

    There is a row whether or not a mail was sent, so that asking costs the same for every address.
    """

    email = models.EmailField()
    # The mailbox, however the address is written: what codes are counted by.
    inbox = models.CharField(max_length=254)
    browser_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    mailed = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "browser_hash"], name="sign_in_code_browser"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="sign_in_code_lower"),
        ]
        indexes = [models.Index(fields=["tenant", "inbox", "-made_at"], name="sign_in_code_inbox")]

    def __str__(self) -> str:
        return self.email


class SessionQuerySet(TenantQuerySet["PortalSession"]):
    def alive(self, at: datetime) -> "SessionQuerySet":
        """Those that are worth something: in time, and of an address that is still the person's."""
        return self.filter(expires_at__gt=at, requester__addresses__email=models.F("email"))


SessionManager = TenantManager.from_queryset(SessionQuerySet)


class PortalSession(TenantModel):
    """A browser in which a requester has proved an address of theirs; only the cookie's digest is stored."""

    requester = TenantForeignKey(Requester, models.CASCADE, related_name="+")
    email = models.EmailField()
    secret_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects: ClassVar[SessionManager["PortalSession"]] = SessionManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "secret_hash"], name="portal_session_secret")]
        indexes = [models.Index(fields=["tenant", "requester"], name="portal_session_person")]

    def __str__(self) -> str:
        return f"session of {self.requester_id}"


class SentForm(TenantModel):
    """A form of the portal that was sent: the unique row makes a second press show what the first one did."""

    requester = TenantForeignKey(Requester, models.CASCADE, related_name="+")
    token = models.CharField(max_length=64)
    ticket = TenantForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "requester", "token"], name="sent_form_once")]

    def __str__(self) -> str:
        return f"form of {self.requester_id}"


class Deflection(TenantModel):
    """Somebody had a question, found the answer in a guide or that it is known, and left without a ticket."""

    requester = TenantForeignKey(Requester, models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=500)
    # The id of the guide; a neutral number, because one that is thrown away leaves the figure as it was.
    article = models.BigIntegerField(null=True)
    # The id of the incident's ticket, of whoever has what is known already.
    incident = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "at"], name="deflection_day")]

    def __str__(self) -> str:
        return self.words
