"""Attempts to reach the desk, or of the desk to reach somebody, that came by no mail: calls, the corridor, a chat."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, Membership, Requester, TenantModel
from accounts.models.customers import phone_tail
from tickets.enums import ContactChannel
from tickets.models.tickets import Ticket


class Contact(TenantModel):
    """One of them, also where nobody was reached; several tickets may come of it. Whom it was with may be unknown."""

    at = models.DateTimeField(_("When"), default=timezone.now)
    recorded_at = models.DateTimeField(auto_now_add=True)
    member = TenantForeignKey(Membership, related_name="+")
    channel = models.CharField(_("How"), max_length=8, choices=ContactChannel, default=ContactChannel.PHONE)
    is_outgoing = models.BooleanField(default=False)
    is_reached = models.BooleanField(default=True)
    requester = TenantForeignKey(Requester, null=True, related_name="contacts")
    customer = TenantForeignKey(Customer, null=True, related_name="contacts")
    # As it was given by whoever is not known, or by the telephone.
    name = models.CharField(_("Name"), max_length=120, blank=True)
    number = models.CharField(_("Number"), max_length=40, blank=True)
    number_tail = phone_tail("number")
    text = models.CharField(_("What about"), max_length=1000, blank=True)
    minutes = models.PositiveSmallIntegerField(_("Minutes"), null=True, validators=[MaxValueValidator(24 * 60)])

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "member", "-at"], name="contact_of_member"),
            models.Index(fields=["tenant", "requester", "-at"], name="contact_of_requester"),
            models.Index(fields=["tenant", "customer", "-at"], name="contact_of_customer"),
            models.Index(fields=["tenant", "number_tail", "-at"], name="contact_of_number"),
        ]

    def __str__(self) -> str:
        return self.who

    @property
    def who(self) -> str:
        """Whom it was with, as well as is known."""
        return (self.requester.name if self.requester else "") or self.name or self.number or str(_("Somebody"))


class ContactTicket(TenantModel):
    """A ticket that came of a contact, or that it was about."""

    contact = TenantForeignKey(Contact, models.CASCADE, related_name="links")
    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "contact", "ticket"], name="contact_ticket_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} about {self.ticket_id}"
