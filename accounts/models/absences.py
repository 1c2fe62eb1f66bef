"""Members who are away, and who stands in for them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, DateField, DateTimeField, F, Func, Q, Value, When
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models.base import TenantManager, TenantModel, TenantQuerySet
from accounts.models.members import Membership
from accounts.standing_in import Away, Entry, Person, covered_by, resolve
from core.present import Present


class AbsenceQuerySet(TenantQuerySet["Absence"]):
    def not_over(self, at: datetime | None = None) -> "AbsenceQuerySet":
        """In force or still to come: its last day has not passed in the member's office."""
        return self.filter(ended_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=_today_there(at)))

    def in_force(self, at: datetime | None = None) -> "AbsenceQuerySet":
        """Those of members who are away; days begin and end at midnight of the member's office."""
        there = Q(substitute__ended_at=None, substitute__user__is_active=True)
        return (
            self.not_over(at)
            .filter(starts_on__lte=_today_there(at), member__ended_at=None)
            .annotate(acting=Case(When(there, then=F("substitute"))))
        )

    def away(self, at: datetime | None = None) -> dict[int, Away]:
        """Everybody who is away, by membership id, in one query."""
        return read_away(self.in_force(at).values_list(_FACTS, flat=True))


def _today_there(at: datetime | None) -> Cast:
    """The date in the zone of the member's office."""
    zone, instant = F("member__office__time_zone"), Value(at, DateTimeField()) if at else Present()
    return Cast(Func(zone, instant, function="timezone", output_field=DateTimeField()), DateField())


_FACTS = JSONObject(
    member="member",
    name="member__user__name",
    until="ends_on",
    substitute="acting",
    substitute_name="substitute__user__name",
)


def away_facts() -> ArraySubquery:
    """Everybody who is away now as an annotation, for a query that is made anyway; `read_away` reads it."""
    return ArraySubquery(Absence.objects.in_force().values(fact=_FACTS))


def read_away(facts: Iterable[dict[str, Any]]) -> dict[int, Away]:
    return resolve(
        Entry(
            Person(fact["member"], fact["name"]),
            date.fromisoformat(fact["until"]) if fact["until"] else None,
            Person(fact["substitute"], fact["substitute_name"]) if fact["substitute"] else None,
        )
        for fact in facts
    )


def away_for(member: Membership) -> dict[int, Away]:
    """Everybody who is away now; a member who has just signed in knows it, others ask once."""
    return Absence.objects.away() if member.away is None else member.away


def covered_ids(member: Membership) -> list[int]:
    """The memberships of those for whom a member stands in now."""
    return [each.member.pk for each in covered_by(member.pk, away_for(member))]


AbsenceManager = TenantManager.from_queryset(AbsenceQuerySet)


class Absence(TenantModel):
    """Days on which a member is away, the first and the last included; without a last one the end is open."""

    member = TenantForeignKey(Membership, models.CASCADE, verbose_name=_("Who is away"), related_name="absences")
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(
        _("Last day"), null=True, blank=True, help_text=_("Empty while the day of return is not known.")
    )
    substitute = TenantForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("Stand-in"),
        related_name="+",
        help_text=_("Gets new work, reminders and answers meanwhile. Without one they go to the team."),
    )
    note = models.CharField(
        _("Note"), max_length=200, blank=True, help_text=_("Colleagues read it, such as how to reach you.")
    )
    # When it was planned or changed last: whoever hears of it after its beginning hears of it at once.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    # When the member came back before the last day.
    ended_at = models.DateTimeField(null=True, editable=False)
    # Who has been told that they stand in, and whether the member has been told what happened meanwhile.
    told = TenantForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    welcomed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[AbsenceManager["Absence"]] = AbsenceManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(substitute=F("member")), name="absence_other_substitute"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"
            ),
        ]
        # The sweep looks for those whose end nobody has been told of, which soon are few of many.
        indexes = [models.Index(fields=["starts_on"], name="absence_open", condition=Q(welcomed_at=None))]
        ordering = ["starts_on", "pk"]

    def __str__(self) -> str:
        return f"{self.member_id} from {self.starts_on}"

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.member.office.time_zone))

    @property
    def begins_at(self) -> datetime:
        """Midnight at the beginning of the first day, where the member's office is."""
        return self._midnight(self.starts_on)

    @property
    def over_at(self) -> datetime | None:
        """When the member is there again, if that is known."""
        return self.ended_at or (self._midnight(self.ends_on + timedelta(days=1)) if self.ends_on else None)
