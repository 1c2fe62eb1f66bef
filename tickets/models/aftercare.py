"""What follows a solution: whether it works is asked until somebody says so, and how it was is asked once."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Requester, TenantManager, TenantModel
from tickets.models.tickets import Ticket

MOST_DAYS = 365
BEST = 5


def _days() -> list[MaxValueValidator | MinValueValidator]:
    return [MinValueValidator(1), MaxValueValidator(MOST_DAYS)]


def default_days() -> list[int]:
    return [3, 7]


class Aftercare(TenantModel):
    """How the tenant goes on after a solution; without a row nobody is reminded, nothing closes, nothing is rated."""

    is_on = models.BooleanField(_("Remind, and close what nobody answers"), default=False)
    # Older solutions are left in peace when it is switched on.
    since = models.DateTimeField(default=timezone.now, editable=False)
    remind_days = ArrayField(
        models.PositiveSmallIntegerField(validators=_days()),
        default=default_days,
        size=5,
        blank=True,
        verbose_name=_("Remind after so many days"),
    )
    close_days = models.PositiveSmallIntegerField(
        _("Close after so many days"), default=14, validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("Requesters may reopen for so many days"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    asks_rating = models.BooleanField(_("Ask how it was, after closing"), default=False)

    objects: ClassVar[TenantManager["Aftercare"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="aftercare_once")]

    def __str__(self) -> str:
        return "aftercare"


class Reminded(TenantModel):
    """A step of asking whether a solution works: the unique row lets each step happen once for each solution."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="+")
    # When the solution was given: one that comes later is asked about anew.
    solved_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "solved_at", "step"], name="reminded_once")]

    def __str__(self) -> str:
        return f"step {self.step} of {self.ticket_id}"


class Rating(TenantModel):
    """How it was for the requester of a closed ticket: asked once, answered when there is a score."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="ratings")
    requester = TenantForeignKey(Requester, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    score = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(_("Comment"), blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__gte=1, score__lte=BEST), name="rating_score"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "requester", "-asked_at"], name="rating_of_requester"),
            models.Index(fields=["tenant", "ticket"], name="rating_of_ticket"),
            models.Index(fields=["tenant", "answered_at"], name="rating_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.score} for {self.ticket_id}"


class Participant(TenantModel):
    """A colleague of the requester who was asked in by somebody of the company: reads and writes like them."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="participants")
    requester = TenantForeignKey(Requester, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "ticket", "requester"], name="participant_once")]
        indexes = [models.Index(fields=["tenant", "requester", "ticket"], name="participant_person")]

    def __str__(self) -> str:
        return f"{self.requester_id} on {self.ticket_id}"
