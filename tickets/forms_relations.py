"""Forms that name another ticket, and that make one of a message."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import may
from accounts.models import Membership
from core.forms import LookForm
from tickets.enums import RelationKind
from tickets.models import Queue, Ticket

NUMBER = re.compile(r"(?:\D*-)?\s*(\d{1,18})")


class OtherTicketForm(LookForm):
    """A ticket by its number, with or without the letters before it: one that the member may see, as `ticket`."""

    number = forms.CharField(label=_("Number of the other ticket"), max_length=40)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self.ticket: Ticket | None = None

    def clean_number(self) -> str:
        typed = str(self.cleaned_data["number"]).strip()
        found = NUMBER.fullmatch(typed)
        seen = Ticket.objects.visible_to(self._member).select_related("tenant", "requester", "customer", "status")
        self.ticket = seen.filter(number=found[1]).first() if found else None
        if self.ticket is None:
            raise forms.ValidationError(_("There is no ticket of that number that you may see."))
        return typed


class MergeForm(OtherTicketForm):
    """The ticket to go on with: one that the member may work on."""

    def clean_number(self) -> str:
        typed = super().clean_number()
        if not may(self._member, "tickets.work", self.ticket):
            raise forms.ValidationError(_("You may see that ticket, but not work on it."))
        return typed


class RelationForm(OtherTicketForm):
    """What this ticket has to do with another."""

    kind = forms.ChoiceField(label=_("This ticket is"), choices=RelationKind)
    field_order = ("kind", "number")


class SplitForm(LookForm):
    """The ticket that a message is to become."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("Every list shows it."))
    queue = forms.ChoiceField(label=_("Queue"))

    def __init__(self, *args: Any, queues: list[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queues = {str(queue.pk): queue for queue in queues}
        field: Any = self.fields["queue"]
        field.choices = [(pk, queue.name) for pk, queue in self._queues.items()]

    @property
    def chosen_queue(self) -> Queue:
        return self._queues[self.cleaned_data["queue"]]
