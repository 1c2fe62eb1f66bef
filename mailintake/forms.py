"""A mailbox as an admin sets it up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm, WordsField
from mailintake.models import Mailbox
from outbox.forms import ServerMixin
from tickets.models import Queue

IMAP_PORTS = frozenset({143, 993})


class MailboxForm(ServerMixin, TenantModelForm):
    """An address, where its mail goes, and the server it is fetched from."""

    ports = IMAP_PORTS
    trusted_servers = WordsField(
        label=_("Servers whose Authentication-Results are believed"),
        longest=253,
        help_text=_("The name your mail server writes first in that header, such as mx.example.com."),
    )

    class Meta:
        model = Mailbox
        fields = [
            "address",
            "queue",
            "mode",
            "host",
            "port",
            "security",
            "username",
            "folder",
            "after_fetch",
            "trusted_servers",
            "active",
        ]
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "off"})}
        help_texts = {"host": _("Empty: mail only comes in by SMTP.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["queue"]
        field.queryset, field.empty_label = Queue.objects.all(), None

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("host") and not data.get("username"):
            self.add_error("username", _("The server needs a user name."))
        return data
