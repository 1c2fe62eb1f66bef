"""Being away: planned, changed, ended early, withdrawn; and who is reachable meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.errors import AbsenceOver, AbsencesOverlap
from accounts.models import Absence, Membership
from accounts.services import audit
from accounts.standing_in import stand_in_of


def reachable(members: Iterable[Membership], *, at: datetime | None = None) -> list[Membership]:
    """Those given, with whoever is away replaced by who stands in; in their order, nobody twice.

    Whoever is away and has nobody is left out. One query however many members, none for none.
    """
    given = list(members)
    if not given:
        return []
    absences = Absence.objects.in_force(at).select_related("substitute__user", "substitute__office")
    substitutes = {row.member_id: _acting(row) for row in absences}
    people = {member.pk: member for member in [*filter(None, substitutes.values()), *given]}
    leads_to = {away: substitute.pk if substitute else None for away, substitute in substitutes.items()}
    found = dict.fromkeys(stand_in_of(member.pk, leads_to) for member in given)
    return [people[pk] for pk in found if pk is not None]


def _acting(row: Absence) -> Membership | None:
    """The substitute while they have a place in the tenant, which the query knows."""
    return row.substitute if row.acting else None  # type: ignore[attr-defined]  # annotated by in_force


@transaction.atomic
def plan(
    member: Membership,
    *,
    starts_on: date,
    ends_on: date | None = None,
    substitute: Membership | None = None,
    note: str = "",
    by: Actor,
) -> Absence:
    """Enter an absence of a member.

    Raises AbsencesOverlap where another one of theirs shares a day with it.
    """
    absence = Absence(member=member, starts_on=starts_on, ends_on=ends_on, substitute=substitute, note=note)
    _require_free_days(absence)
    absence.save()
    audit.record("absence.planned", by=by, target=member.email, **_days(absence))
    return absence


@transaction.atomic
def change(absence: Absence, *, by: Actor, at: datetime | None = None, **values: Any) -> Absence:
    """Set `starts_on`, `ends_on`, `substitute` or `note` of an absence that is not over.

    Raises AbsencesOverlap as `plan` does, and AbsenceOver.
    """
    absence = _locked(absence, at)
    before = _days(absence) | {"note": absence.note}
    for name in ("starts_on", "ends_on", "substitute", "note"):
        setattr(absence, name, values.get(name, getattr(absence, name)))
    after = _days(absence) | {"note": absence.note}
    if after == before:
        return absence
    _require_free_days(absence)
    absence.changed_at = at or timezone.now()
    absence.save()
    changed = sorted(name for name in after if after[name] != before[name])
    audit.record("absence.changed", by=by, target=absence.member.email, fields=changed, **_days(absence))
    return absence


@transaction.atomic
def end(absence: Absence, *, by: Actor, at: datetime | None = None) -> None:
    """The member is there: an absence that has begun ends now, one that has not is deleted.

    Raises AbsenceOver for one whose last day has passed or that was ended before.
    """
    at = at or timezone.now()
    absence = _locked(absence, at)
    has_begun = absence.begins_at <= at
    action = "absence.ended" if has_begun else "absence.withdrawn"
    audit.record(action, by=by, target=absence.member.email, **_days(absence))
    if has_begun:
        absence.ended_at = at
        absence.save(update_fields=["ended_at"])
    else:
        absence.delete()


def _locked(absence: Absence, at: datetime | None) -> Absence:
    rows = (
        Absence.objects.not_over(at).select_for_update(of=("self",)).select_related("member__user", "member__office")
    )
    if row := rows.filter(pk=absence.pk).first():
        return row
    raise AbsenceOver


def _require_free_days(absence: Absence) -> None:
    """Lock the member, so that two who plan at once see each other's days. One that ended early has freed its rest."""
    Membership.objects.select_for_update(of=("self",)).get(pk=absence.member_id)
    others = Absence.objects.filter(member=absence.member_id, ended_at=None).exclude(pk=absence.pk)
    if absence.ends_on:
        others = others.filter(starts_on__lte=absence.ends_on)
    if others.filter(Q(ends_on=None) | Q(ends_on__gte=absence.starts_on)).exists():
        raise AbsencesOverlap


def _days(absence: Absence) -> dict[str, str]:
    """What the audit log keeps; the note is for colleagues and stays out of it."""
    return {
        "starts_on": absence.starts_on.isoformat(),
        "ends_on": absence.ends_on.isoformat() if absence.ends_on else "",
        "substitute": absence.substitute.email if absence.substitute else "",
    }
