"""Canned responses and macros as they are written."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.models import Membership
from tickets.actions import Action, BadActions, read, write
from tickets.enums import Audience
from tickets.forms_actions import ActionsMixin, Names
from tickets.forms_views import AudienceForm
from tickets.models import CannedResponse, Macro, Queue
from tickets.wording import unknown_in

LONGEST = 20_000


def check_names(text: str) -> str:
    """The text, stripped. Raises ValidationError for variables that there are not."""
    if unknown := unknown_in(text):
        said = ", ".join(f"“{name}”" for name in unknown)
        raise forms.ValidationError(_("There is no variable %(names)s. See the list of variables.") % {"names": said})
    return text.strip()


class ReadyForm(AudienceForm):
    """A title, who has it, and where it is offered."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, member=member, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["queue"].queryset, fields["queue"].empty_label = Queue.objects.open_to(member), _("In all queues")


class ResponseForm(ReadyForm):
    """A response with a text for each language, of which one is enough."""

    class Meta:
        model = CannedResponse
        fields = ["title", "audience", "team", "queue"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {text.language: text.text for text in self.instance.texts.all()} if self.instance.pk else {}
        for language in Language:
            label = _("Text in %(language)s") % {"language": language.label}
            box = forms.Textarea(attrs={"rows": 7, "lang": language.value})
            name = f"text_{language}"
            self.fields[name] = forms.CharField(label=label, max_length=LONGEST, required=False, widget=box)
            self.initial.setdefault(name, known.get(language, ""))

    @property
    def texts(self) -> dict[str, str]:
        """By language, after cleaning."""
        return {language.value: self.cleaned_data[f"text_{language}"] for language in Language}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        names = [f"text_{language}" for language in Language]
        for name in names:
            try:
                data[name] = check_names(data.get(name) or "")
            except forms.ValidationError as problem:
                self.add_error(name, problem)
        if not any(data.get(name) for name in names) and not set(names) & set(self.errors):
            self.add_error(names[0], _("Write the text in one language at least."))
        return data


class MacroForm(ActionsMixin, ReadyForm):
    """A macro: what it says, what it notes, and what the ticket gets."""

    class Meta:
        model = Macro
        fields = ["title", "audience", "team", "queue", "response", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, member: Membership, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, member=member, **kwargs)
        field: Any = self.fields["response"]
        field.queryset, field.empty_label = CannedResponse.objects.open_to(member), _("No text")
        self.add_action_fields(names, actions_of(self.instance))

    def clean_note(self) -> str:
        return check_names(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        actions = self.clean_actions()
        if not (actions or data.get("note") or data.get("response") or self.errors):
            self.add_error(None, _("Choose what the macro does."))
        response = data.get("response")
        if response and data.get("audience", self.instance.audience) == Audience.ALL != response.audience:
            self.add_error("response", _("This response is not for everybody, so others would not see it."))
        self.instance.actions = write(actions)
        return data


def actions_of(macro: Macro) -> tuple[Action, ...]:
    """What it sets; nothing where the product has forgotten what that was."""
    try:
        return read(macro.actions)
    except BadActions:
        return ()
