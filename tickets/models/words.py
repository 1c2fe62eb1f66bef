"""What a ticket is found by: all its words in one row, which PostgreSQL keeps by itself (migrations/0003_words.py)."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from tickets.models.tickets import Ticket


class TicketWords(TenantModel):
    """Words of title, solution, conversation and attachments' names, as written and as Finnish and English stems."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="words", db_index=False)
    words = SearchVectorField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket"], name="words_of_ticket")]
        indexes = [GinIndex(fields=["words"], name="words_of_tickets")]

    def __str__(self) -> str:
        return f"words of {self.ticket_id}"
