"""What the portal says of an incident."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from core.forms import LookForm


class IncidentForm(LookForm):
    """A short text in each language that requesters read."""

    def __init__(self, *args: Any, texts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language:
            self.fields[language.value] = forms.CharField(
                label=_("Text, %(language)s") % {"language": language.label},
                required=False,
                max_length=300,
                initial=texts.get(language.value, ""),
                widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
            )

    @property
    def texts(self) -> dict[str, str]:
        """By language."""
        return {language.value: " ".join(self.cleaned_data[language.value].split()) for language in Language}
