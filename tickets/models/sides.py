"""What the desk asks others about a ticket, apart from its conversation.

In tables of their own, so that nothing that shows, mails, quotes or searches a ticket's messages can ever find them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantModel
from tickets.models.conversation import CAUTIONS
from tickets.models.tickets import Ticket


class SideConversation(TenantModel):
    """One matter asked of one or several addresses; `waits_since` is the desk's last word that awaits an answer."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="sides")
    subject = models.CharField(max_length=200)
    addresses = ArrayField(models.EmailField())
    waits_since = models.DateTimeField(null=True)
    # Whether the ticket waits for the supplier because of it.
    holds_ticket = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "ticket"], name="side_of_ticket")]

    def __str__(self) -> str:
        return self.subject

    def knows(self, email: str) -> bool:
        """Whether the address is one of those that were asked."""
        return email.lower() in self.addresses


class SideMessage(TenantModel):
    """One mail of it: of a member of the desk, or of somebody outside, then with `author_email`."""

    side = TenantForeignKey(SideConversation, models.CASCADE, related_name="messages")
    member = TenantForeignKey(Membership, null=True, related_name="+")
    author_name = models.CharField(max_length=120)
    author_email = models.CharField(max_length=320, blank=True)
    text = models.TextField()
    quoted = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    # The mail that brought it, or that carries it.
    mail_id = models.CharField(max_length=250, blank=True)
    outgoing_id = models.BigIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivery_error = models.TextField(blank=True)
    caution = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "side", "at"], name="side_message_order"),
            models.Index(fields=["tenant", "mail_id"], name="side_message_mail_id"),
            models.Index(
                fields=["tenant", "outgoing_id"], name="side_message_sent", condition=Q(outgoing_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name} in {self.side_id}"

    @property
    def caution_words(self) -> str:
        """The caution as people read it."""
        return str(CAUTIONS.get(self.caution, self.caution))


class SideFile(TenantModel):
    """A file of such a mail; its bytes lie in the file storage, perhaps those of a file of the ticket."""

    message = TenantForeignKey(SideMessage, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=120)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "message"], name="side_file_message")]

    def __str__(self) -> str:
        return self.name
