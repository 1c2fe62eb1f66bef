"""The form of a ticket's small steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from core.forms import LookForm


class TasksForm(LookForm):
    """Steps, one a line, perhaps with who does them and until when."""

    texts = forms.CharField(label=_("Tasks, one a line"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))
    member = forms.ChoiceField(label=_("Who"), required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "task_%s"
        self._members = {str(member.pk): member for member in members}
        field: Any = self.fields["member"]
        field.choices = [("", "—"), *((pk, member.name) for pk, member in self._members.items())]

    @property
    def lines(self) -> list[str]:
        typed = (" ".join(line.split()) for line in self.cleaned_data["texts"].splitlines())
        return [line for line in typed if line]

    @property
    def chosen_member(self) -> Membership | None:
        return self._members.get(self.cleaned_data["member"])
