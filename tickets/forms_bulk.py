"""What many tickets are to get."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.standing_in import Away
from core.forms import LookForm
from sla.enums import Priority
from tickets.away_choices import named
from tickets.enums import FINISHED, BulkKind, StatusClass
from tickets.models import Macro, Queue, Status, Tag, Ticket
from tickets.process import process
from tickets.services.tagging import find_or_make

LABELS = {
    BulkKind.ASSIGN: _("To whom"),
    BulkKind.MOVE: _("To which queue"),
    BulkKind.STATUS: _("Status"),
    BulkKind.PRIORITY: _("Priority"),
    BulkKind.KIND: _("Kind"),
    BulkKind.TAG: _("Tag"),
    BulkKind.UNTAG: _("Tag"),
    BulkKind.MACRO: _("Macro"),
}


NO_TEXTS = _("Macros that write to requesters are left out. Notes stay even if the rest is taken back.")


class TagForm(LookForm):
    """A word for one ticket."""

    name = forms.CharField(label=_("Add tag"), max_length=40)


class BulkForm(LookForm):
    """One value, chosen from what the member may give; for a new tag, written."""

    given = forms.ChoiceField(label="")
    notify = forms.BooleanField(
        label=_("Mail the details of each ticket to the consultant"),
        help_text=_("One mail for each ticket. Without it they find the tickets in their list."),
        required=False,
    )

    def __init__(
        self, *args: Any, kind: BulkKind, member: Membership, away: Mapping[int, Away], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.choices: list[tuple[str, Any]] = []
        if kind not in (BulkKind.ASSIGN, BulkKind.MACRO):
            del self.fields["notify"]
        if kind == BulkKind.TAG:
            self.fields["given"] = forms.CharField(
                label=_("Tag"), max_length=40, help_text=_("A new word makes a new tag.")
            )
            return
        self.choices = choices_of(kind, member, away)
        help_text = NO_TEXTS if kind == BulkKind.MACRO else ""
        self.fields["given"] = forms.ChoiceField(label=LABELS[kind], choices=self.choices, help_text=help_text)

    @property
    def value(self) -> str:
        given = str(self.cleaned_data["given"])
        return str(find_or_make(given).pk) if self.kind == BulkKind.TAG else given

    @property
    def words(self) -> str:
        given = self.cleaned_data["given"]
        return str(dict(self.choices).get(given, given))

    def now_of(self, ticket: Ticket) -> str:
        """What the ticket has now."""
        if self.kind == BulkKind.ASSIGN:
            return ticket.assignee.name if ticket.assignee else str(_("Nobody"))
        words: dict[BulkKind, str] = {
            BulkKind.MOVE: ticket.queue.name,
            BulkKind.STATUS: str(ticket.status),
            BulkKind.PRIORITY: ticket.get_priority_display(),
            BulkKind.KIND: str(process().kind_label(ticket.kind)),
        }
        return words.get(self.kind, "")

    def clean_given(self) -> str:
        given = str(self.cleaned_data["given"]).strip()
        if not given or "\0" in given:
            raise forms.ValidationError(_("Write a word."))
        return given


def choices_of(kind: BulkKind, member: Membership, away: Mapping[int, Away]) -> list[tuple[str, Any]]:
    """What a member may give with a deed of that kind: values with their words."""
    if kind == BulkKind.ASSIGN:
        return [(str(pk), words) for pk, words in named(Membership.objects.assignable(), away).items()]
    if kind == BulkKind.MOVE:
        return [(str(queue.pk), queue.name) for queue in Queue.objects.open_to(member)]
    if kind == BulkKind.STATUS:
        # Those that need neither words to the requester nor a time.
        left_out = [*FINISHED, StatusClass.SCHEDULED]
        return [(str(status.pk), str(status)) for status in Status.objects.exclude(status_class__in=left_out)]
    if kind == BulkKind.MACRO:
        return [(str(macro.pk), macro.title) for macro in Macro.objects.open_to(member).for_many()]
    if kind == BulkKind.UNTAG:
        return [(str(each.pk), each.name) for each in Tag.objects.all()]
    return list(Priority.choices) if kind == BulkKind.PRIORITY else process().kind_choices()
