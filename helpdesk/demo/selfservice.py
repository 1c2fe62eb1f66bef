"""The demo's portal: open, in a colour of its own, with one key user in each company."""

from accounts.enums import Language
from accounts.models import Requester
from portal.models import Portal, PortalText
from tickets.models import Aftercare, Queue

HUES = {"acme": 224, "globex": 150}
WELCOMES = {
    Language.ENGLISH: "Write it in your own words. The more you tell, the sooner it works again.",
    Language.FINNISH: "Kirjoita omin sanoin. Mitä enemmän kerrot, sitä nopeammin se taas toimii.",
}


def open_portal(slug: str) -> Portal:
    """For the tenant in scope. Nobody is reminded or asked how it was: those who read the demo write to nobody."""
    portal = Portal.objects.create(is_on=True, queue=Queue.objects.all()[0], key_users=True, hue=HUES[slug])
    for language, welcome in WELCOMES.items():
        PortalText.objects.create(portal=portal, language=language, welcome=welcome)
    Aftercare.objects.create()
    first_of = Requester.objects.exclude(customer=None).order_by("customer_id", "pk").distinct("customer_id")
    Requester.objects.filter(pk__in=first_of.values("pk")).update(sees_company=True)
    return portal


def key_user() -> Requester:
    """One whose company has tickets, in the tenant in scope."""
    return Requester.objects.filter(sees_company=True, tickets__isnull=False).order_by("pk")[0]
