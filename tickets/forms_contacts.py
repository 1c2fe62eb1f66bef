"""The form of a contact: ten seconds, with what is likely filled in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Requester
from core.forms import LookForm
from tickets.enums import ContactChannel
from tickets.forms import MinutesField, offer_requesters
from tickets.forms_relations import OtherTicketForm
from tickets.services.contacts import Met


class ContactForm(LookForm):
    """How, which way, reached or not, whom, two lines; whoever is neither chosen nor named stays unknown."""

    channel = forms.ChoiceField(label=_("How"), choices=ContactChannel, widget=forms.RadioSelect)
    way = forms.ChoiceField(
        label=_("Which way"), choices=[("in", _("They to us")), ("out", _("We to them"))], widget=forms.RadioSelect
    )
    reached = forms.ChoiceField(
        label=_("Outcome"), choices=[("yes", _("Reached")), ("no", _("Not reached"))], widget=forms.RadioSelect
    )
    requester: forms.ModelChoiceField[Requester] = forms.ModelChoiceField(
        Requester.objects.none(), label=_("Who"), required=False
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    number = forms.CharField(
        label=_("Number"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    text = forms.CharField(
        label=_("What about"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes = MinutesField(label=_("Minutes"), required=False)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty: just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, requesters: list[Requester], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_requesters(self.fields["requester"], requesters, nobody=_("Somebody unknown"))

    def clean_at(self) -> datetime:
        at = self.cleaned_data["at"]
        if at and at > timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("A contact cannot be in the future."))
        return at or timezone.now()

    def met(self) -> Met:
        data = self.cleaned_data
        plain = {name: data[name] for name in ("at", "requester", "name", "number", "text", "minutes")}
        channel = ContactChannel(data["channel"])
        return Met(**plain, channel=channel, is_outgoing=data["way"] == "out", is_reached=data["reached"] == "yes")


class TicketForm(OtherTicketForm):
    """The ticket that a contact was about."""

    number = forms.CharField(label=_("Number of the ticket"), max_length=40)
