"""Forms of side conversations."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.forms import LookForm
from core.templatetags.vaste import filesize_short
from tickets.forms import FilesField
from tickets.models import Attachment, Ticket
from tickets.services.conversation import Written
from tickets.services.sides import Question
from tickets.threads import plain_address

MOST_ADDRESSES = 10


class AnswerForm(LookForm):
    """More words in a side conversation."""

    text = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 4}))
    uploads = FilesField(label=_("Files"), required=False)

    def written(self) -> Written:
        return Written(text=self.cleaned_data["text"].strip(), files=self.cleaned_data["uploads"])


class QuestionForm(AnswerForm):
    """Whom to ask, and what; `along` are those of the ticket's public messages, at most these go along."""

    to = forms.CharField(label=_("To"), max_length=1000, help_text=_("Mail addresses, separated by commas."))
    subject = forms.CharField(label=_("Subject"), max_length=200)
    along = forms.MultipleChoiceField(
        label=_("Files of this ticket"), required=False, widget=forms.CheckboxSelectMultiple
    )
    waits = forms.BooleanField(label=_("Waits for supplier until the answer comes"), required=False)
    field_order = ("to", "subject", "text", "along", "uploads", "waits")

    def __init__(self, *args: Any, ticket: Ticket, files: list[Attachment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ticket = ticket
        self._files = {str(file.pk): file for file in files}
        fields: dict[str, Any] = self.fields
        fields["text"].widget.attrs["rows"] = 10
        fields["along"].choices = [(pk, f"{f.name} ({filesize_short(f.size)})") for pk, f in self._files.items()]
        if not files:
            del self.fields["along"]

    def clean_to(self) -> list[str]:
        typed = str(self.cleaned_data["to"]).replace(";", ",").split(",")
        addresses = list(dict.fromkeys(each.strip().lower() for each in typed if each.strip()))
        if len(addresses) > MOST_ADDRESSES:
            raise forms.ValidationError(_("At most %(most)s addresses."), params={"most": MOST_ADDRESSES})
        for address in addresses:
            validate_email(address)
            self._refuse_insider(address)
        return addresses

    def _refuse_insider(self, address: str) -> None:
        if plain_address(address) == self._ticket.queue.address.lower():
            raise forms.ValidationError(_("That is the desk's own address. Write a note instead."))
        asks = {each.email for each in self._ticket.requester.addresses.all()} | {*self._ticket.copies}
        if address in asks:
            raise forms.ValidationError(
                _("%(address)s reads the replies. Reply instead."), params={"address": address}
            )

    def question(self) -> Question:
        data = self.cleaned_data
        return Question(
            addresses=data["to"],
            subject=data["subject"],
            written=self.written(),
            files=[self._files[pk] for pk in data.get("along", ())],
            waits=data["waits"],
        )
