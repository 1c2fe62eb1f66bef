"""A rule as its page asks for it: when, for what, and what then."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import TenantModelForm, WordsField, member_choice
from accounts.models import Team
from tickets.actions import ME, write
from tickets.enums import BulkKind, RuleClock, RuleEvent
from tickets.forms_actions import ActionsMixin, Names
from tickets.forms_responses import actions_of, check_names
from tickets.models import Rule

WHEN = ("events", "clock", "amount", "unit")
TOLD = ("tell", "tell_member", "tell_team")


def names_for_rules(names: Names) -> Names:
    """Without the one who runs it: a rule runs by itself."""
    assign = {value: label for value, label in names[BulkKind.ASSIGN].items() if value != ME}
    return {**names, BulkKind.ASSIGN: assign}


class RuleForm(ActionsMixin, TenantModelForm):
    """All of a rule but its conditions, which are chosen on a list."""

    events = forms.MultipleChoiceField(
        label=_("When it happens"),
        choices=RuleEvent,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Any of these. What rules do themselves starts no rule."),
    )
    words = WordsField(
        label=_("Only with one of these words"),
        longest=40,
        help_text=_("In the title or in what the requester wrote, at the beginning of a word. Separated by commas."),
    )

    class Meta:
        model = Rule
        fields = ["name", *WHEN, "words", "note", *TOLD, "position"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "clock": _("Once for each such moment of a ticket, by the clock on the wall."),
            "tell": _("By their own choice of news, with the note. Who may not see the ticket is not told."),
        }

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["clock"].choices = [("", _("No clock")), *RuleClock.choices]
        fields["tell"].choices = [("", pgettext_lazy("tell", "Nobody")), *fields["tell"].choices[1:]]
        fields["amount"].required = fields["unit"].required = False
        member_choice(fields["tell_member"])
        fields["tell_team"].queryset, fields["tell_team"].empty_label = (
            Team.objects.all(),
            pgettext_lazy("tell", "None"),
        )
        self.initial.setdefault("words", self.instance.words)
        self.add_action_fields(names_for_rules(names), actions_of(self.instance))

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_note(self) -> str:
        return check_names(self.cleaned_data["note"])

    def clean_amount(self) -> int:
        return int(self.cleaned_data["amount"] or self.instance.amount)

    def clean_unit(self) -> str:
        return str(self.cleaned_data["unit"] or self.instance.unit)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("events")) == bool(data.get("clock")) and not {"events", "clock"} & set(self.errors):
            both = _("Choose either what happens or a clock, not both.")
            self.add_error("clock", both if data.get("clock") else _("Choose what happens, or a clock."))
        actions = self.clean_actions()
        if not (actions or data.get("note") or self.errors):
            self.add_error(None, _("Choose what the rule does."))
        told = data.get("tell") or data.get("tell_member") or data.get("tell_team")
        if told and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Write what they are told."))
        self.instance.actions = write(actions)
        return data

    @property
    def deeds(self) -> list[forms.BoundField]:
        """For the page: what a ticket gets."""
        return [self[name] for name in self.fields if name.startswith("do_")]

    @property
    def told(self) -> list[forms.BoundField]:
        """For the page: who hears of it."""
        return [self[name] for name in TOLD]
