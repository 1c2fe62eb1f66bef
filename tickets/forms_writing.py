"""The composer: what is written on a ticket, sent or kept as a draft."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import AfterSending
from accounts.models import Membership
from tickets.enums import FINISHED, Mode, StatusClass
from tickets.forms import FilesField, KeptFilesField, MinutesField, keep_new
from tickets.forms_work import DETAILS, WorkDetails
from tickets.models import Macro, Status, WorkType
from tickets.services.conversation import Written
from tickets.services.drafts import Spot, Typed

# What comes back as it was typed, beside the files.
AGAIN = ("mode", "text", "minutes", "work_type", "then", "macro")


class ComposerForm(WorkDetails):
    """A reply or a note, with time worked on it."""

    mode = forms.ChoiceField(choices=Mode)
    text = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 6}))
    uploads = FilesField(label=_("Files"), required=False)
    kept = KeptFilesField(label=_("Files"))
    minutes = MinutesField(label=_("Minutes"), required=False)
    work_type = forms.ModelChoiceField(WorkType.objects.none(), label=_("Type of work"), required=False)
    # Where the page stands with its draft; see tickets.services.drafts.Spot.
    page = forms.CharField(max_length=40, required=False)
    branch = forms.CharField(max_length=60, required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    # What is sent besides, and where its writer goes from there.
    status = forms.ModelChoiceField(Status.objects.none(), required=False)
    then = forms.ChoiceField(choices=AfterSending, required=False)
    macro = forms.ModelChoiceField(Macro.objects.none(), required=False)

    def __init__(
        self, *args: Any, work_types: list[WorkType], member: Membership | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        statuses: Any = self.fields["status"]
        statuses.queryset = sendable()
        macros: Any = self.fields["macro"]
        macros.queryset = Macro.objects.open_to(member) if member else Macro.objects.none()
        field: Any = self.fields["work_type"]
        field.queryset = WorkType.objects.all()
        field.empty_label = None
        field.choices = [(work_type.pk, str(work_type)) for work_type in work_types]
        field.widget.attrs["aria-label"] = field.label

    @property
    def kept_files(self) -> list[tuple[str, str]]:
        field: Any = self.fields["kept"]
        names: list[tuple[str, str]] = field.names(self["kept"].value() or [])
        return names

    def written(self) -> Written:
        data = self.cleaned_data
        return Written(text=data["text"].strip(), files=[*data["kept"], *data["uploads"]])

    def again(self) -> dict[str, Any]:
        """What was typed as the beginning of a new form, the files that came with it kept; after cleaning."""
        data = self.cleaned_data
        kept = [keep_new(file) for file in (*data.get("kept", ()), *data.get("uploads", ()))]
        return {name: self[name].value() for name in (*AGAIN, *DETAILS)} | {"kept": kept}

    @property
    def spot(self) -> Spot:
        """Where the page stands with its draft, after cleaning."""
        data = self.cleaned_data
        return Spot(data.get("page", ""), data.get("branch", ""), data.get("version") or 0)

    @property
    def typed(self) -> Typed:
        """What of it is worth keeping, after cleaning, however wrong the rest is."""
        data = self.cleaned_data
        return Typed(Mode(data["mode"]), data.get("text", ""), data.get("minutes"), data.get("work_type"))


class DraftForm(ComposerForm):
    """What stands in the composer while it is being written: half a word is enough, and minutes may be nonsense."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False
        # A draft is kept as it was typed.
        self.fields["text"].strip = False  # type: ignore[attr-defined]  # a CharField
        for name in ("uploads", "kept", "status", "then", "macro", *DETAILS):
            del self.fields[name]

    @property
    def can_be_kept(self) -> bool:
        return not {"mode", "text", "page", "branch"} & set(self.errors)


def sendable() -> QuerySet[Status]:
    """The statuses that a reply can set on its way."""
    return Status.objects.exclude(status_class__in=[*FINISHED, StatusClass.NEW, StatusClass.SCHEDULED])
