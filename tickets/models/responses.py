"""What a team has ready: texts to answer with, and macros that set a ticket right in one go."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.fields import TenantForeignKey
from accounts.models import Membership, Team, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import Audience
from tickets.models.queues import Queue


class Ready(TenantModel):
    """Something kept under a title, for its owner, a team or everybody; in one queue only, where one is named."""

    title = models.CharField(_("Title"), max_length=80)
    audience = models.CharField(_("For"), max_length=4, choices=Audience, default=Audience.MINE)
    owner = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    team = TenantForeignKey(Team, models.CASCADE, null=True, blank=True, verbose_name=_("Team"), related_name="+")
    queue = TenantForeignKey(
        Queue,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("Only in this queue"),
        related_name="+",
    )
    # How often it was taken: what is used most is offered first.
    used = models.PositiveIntegerField(default=0, editable=False)

    class Meta(TenantModel.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience=Audience.TEAM) | Q(team__isnull=False), name="%(class)s_of_team"
            )
        ]
        indexes = [models.Index(fields=["tenant", "-used"], name="%(class)s_used")]
        ordering = ["-used", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def audience_words(self) -> str:
        """Who has it."""
        return self.team.name if self.team else str(Audience(self.audience).label)


def _open_to(member: Membership) -> Q:
    """The member's own, those of their teams, and everybody's."""
    teams = Team.objects.filter(group__user=member.user_id).values("pk")
    own = Q(audience=Audience.MINE, owner=member)
    return own | Q(audience=Audience.TEAM, team__in=teams) | Q(audience=Audience.ALL)


def _fits(queue: int) -> Q:
    return Q(queue=None) | Q(queue=queue)


class ResponseQuerySet(TenantQuerySet["CannedResponse"]):
    def open_to(self, member: Membership) -> "ResponseQuerySet":
        return self.filter(_open_to(member))

    def fitting(self, queue: int, words: str = "") -> "ResponseQuerySet":
        """Those for tickets of the queue that the words find."""
        return self.filter(_fits(queue)).found_by(words)

    def found_by(self, words: str) -> "ResponseQuerySet":
        """Those with each of the words in their title or a text."""
        found = self
        for word in words.split():
            texts = ResponseText.objects.filter(text__icontains=word).values("response")
            found = found.filter(Q(title__icontains=word) | Q(pk__in=texts))
        return found


class MacroQuerySet(TenantQuerySet["Macro"]):
    def open_to(self, member: Membership) -> "MacroQuerySet":
        return self.filter(_open_to(member))

    def fitting(self, queue: int, words: str = "") -> "MacroQuerySet":
        """Those for tickets of the queue, with each of the words in their title."""
        found = self.filter(_fits(queue))
        for word in words.split():
            found = found.filter(title__icontains=word)
        return found

    def for_many(self) -> "MacroQuerySet":
        """Those that say nothing to requesters, so that they may run on many tickets."""
        return self.filter(response=None)


ResponseManager = TenantManager.from_queryset(ResponseQuerySet)
MacroManager = TenantManager.from_queryset(MacroQuerySet)


class CannedResponse(Ready):
    """A text that answers what is asked again and again, in the languages that it was written in."""

    objects: ClassVar[ResponseManager["CannedResponse"]] = ResponseManager()

    def text_for(self, *languages: str) -> "ResponseText | None":
        """Its text in the first of the languages that it has one in; else any."""
        texts = {text.language: text for text in self.texts.all()}
        return next((texts[each] for each in languages if each in texts), None) or next(iter(texts.values()), None)


class ResponseText(TenantModel):
    """The response in one language; its variables are those of tickets.wording."""

    response = TenantForeignKey(CannedResponse, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5, choices=Language)
    text = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "response", "language"], name="response_language")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.response_id} {self.language}"


class Macro(Ready):
    """A response, a note and what a ticket gets, each of them optional, under one title."""

    response = TenantForeignKey(
        CannedResponse,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("Canned response"),
        related_name="+",
        help_text=_("Its text is put into the reply, where it can still be changed."),
    )
    note = models.TextField(_("Internal note"), blank=True, max_length=4000)
    # As tickets.actions writes it.
    actions = models.JSONField(default=list, editable=False)

    objects: ClassVar[MacroManager["Macro"]] = MacroManager()
