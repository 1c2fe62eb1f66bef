"""Work on a ticket, corrected; what is being typed of it; and what people decide of the ticket."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from billing.enums import Credit
from core.forms import LookForm
from tickets.enums import Billing
from tickets.forms import MinutesField
from tickets.forms_work import WorkDetails
from tickets.models import Ticket, WorkEntry, WorkType


class EntryForm(WorkDetails):
    """All that can be said of one piece of work."""

    work_type = forms.ModelChoiceField(WorkType.objects.none(), label=_("Type of work"), empty_label=None)
    minutes = MinutesField(label=_("Minutes"), required=False, help_text=_("Or from when to when."))
    field_order = ["done", "work_type", "minutes", "work_day", "begun", "ended"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["work_type"]
        field.queryset = WorkType.objects.all()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("minutes") and not self.errors:
            self.add_error("minutes", _("Say how long it took."))
        return data


class AddForm(EntryForm):
    """Work that somebody did and nobody wrote down."""

    member = forms.ModelChoiceField(Membership.objects.none(), label=_("Who did it"), empty_label=None)
    field_order = ["member", *EntryForm.field_order]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.queryset = Membership.objects.assignable()


class TypedForm(EntryForm):
    """Work as it stands half typed in some form; whatever is no sense yet counts as not typed."""

    solution = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work_type"].required = False

    def entry(self, ticket: Ticket, member: Membership) -> WorkEntry | None:
        """Unsaved, or None where no time was typed; after cleaning."""
        data = self.cleaned_data
        if not data.get("minutes"):
            return None
        return WorkEntry(
            ticket=ticket,
            member=member,
            minutes=data["minutes"],
            work_type=data.get("work_type") or WorkType.objects.order_by("position", "pk")[0],
            ended_at=data.get("ended_at") or timezone.now() - timedelta(seconds=1),
            timed=data.get("ended_at") is not None,
            text=data.get("done") or data.get("solution", ""),
            billing=data.get("billing") or Billing.BILLABLE,
            reason=data.get("reason", ""),
            approver=data.get("approver"),
            kilometres=data.get("kilometres") or Decimal(0),
            called_out=bool(data.get("called_out")),
        )


class OrderForm(LookForm):
    """The number by which the customer's side knows the work."""

    order_number = forms.CharField(label=_("Order number"), max_length=40, required=False)


class CreditForm(LookForm):
    """What a customer gets for a broken promise."""

    credit = forms.ChoiceField(label=_("Credit for the broken promise"), choices=Credit)
    credit_note = forms.CharField(label=_("Why"), max_length=300, required=False)
