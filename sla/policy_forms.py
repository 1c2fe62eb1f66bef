"""Promises and contracts as people type them."""

from collections.abc import Mapping
from datetime import time
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Language
from accounts.forms import TenantModelForm
from accounts.models import Customer, LegalEntity
from sla.enums import Priority
from sla.forms import DurationField
from sla.log import Metric
from sla.models import Calendar, Contract, Policy, PolicyVersion

METRICS: dict[str, Promise] = {
    Metric.FIRST_RESPONSE.value: _("First response"),
    Metric.INVESTIGATION_START.value: _("Start of investigation"),
    Metric.RESOLUTION.value: _("Resolution"),
}
MORE_METRICS: dict[str, Promise] = {
    Metric.NEXT_REPLY.value: pgettext_lazy("promise", "Next reply"),
    Metric.PERIODIC_UPDATE.value: pgettext_lazy("promise", "Update"),
    Metric.RESTORE.value: pgettext_lazy("promise", "Restore"),
}
PAUSES = [
    ("waiting_requester", _("the requester is waited for")),
    ("waiting_third_party", _("a supplier is waited for")),
    ("scheduled", _("the work is scheduled for later")),
]
AS_THEY_ARE = ("calendar", "pauses", "first_response_pauses", "phone_responds", "reopening", "on_change", "merging")

Row = tuple[Promise | str, list[forms.BoundField]]


def _field_of(name: str) -> Any:
    return cast(Any, PolicyVersion._meta.get_field(name)).formfield()


class PolicyForm(TenantModelForm):
    """What is promised: one target per priority and promise, a date by business days, and what stops the clock."""

    calendar = forms.ModelChoiceField(Calendar.objects.none(), label=_("Calendar"), empty_label=None)
    for_all = forms.BooleanField(
        label=_("For tickets without a contract"),
        required=False,
        help_text=_("One policy at most; it takes the place of the one before."),
    )
    next_day_priorities = forms.MultipleChoiceField(
        label=_("Solved by date, for the priorities"),
        choices=Priority,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    next_day_days = forms.IntegerField(
        label=_("Business days on"), min_value=0, max_value=60, initial=1, required=False
    )
    next_day_by = forms.TimeField(label=_("By what time"), initial=time(12), required=False)
    next_day_cutoff = forms.TimeField(
        label=_("If received by"), initial=time(15), required=False, help_text=_("Later counts as the next day.")
    )
    pauses = forms.MultipleChoiceField(
        label=_("The clock stops while"),
        choices=PAUSES,
        initial=["waiting_requester", "scheduled"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first_response_pauses = _field_of("first_response_pauses")
    phone_responds = _field_of("phone_responds")
    reopening = _field_of("reopening")
    on_change = _field_of("on_change")
    merging = _field_of("merging")

    class Meta:
        model = Policy
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["calendar"]
        field.queryset = Calendar.objects.exclude(current=None)
        version = self.instance.current
        targets: Mapping[str, Mapping[str, int]] = version.targets if version else {}
        for priority in Priority:
            for metric, name in (METRICS | MORE_METRICS).items():
                key = f"{priority}_{metric}"
                label = _("%(priority)s: %(promise)s") % {"priority": priority.label, "promise": name}
                self.fields[key] = DurationField(label=label)
                self.initial.setdefault(key, targets.get(priority, {}).get(metric))
        if version:
            self.initial.update(_shown(version), for_all=self.instance.is_default)

    @property
    def grid(self) -> list[Row]:
        """Rows of the table: the priority, and its fields in the order of METRICS."""
        return self._rows(METRICS)

    @property
    def more_grid(self) -> list[Row]:
        """The same for MORE_METRICS, which few promise."""
        return self._rows(MORE_METRICS)

    def _rows(self, metrics: Mapping[str, Promise]) -> list[Row]:
        return [(priority.label, [self[f"{priority}_{metric}"] for metric in metrics]) for priority in Priority]

    @property
    def promises_more(self) -> bool:
        """Whether any of the promises that few make is made, or was typed wrongly."""
        typed = [self[f"{priority}_{metric}"] for priority in Priority for metric in MORE_METRICS]
        return any(field.value() or field.errors for field in [*typed, self["next_day_priorities"]])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("days", "by", "cutoff"):
            field = f"next_day_{name}"
            if data.get("next_day_priorities") and data.get(field) is None and field not in self.errors:
                self.add_error(field, _("This is needed for a promise by date."))
        return data

    def rules(self) -> dict[str, Any]:
        """The fields of a policy version."""
        data = self.cleaned_data
        plain = {name: data[name] for name in AS_THEY_ARE}
        return plain | {"targets": self._targets(), "next_day": self._next_day()}

    def _targets(self) -> dict[str, dict[str, int]]:
        targets = {
            str(priority): {
                metric: minutes
                for metric in METRICS | MORE_METRICS
                if (minutes := self.cleaned_data[f"{priority}_{metric}"])
            }
            for priority in Priority
        }
        return {priority: promised for priority, promised in targets.items() if promised}

    def _next_day(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data["next_day_priorities"]:
            return {}
        clocks = {name: data[f"next_day_{name}"].strftime("%H:%M") for name in ("by", "cutoff")}
        return {"days": data["next_day_days"], **clocks, "priorities": data["next_day_priorities"]}


def _shown(version: PolicyVersion) -> dict[str, Any]:
    """A version as the form's initial values."""
    plain = {name: getattr(version, name) for name in AS_THEY_ARE if name != "calendar"}
    dated = {f"next_day_{name}": value for name, value in version.next_day.items()}
    return plain | dated | {"calendar": version.calendar_id}


class ContractForm(TenantModelForm):
    """What a customer has bought."""

    class Meta:
        model = Contract
        fields = ["number", "customer", "legal_entity", "policy", "calendar", "starts_on", "ends_on"]
        fields += ["contact_name", "contact_email", "contact_language"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }
        help_texts = {
            "ends_on": _("Empty: until further notice"),
            "contact_name": _("Is told of a promise where its reminders say so. May be somebody outside."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "customer": Customer.objects.all(),
            "legal_entity": LegalEntity.objects.order_by("name"),
            "policy": Policy.objects.exclude(current=None),
            "calendar": Calendar.objects.exclude(current=None),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset
            field.widget.attrs["data-pick"] = ""
        language: Any = self.fields["contact_language"]
        language.choices = [("", _("That of the customer")), *Language.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end lies before the start."))
        if data.get("contact_name") and not data.get("contact_email") and "contact_email" not in self.errors:
            self.add_error("contact_email", _("Write the address that reminders go to."))
        return data
