"""What people fill in at the portal. Forms that change something carry a token that is good for one press."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Product, Requester
from core.forms import LookForm, LookMixin
from core.tokens import new_token
from portal.enums import Badly
from portal.limits import has_written_enough, takes_files
from portal.models import Portal
from tickets.enums import Kind
from tickets.forms import FilesField, KeptFilesField, keep_new
from tickets.forms_own import Asked, OwnFieldsMixin
from tickets.models.aftercare import BEST
from tickets.process import Process, process
from tickets.requirements import Stage
from tickets.scores import score_words
from tickets.services.conversation import NewFile, Written

TOKEN = RegexValidator(r"\A[A-Za-z0-9_-]{16,64}\Z")
LONGEST = 20_000


class SignInForm(LookForm):
    """The address that is to be proved."""

    email = forms.EmailField(
        label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class OnceForm(LookForm):
    """The base of what may happen once a press."""

    form_token = forms.CharField(max_length=64, widget=forms.HiddenInput, validators=[TOKEN])

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_token": new_token()} | (kwargs.get("initial") or {})
        super().__init__(data, files, **kwargs)


class ReasonForm(OnceForm):
    """Why a solution does not help."""

    reason = forms.CharField(
        label=_("What is still wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class InviteForm(OnceForm):
    """A colleague, by their address."""

    email = forms.EmailField(label=_("Email address of a colleague"))


class FilesMixin(OnceForm):
    """Files by any way: chosen, dropped, or taken with a phone's camera; what came with a refused form is kept."""

    uploads = FilesField(label=_("Files"), required=False, help_text=_("Drop them here, or choose them."))
    photo = FilesField(label=_("Take a photo"), required=False)
    kept = KeptFilesField(label=_("Files"))

    def __init__(self, data: Any = None, files: Any = None, *, person: Requester, **kwargs: Any) -> None:
        self.person, self.is_too_much = person, False
        super().__init__(self._with_files(data, files), **kwargs)
        self.fields["photo"].widget.attrs |= {"accept": "image/*", "capture": "environment"}

    @property
    def brought(self) -> list[NewFile]:
        """All that goes along, after cleaning."""
        return list(self.cleaned_data.get("kept", ()))

    @property
    def kept_files(self) -> list[tuple[str, str]]:
        """(value, name) of each that is here already."""
        field: Any = self.fields["kept"]
        names: list[tuple[str, str]] = field.names(self["kept"].value() or [])
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_too_much or (not self.errors and has_written_enough(self.person)):
            raise forms.ValidationError(_("This is more than we take within an hour. Wait a little, then try again."))
        return data

    def _with_files(self, data: QueryDict | None, files: MultiValueDict[str, Any] | None) -> QueryDict | None:
        """The posted values with the files stored and named in `kept`, so that they outlive a form that is refused."""
        if data is None or not files:
            return data
        found = [upload for name in ("uploads", "photo") for upload in files.getlist(name)]
        try:
            new = FilesField(required=False).clean(found)
        except forms.ValidationError:
            self.is_too_much = True
            return data
        if not takes_files(self.person, new):
            self.is_too_much = True
            return data
        with_them = data.copy()
        with_them.setlist("kept", [*data.getlist("kept"), *(keep_new(file) for file in new)])
        return with_them


class MessageForm(FilesMixin):
    """Something more on a ticket."""

    text = forms.CharField(
        label=_("Write a message"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["text", "kept", "uploads", "photo"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data.get("text") and not self.brought:
            self.add_error("text", _("This has to be filled in."))
        return data

    def written(self) -> Written:
        return Written(text=self.cleaned_data["text"].strip(), files=self.brought)


class AskForm(OwnFieldsMixin, FilesMixin):
    """What is wrong, in their own words; then only what the kind needs."""

    words = forms.CharField(
        label=_("What is wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )
    kind = forms.ChoiceField(label=_("What is it about?"))
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Which product?"), required=False)
    badly = forms.ChoiceField(label=_("How badly does it stop you?"), choices=Badly, initial=Badly.NORMAL)

    def __init__(self, data: Any = None, files: Any = None, *, portal: Portal, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["words"].widget.attrs |= {
            "class": "form-control fs-3",
            "hx-post": reverse("portal:suggest"),
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#found",
        }
        own = process()
        kind: Any = self.fields["kind"]
        kind.choices = kind_choices(portal, own)
        product: Any = self.fields["product"]
        product.queryset, product.empty_label = Product.objects.all(), _("I do not know")
        if not product.queryset.exists():
            del self.fields["product"]
        self.ask(Asked(process=in_portal(own), stage=Stage.MADE))

    @property
    def title(self) -> str:
        """The first line, or as much of it as a title takes."""
        line = str(self.cleaned_data["words"]).strip().splitlines()[0]
        return line if len(line) <= 120 else f"{line[:119].rsplit(' ', 1)[0]}…"


def in_portal(own: Process) -> Process:
    """The fields that requesters fill in. A rule that asks another field is never met here."""
    return replace(own, fields=tuple(each for each in own.fields if each.in_portal))


def kind_choices(portal: Portal, own: Process) -> list[tuple[str, Any]]:
    """What the tenant lets people ask for, by its own names; requests in the end, so that there is always one."""
    used = [kind for kind in Kind if kind in portal.kinds and not own.is_off(kind)] or [Kind.REQUEST]
    return [(kind.value, own.kind_label(kind)) for kind in used]


class PersonForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What requesters keep themselves."""

    class Meta:
        model = Requester
        fields = ["name", "title", "phone", "language", "takes_receipts", "takes_surveys"]


class WishForm(OnceForm):
    """What somebody wants to be done with what is kept of them."""

    wish = forms.ChoiceField(
        label=_("What do you want?"),
        choices=[
            ("erase", _("Erase what is kept of me")),
            ("correct", _("Correct something")),
            ("stop", _("Do not use it any more")),
        ],
    )
    text = forms.CharField(
        label=_("Anything to add"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RatingForm(LookForm):
    """How it was."""

    score = forms.TypedChoiceField(
        label=_("How was it?"),
        coerce=int,
        choices=[],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("What should we know?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        score: Any = self.fields["score"]
        score.choices = [(str(each), score_words(each)) for each in range(BEST, 0, -1)]
