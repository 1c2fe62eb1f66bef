"""The ladder of reminders as people fill it in: one form a step."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.forms import LookForm
from sla.enums import Priority
from sla.ladder import MOST_STEPS, RAISE, Ladder, Step, Whom
from tickets.ladder_words import Names

PERCENT = "percent"
# Minutes of each unit, before or after the deadline.
UNITS = {"after_min": 1, "before_min": -1, "after_h": 60, "before_h": -60}
ACTIONS = ("priority", "queue", "member", "webhook")


EMPTY = {
    "opening": _("At once, also at night"),
    "queue": _("Stays where it is"),
    "member": _("Stays with whoever has it"),
    "webhook": pgettext_lazy("webhook", "None"),
}


class NamedField(forms.TypedChoiceField):
    """One of the things that a step may name, by its id; the choices are set once for all forms of a ladder."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)


class StepForm(LookForm):
    """One step: when, to whom, at which hours, and what else."""

    number = forms.IntegerField(label=pgettext_lazy("step", "When"), min_value=0, max_value=1000, required=False)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[
            (PERCENT, _("% of the time")),
            ("before_min", _("min before the deadline")),
            ("before_h", _("h before the deadline")),
            ("after_min", _("min after the deadline")),
            ("after_h", _("h after the deadline")),
        ],
        initial=PERCENT,
    )
    whom = forms.MultipleChoiceField(
        label=pgettext_lazy("step", "Mail to"),
        choices=[
            (Whom.ASSIGNEE.value, _("Consultant")),
            (Whom.TEAM.value, _("Team of the queue")),
            (Whom.LEADS.value, _("Team leads")),
            (Whom.CONTACT.value, _("Contact of the contract")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    opening = NamedField(label=pgettext_lazy("step", "Hours"))
    priority = forms.ChoiceField(label=_("Priority"), required=False)
    queue = NamedField(label=_("Move to the queue"))
    member = NamedField(label=_("Give it to"))
    webhook = NamedField(label=_("Call the webhook"))

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["priority"].choices = _priorities()
        for name, empty in EMPTY.items():
            fields[name].choices = [("", empty), *names[name].items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("DELETE") or not self.has_changed() or self.errors:
            return data
        number, unit = data.get("number"), data["unit"]
        if number is None or (unit == PERCENT and not number):
            self.add_error("number", _("Write a number."))
        elif not data["whom"] and not any(data[name] for name in ACTIONS):
            self.add_error("whom", _("Choose who gets a mail, or what else happens."))
        return data

    def step(self) -> Step:
        """The step of a valid form."""
        data = self.cleaned_data
        number, unit = data["number"], data["unit"]
        when = {"percent": number} if unit == PERCENT else {"minutes": number * UNITS[unit]}
        named = {name: data[name] for name in EMPTY}
        return Step(**when, whom=tuple(Whom(each) for each in data["whom"]), priority=data["priority"], **named)


def _priorities() -> list[tuple[str, str]]:
    least = [(each.value, gettext("At least %(priority)s") % {"priority": each.label}) for each in Priority]
    return [("", gettext("As it is")), (RAISE, gettext("One higher")), *least[:-1]]


class BaseSteps(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """The steps of one ladder."""

    def clean(self) -> None:
        seen: set[str] = set()
        for form in self.kept:
            if form.is_valid():
                place = form.step().place
                if place in seen:
                    form.add_error("number", _("There is a step at this time already."))
                seen.add(place)

    def is_valid(self) -> bool:
        # Errors that `clean` adds to a line come after Django has counted them.
        return super().is_valid() and not any(form.errors for form in self.kept)

    @property
    def kept(self) -> list[StepForm]:
        """The forms that are steps: neither removed nor left empty at the end."""
        filled = [form for form in self.forms if form.has_changed() or not form.empty_permitted]
        return [form for form in filled if not form.cleaned_data.get("DELETE")]

    def ladder(self) -> Ladder:
        return tuple(form.step() for form in self.kept)


def initial_of(step: Step) -> dict[str, Any]:
    """A stored step as its form shows it."""
    values = {name: getattr(step, name) for name in ("opening", "priority", "queue", "member", "webhook")}
    number, unit = step.percent, PERCENT
    if step.minutes:
        side = "after" if step.minutes > 0 else "before"
        hours, rest = divmod(abs(step.minutes), 60)
        number, unit = (abs(step.minutes), f"{side}_min") if rest else (hours, f"{side}_h")
    return values | {"number": number, "unit": unit, "whom": [whom.value for whom in step.whom]}


Steps = forms.formset_factory(
    StepForm, formset=BaseSteps, extra=1, max_num=MOST_STEPS, validate_max=True, can_delete=True
)
