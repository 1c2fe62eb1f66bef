"""Whoever stands in hears of it in the morning of the first day, and whoever returns of what happened meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.away_words import to_stand_in
from accounts.models import Absence, Membership
from accounts.standing_in import Away
from core.templatetags.vaste import stamp
from outbox.enums import Purpose
from tickets.models import Queue, Ticket
from tickets.services.handover import Told, held_by, tell, touched_since
from tickets.services.letters import Content, member_reader, post_alone, reading_as
from tickets.threads import tag

MORNING = time(7)
# Tickets that a mail names; the page behind it has all.
MOST = 40


@transaction.atomic
def tell_everybody(*, now: datetime | None = None) -> None:
    """Tell whom the absences of the tenant in scope concern; each once, however many do this at a time."""
    now = now or timezone.now()
    related = ("tenant", "member__user", "member__office")
    open_ones = Absence.objects.filter(welcomed_at=None).select_for_update(of=("self",)).select_related(*related)
    rows = list(open_ones.order_by("member", "starts_on"))
    away = Absence.objects.away(now)
    for row in rows:
        if row.begins_at <= now and not _is_over(row, now) and row.member_id in away:
            _announce(row, away[row.member_id], now)
    for member_id in dict.fromkeys(row.member_id for row in rows):
        if member_id not in away:
            _welcome([row for row in rows if row.member_id == member_id and _is_over(row, now)], now)


def _is_over(row: Absence, now: datetime) -> bool:
    return row.member.ended_at is not None or (row.over_at is not None and row.over_at <= now)


def _morning(row: Absence, at: datetime) -> datetime:
    """Seven o'clock of that day, where the member's office is."""
    zone = ZoneInfo(row.member.office.time_zone)
    return datetime.combine(at.astimezone(zone).date(), MORNING, zone)


def _announce(row: Absence, away: Away, now: datetime) -> None:
    """Tell whoever stands in from now on, unless they know: in the morning, or at once if it was planned later."""
    stand_in = away.stand_in.pk if away.stand_in else None
    waits = now < _morning(row, row.begins_at) and row.changed_at < row.begins_at
    if stand_in == row.told_id or waits:
        return
    if stand_in:
        _tell_stand_in(row, away, Membership.objects.select_related("user", "office").get(pk=stand_in))
    row.told_id = stand_in
    row.save(update_fields=["told"])


def _tell_stand_in(row: Absence, away: Away, member: Membership) -> None:
    tickets = list(held_by(row.member)[: MOST + 1])
    with reading_as(member_reader(member)):
        title = to_stand_in(away)
        content = Content(
            title=title,
            note=row.note,
            body=_("New work, reminders and answers that are meant for %(name)s come to you.")
            % {"name": row.member.name},
            facts=_listed([(tag(row.tenant, ticket.number), ticket.title) for ticket in tickets]),
            buttons=[
                (_("Open the handover"), row.tenant.url(reverse("tickets:handover", args=[row.member_id])), True)
            ],
        )
        _post(row, member, content)


def _welcome(rows: Sequence[Absence], now: datetime) -> None:
    """One mail for absences that followed each other, in the morning, or at once to whoever came back by day."""
    if not rows:
        return
    row = rows[-1]
    if row.over_at and now < _morning(row, row.over_at) and row.ended_at is None:
        return
    if row.member.ended_at is None and row.member.user.is_active:
        _tell_returned(row, since=min(each.begins_at for each in rows))
    Absence.objects.filter(pk__in=[each.pk for each in rows]).update(welcomed_at=now)


def _tell_returned(row: Absence, *, since: datetime) -> None:
    member = row.member
    told = tell(list(touched_since(member, since)[: MOST + 1]), since=since, without=member)
    with reading_as(member_reader(member)):
        title = _("While you were away")
        count = len(told)
        body = ngettext(
            "This happened to %(count)s ticket of yours.", "This happened to %(count)s tickets of yours.", count
        )
        content = Content(
            title=title,
            body=body % {"count": count} if told else _("Nothing happened to your tickets."),
            facts=_listed([(tag(row.tenant, one.ticket.number), _meanwhile(one, member)) for one in told]),
            buttons=[(_("Open my tickets"), row.tenant.url(reverse("tickets:mine")), True)],
        )
        _post(row, member, content)


def _meanwhile(one: Told, member: Membership) -> str:
    """A ticket in a line: what it is about, where it stands, who did what, who has it now if somebody else."""
    ticket = one.ticket
    parts = [f"{ticket.title}: {ticket.status}"]
    parts += [f"{deed.name}, {deed.kind.label}, {stamp(deed.at)}" for deed in one.deeds]
    if one.asked:
        parts.append(_("%(name)s waits for an answer") % {"name": one.asked.name})
    if ticket.assignee_id != member.pk:
        parts.append(_holder(ticket))
    return ". ".join(parts)


def _holder(ticket: Ticket) -> str:
    if ticket.assignee is None:
        return _("nobody has it now")
    return _("%(name)s has it now") % {"name": ticket.assignee.name}


def _listed(facts: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """At most MOST of them."""
    return facts if len(facts) <= MOST else [*facts[:MOST], ("…", _("and more, see the page"))]


def _post(row: Absence, member: Membership, content: Content) -> None:
    """From the desk of the member's office; no answer is expected."""
    address = next(_desks(member), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    post_alone(row.tenant, address, member_reader(member), content, purpose=Purpose.HANDOVER)


def _desks(member: Membership) -> Iterator[str]:
    """Addresses of queues, those of the member's office first."""
    queues = sorted(Queue.objects.all(), key=lambda row: row.office_id != member.office_id)
    return (row.address for row in queues)
