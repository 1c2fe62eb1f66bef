"""What happens to articles with time."""

from celery import shared_task
from django.utils import timezone

from accounts.models import Tenant
from accounts.scope import tenant_scope
from knowledge.services.reviews import remind


@shared_task
def sweep_reviews() -> None:
    """Remind owners of articles that are to be checked; tenants without a knowledge base have none."""
    for tenant in Tenant.objects.filter(knowledge_on=True).order_by("pk"):
        with tenant_scope(tenant.pk):
            remind(tenant, today=timezone.localdate())
