"""Which tickets get which promises, and what would be promised."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from accounts.models import Customer, Product
from core.forms import LookForm
from sla.enums import Priority
from sla.models import Calendar, Policy
from tickets.enums import Channel, Kind
from tickets.models import PromiseRule, Queue
from tickets.process import process
from tickets.services.choosing import Facts, day_at

ANY = "—"


class PromiseRuleForm(TenantModelForm):
    """The promises of the tickets that fit all conditions that are set."""

    class Meta:
        model = PromiseRule
        fields = ["name", "policy", "calendar", "customer", "product", "queue", "kind", "priority", "position"]
        help_texts = {"position": _("The smallest is asked first.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "policy": Policy.objects.exclude(current=None),
            "calendar": Calendar.objects.exclude(current=None),
            "customer": Customer.objects.all(),
            "product": Product.objects.all(),
            "queue": Queue.objects.all(),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset
            if name in {"policy", "customer", "product"}:
                field.widget.attrs["data-pick"] = ""
        kind: Any = self.fields["kind"]
        kind.choices = [("", ANY), *process().kind_choices(also=self.instance.kind)]
        for name in ("calendar", *PromiseRule.CONDITIONS):
            condition: Any = self.fields[name]
            if hasattr(condition, "empty_label"):
                condition.empty_label = ANY
            else:
                condition.choices = [("", ANY), *condition.choices[1:]]

    @property
    def conditions(self) -> list[forms.BoundField]:
        return [self[name] for name in PromiseRule.CONDITIONS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in PromiseRule.CONDITIONS):
            self.add_error(
                None, _("Set a condition. Promises for all tickets are those “for tickets without a contract”.")
            )
        return data


class TrialForm(LookForm):
    """A ticket that might come."""

    received_at = forms.DateTimeField(
        label=_("Received at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    channel = forms.ChoiceField(label=_("Received by"), choices=Channel, required=False)
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"), required=False, empty_label=ANY)
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"), required=False, empty_label=ANY)
    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, initial=Kind.REQUEST)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority, initial=Priority.NORMAL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "customer": Customer.objects.select_related("office"),
            "product": Product.objects.all(),
            "queue": Queue.objects.select_related("office"),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset
            field.widget.attrs["data-pick"] = ""
        kind: Any = self.fields["kind"]
        kind.choices = process().kind_choices()

    @property
    def at(self) -> datetime:
        at: datetime = self.cleaned_data["received_at"]
        return at

    @property
    def zone(self) -> str:
        """Where such a ticket would be served."""
        data = self.cleaned_data
        return str((data["customer"] or data["queue"]).office.time_zone)

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            customer=data["customer"].pk if data["customer"] else None,
            product=data["product"].pk if data["product"] else None,
            queue=data["queue"].pk,
            kind=data["kind"],
            priority=data["priority"],
            on=day_at(self.at, self.zone),
        )

    @classmethod
    def begin(cls) -> dict[str, Any]:
        """What stands in it first: now."""
        return {"received_at": timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)}
