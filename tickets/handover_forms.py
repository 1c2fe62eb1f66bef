"""What a leaving member writes for whoever stands in."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from core.forms import LookForm
from tickets.models import Ticket

NEXT_STEP = Ticket._meta.get_field("next_step")


class NextStepsForm(LookForm):
    """The next step of each ticket, in a field `step-<id>` that remembers what stood there when the page was made."""

    def __init__(self, data: Any = None, *, tickets: Sequence[Ticket]) -> None:
        super().__init__(data)
        self._tickets = tickets
        for ticket in tickets:
            self.fields[f"step-{ticket.pk}"] = forms.CharField(
                label=ticket.title,
                required=False,
                max_length=NEXT_STEP.max_length,
                initial=ticket.next_step,
                widget=forms.Textarea(attrs={"rows": 3}),
                show_hidden_initial=True,
            )

    def changed_steps(self) -> Iterator[tuple[Ticket, str]]:
        """Those that were changed on the page."""
        for ticket in self._tickets:
            if f"step-{ticket.pk}" in self.changed_data:
                yield ticket, self.cleaned_data[f"step-{ticket.pk}"]
