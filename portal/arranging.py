"""Settings of the portal kept, and people invited to it."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Requester
from accounts.services import audit
from accounts.services.records import keep
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from portal.models import Portal, PortalText
from portal.settings_forms import PortalForm
from tickets.models import Aftercare
from tickets.services.letters import Content, Reader, post_alone, reading_as


@transaction.atomic
def save_portal(form: PortalForm, *, by: Actor) -> Portal:
    """Keep a form that was filled in rightly: the row, its logo and its words."""
    row: Portal = form.save(commit=False)
    row.hue = form.hue
    if form.cleaned_data.get("no_logo"):
        row.logo, row.logo_type = None, ""
    if form.cleaned_data["logo"]:
        row.logo, row.logo_type = form.cleaned_data["logo"]
    keep(row, by=by, changed=form.changed_data)
    for language, welcome in form.welcomes.items():
        PortalText.objects.update_or_create(portal=row, language=language, defaults={"welcome": welcome})
    return row


def save_aftercare(care: Aftercare, *, changed: Iterable[str], by: Actor) -> None:
    """Keep what follows a solution; switched on anew, it begins with what is solved from now on."""
    if "is_on" in changed and care.is_on:
        care.since = timezone.now()
    keep(care, by=by, changed=changed)


@transaction.atomic
def invite(person: Requester, *, by: Actor) -> OutgoingMail | None:
    """Tell a requester where the portal is; None where it is closed, or they cannot be written to."""
    portal = Portal.objects.select_related("queue__office", "queue__tenant").filter(is_on=True).first()
    address = person.address
    if portal is None or address is None or not address.takes_automatic:
        return None
    tenant, office = portal.queue.tenant, person.customer.office if person.customer else portal.queue.office
    reader = Reader(address.email, person.language, office.time_zone)
    audit.record("requester.invited", by=by, target=address.email)
    with reading_as(reader):
        content = Content(
            title=_("Your tickets at %(desk)s") % {"desk": tenant.name},
            over_title=tenant.name,
            body=_(
                "Hello %(name)s,\n\nat our portal you see your tickets and where they stand, answer, and ask for "
                "something new."
            )
            % {"name": person.name},
            buttons=[(_("Open the portal"), tenant.url(reverse("portal:tickets")), True)],
            footer=_("You sign in with a code that is mailed to %(email)s.") % {"email": address.email},
        )
        return post_alone(tenant, portal.queue.address, reader, content, purpose=Purpose.PORTAL)
