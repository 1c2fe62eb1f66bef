"""Mailboxes that nobody has fetched for a while: told to all admins once, and once more when mail comes in again.

By mail of the installation's own transport, because a tenant's mail may be what does not work.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Tenant
from accounts.scope import tenant_scope
from accounts.services.people import tell_admins
from mailintake.advice import trouble_words
from mailintake.models import Mailbox


def tell(tenant_id: int) -> None:
    """One mail for all of a tenant's mailboxes that have fallen silent, and one for those that are back."""
    with tenant_scope(tenant_id):
        silent = list(Mailbox.objects.silent().filter(alarmed_at=None).select_for_update())
        watched = Mailbox.objects.select_for_update().exclude(alarmed_at=None)
        watched.filter(Q(active=False) | Q(host="")).update(alarmed_at=None)
        back = [mailbox for mailbox in watched if mailbox.alarmed_at and mailbox.heard_at > mailbox.alarmed_at]
        tenant = Tenant.objects.get(pk=tenant_id)
        if silent:
            tell_admins(_silent_words(tenant, silent))
            Mailbox.objects.filter(pk__in=[row.pk for row in silent]).update(alarmed_at=timezone.now())
        if back:
            tell_admins(_back_words(tenant, back))
            Mailbox.objects.filter(pk__in=[row.pk for row in back]).update(alarmed_at=None)


def _silent_words(tenant: Tenant, rows: Sequence[Mailbox]) -> Callable[[Membership], tuple[str, str]]:
    def compose(admin: Membership) -> tuple[str, str]:
        count = len(rows)
        subject = ngettext(
            "%(name)s: mail to %(address)s is not coming in",
            "%(name)s: mail to %(count)s mailboxes is not coming in",
            count,
        ) % {"name": tenant.name, "address": rows[0].address, "count": count}
        lines = [_line(row, ZoneInfo(tenant.time_zone)) for row in rows]
        link = tenant.url(reverse("mailintake:mailbox", args=[rows[0].pk]))
        text = _(
            "Nothing has been fetched for a quarter of an hour:\n\n%(lines)s\n\n"
            "Mail waits on its server meanwhile; nothing is lost. See what to do: %(link)s"
        )
        return subject, text % {"lines": "\n".join(lines), "link": link}

    return compose


def _line(row: Mailbox, zone: ZoneInfo) -> str:
    when = date_format(localtime(row.heard_at, zone), "DATETIME_FORMAT")
    why = trouble_words(row.trouble) or _("Our own worker has not asked its server")
    return _("%(address)s, last fetched %(when)s. %(why)s.") % {"address": row.address, "when": when, "why": why}


def _back_words(tenant: Tenant, rows: Sequence[Mailbox]) -> Callable[[Membership], tuple[str, str]]:
    def compose(admin: Membership) -> tuple[str, str]:
        addresses = ", ".join(row.address for row in rows)
        subject = _("%(name)s: mail to %(address)s comes in again") % {"name": tenant.name, "address": addresses}
        return subject[:200], _("Mail to %(address)s is fetched again.") % {"address": addresses}

    return compose
