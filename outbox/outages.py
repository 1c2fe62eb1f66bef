"""A server that takes no mail: the others of its mails wait while one asks again, and people are told."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.people import tell_admins
from outbox.models import Outage
from outbox.recording import backoff

LONGEST_REST = timedelta(minutes=10)
# Whoever asks has this long for it; then the next mail may.
ASKING = timedelta(minutes=6)
# A server that restarts is nobody's concern.
ALARM_AFTER = timedelta(minutes=15)


def rests_until(*, own: bool, now: datetime) -> datetime | None:
    """Until when mails for this server wait; None where the asking mail may try it."""
    outage = Outage.objects.filter(own=own).first()
    if outage is None:
        return None
    if outage.rests_until > now:
        return outage.rests_until
    mine = Outage.objects.filter(pk=outage.pk, rests_until=outage.rests_until).update(rests_until=now + ASKING)
    return None if mine else now + ASKING


def note_outage(said: str, *, own: bool, now: datetime) -> datetime:
    """The server failed; returns when to ask it again. Admins hear once of their own server, by the installation's."""
    fresh = {"since": now, "said": said, "rests_until": now}
    outage, _new = Outage.objects.select_for_update().get_or_create(own=own, defaults=fresh)
    outage.tries += 1
    outage.said, outage.rests_until = said, now + backoff(outage.tries, LONGEST_REST)
    if own and outage.told_at is None and now - outage.since >= ALARM_AFTER:
        outage.told_at = now
        _tell(said)
    outage.save()
    return outage.rests_until


def note_recovery(*, own: bool) -> None:
    """The server takes mail again, or another one was set up."""
    Outage.objects.filter(own=own).delete()


def _tell(said: str) -> None:
    def compose(admin: Membership) -> tuple[str, str]:
        values = {"desk": admin.tenant.name, "said": said, "url": admin.tenant.url(reverse("outbox:transport"))}
        return (
            _("Mails of %(desk)s do not leave") % values,
            _(
                "The server for outgoing mail of %(desk)s takes no mail. It says:\n\n%(said)s\n\n"
                "Mails wait and leave by themselves once it works. The settings are here: %(url)s"
            )
            % values,
        )

    tell_admins(compose)
