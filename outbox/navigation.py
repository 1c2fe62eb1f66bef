"""What the frame of each page says of outgoing mail: whether any leaves at all."""

from django.urls import reverse
from django.utils import timezone

from core.alarms import ALARM_SECONDS, Alarm
from core.cache import for_seconds
from outbox.models import Outage
from outbox.outages import ALARM_AFTER


def sending_alarm(tenant_id: int) -> Alarm | None:
    """The server that has taken no mail for a quarter of an hour; some seconds old."""
    return for_seconds(f"alarm:sending:{tenant_id}", ALARM_SECONDS, _oldest)


def _oldest() -> Alarm | None:
    outage = Outage.objects.filter(since__lt=timezone.now() - ALARM_AFTER).order_by("since").first()
    if outage is None:
        return None
    return Alarm("sending", outage.since, url=reverse("outbox:transport") if outage.own else "")
