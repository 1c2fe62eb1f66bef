"""What a tenant decides of its portal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.forms import TenantModelForm, WordsField
from accounts.models import Requester
from core.forms import LookMixin
from portal.look import OUR_HUE, colour_of, hue_of
from portal.models import Portal, PortalText
from tickets.enums import Kind
from tickets.models import Aftercare, Queue
from tickets.models.aftercare import MOST_DAYS
from tickets.process import process

LARGEST_LOGO = 256 * 1024
# What a file of each kind begins with: what it is called proves nothing.
BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class PortalForm(TenantModelForm):
    """The portal itself: open or not, for whom, for what, and how it looks."""

    kinds = forms.MultipleChoiceField(label=_("What can be asked for"), widget=forms.CheckboxSelectMultiple)
    own_colour = forms.BooleanField(label=_("A colour of our own"), required=False)
    colour = forms.CharField(
        label=_("Colour"),
        required=False,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Its hue is taken; how light and strong it is stays, so that everybody can read the words."),
    )
    logo = forms.FileField(label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 256 kB."))
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Portal
        fields = ["is_on", "guests", "queue", "kinds", "key_users", "shows_costs"]
        help_texts = {
            "guests": _("Whoever signs in proves the address by a mailed code first."),
            "key_users": _("You grant it to each person, on their page under Requesters."),
            "shows_costs": _("What was invoiced of it, and what the work since then costs."),
        }

    def __init__(self, *args: Any, billing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not billing:
            del self.fields["shows_costs"]
        fields: dict[str, Any] = self.fields
        fields["queue"].queryset, fields["queue"].empty_label = Queue.objects.all(), None
        fields["kinds"].choices = process().kind_choices()
        hue = self.instance.hue
        self.initial["own_colour"] = hue is not None
        self.initial["colour"] = colour_of(OUR_HUE if hue is None else hue)
        for language in Language:
            self.fields[f"welcome_{language}"] = forms.CharField(
                label=_("Welcome, %(language)s") % {"language": language.label},
                max_length=300,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        if not self.instance.logo_type:
            del self.fields["no_logo"]

    def clean_kinds(self) -> list[str]:
        return [kind.value for kind in Kind if kind in self.cleaned_data["kinds"]]

    def clean_colour(self) -> int | None:
        colour = self.cleaned_data["colour"]
        try:
            found = hue_of(colour) if len(colour) == 7 and colour[0] == "#" else None
        except ValueError:
            found = None
        return found

    def clean_logo(self) -> tuple[bytes, str] | None:
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        if upload.size > LARGEST_LOGO:
            raise ValidationError(_("PNG or JPEG, at most 256 kB."))
        content = upload.read()
        kind = next((kind for beginning, kind in BEGINNINGS.items() if content.startswith(beginning)), "")
        if not kind:
            raise ValidationError(_("PNG or JPEG, at most 256 kB."))
        return content, kind

    @property
    def hue(self) -> int | None:
        return self.cleaned_data["colour"] if self.cleaned_data["own_colour"] else None

    @property
    def welcomes(self) -> dict[str, str]:
        """By language."""
        return {language.value: self.cleaned_data[f"welcome_{language}"].strip() for language in Language}

    def show_texts(self) -> None:
        """Begin with the words that are kept."""
        for text in PortalText.objects.filter(portal=self.instance.pk):
            self.initial[f"welcome_{text.language}"] = text.welcome


class AftercareForm(TenantModelForm):
    """What follows a solution."""

    remind_days = WordsField(
        label=_("Remind after so many days"),
        longest=3,
        help_text=_("Days after the solution, separated by commas; empty for no reminder."),
    )

    class Meta:
        model = Aftercare
        fields = ["is_on", "remind_days", "close_days", "reopen_days", "asks_rating"]
        help_texts = {
            "is_on": _("In the requester's language. What is solved already is left in peace."),
            "close_days": _("After the solution, with a notice to the requester."),
            "asks_rating": _("One click in a mail; nobody is asked twice within two weeks."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["remind_days"] = ", ".join(map(str, self.instance.remind_days))

    def clean_remind_days(self) -> list[int]:
        words = self.cleaned_data["remind_days"]
        if len(words) > 5 or not all(
            word.isascii() and word.isdecimal() and 0 < int(word) <= MOST_DAYS for word in words
        ):
            raise ValidationError(_("At most five whole numbers of days, each from 1 to 365."))
        return sorted({int(word) for word in words})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days, closes = data.get("remind_days") or [], data.get("close_days")
        if days and closes and closes <= max(days):
            self.add_error("close_days", _("Later than the last reminder."))
        return data


class AccessForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What one requester may see in the portal."""

    class Meta:
        model = Requester
        fields = ["sees_company"]
