"""Which articles a ticket has to do with."""

from django.db import models
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantModel
from knowledge.models import Article
from tickets.enums import ArticleTie
from tickets.models.tickets import Ticket


class TicketArticle(TenantModel):
    """An article that was sent in a ticket's reply, or drafted from its solution; one row each."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="articles")
    article = TenantForeignKey(Article, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=ArticleTie)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket", "article", "kind"], name="article_of_ticket")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.kind} {self.ticket_id}"
