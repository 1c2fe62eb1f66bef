"""A mailbox as an admin sets it up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm, WordsField
from core.forms import LookForm
from mailintake.enums import HookKind, Protocol, SignIn
from mailintake.fetching.oauth import providers
from mailintake.models import Mailbox
from outbox.forms import ServerMixin
from tickets.models import Queue

IMAP_PORTS = frozenset({143, 993})
POP3_PORTS = frozenset({110, 995})
POP3_FOR_IMAP = {993: 995, 143: 110}
IMAP_FOR_POP3 = {995: 993, 110: 143}


class MailboxForm(ServerMixin, TenantModelForm):
    """An address, where its mail goes, and the server it is fetched from."""

    trusted_servers = WordsField(
        label=_("Servers whose Authentication-Results are believed"),
        longest=253,
        help_text=_("The name your mail server writes first in that header, such as mx.example.com."),
    )

    class Meta:
        model = Mailbox
        # The port is checked against the protocol, so that one comes first.
        fields = [
            "address",
            "queue",
            "mode",
            "sign_in",
            "protocol",
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
        help_texts = {
            "host": _("Empty: mail only comes in by SMTP or by a web address."),
            "sign_in": _("With Microsoft 365 or Google you sign in there after saving; no password is stored."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["queue"].queryset, fields["queue"].empty_label = Queue.objects.all(), None
        offered = {SignIn.PASSWORD, *providers(), self.instance.sign_in}
        fields["sign_in"].choices = [choice for choice in SignIn.choices if choice[0] in offered]
        # Nobody is asked what has one answer, and IMAP is the rule.
        fields["sign_in"].required = fields["protocol"].required = False

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()

    def clean_protocol(self) -> str:
        return str(self.cleaned_data["protocol"] or Protocol.IMAP)

    def clean_sign_in(self) -> str:
        return str(self.cleaned_data["sign_in"] or SignIn.PASSWORD)

    def clean_port(self) -> int:
        is_pop3 = self.cleaned_data.get("protocol") == Protocol.POP3
        self.ports = POP3_PORTS if is_pop3 else IMAP_PORTS
        port = int(self.cleaned_data["port"])
        # Whoever changes the protocol means its own port, not the other one's.
        self.cleaned_data["port"] = (POP3_FOR_IMAP if is_pop3 else IMAP_FOR_POP3).get(port, port)
        return super().clean_port()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("sign_in", SignIn.PASSWORD) != SignIn.PASSWORD:
            self._follow_provider(data)
        if data.get("host") and not data.get("username"):
            self.add_error("username", _("The server needs a user name."))
        return data

    def _follow_provider(self, data: dict[str, Any]) -> None:
        """A provider's tokens go to its own servers and nowhere else, whatever was written into the fields."""
        provider = providers().get(data["sign_in"])
        if provider is None:
            self.add_error("sign_in", _("This installation is not registered with the provider."))
            return
        is_pop3 = data.get("protocol") == Protocol.POP3
        data["host"] = provider.pop3_host if is_pop3 else provider.imap_host
        data["port"], data["security"] = 995 if is_pop3 else 993, Mailbox.Security.TLS
        data["username"] = data.get("username") or data.get("address", "")
        data["password"] = ""
        for name in ("host", "port", "security", "username", "password"):
            self.errors.pop(name, None)


class HookForm(LookForm):
    """Who posts mails to a mailbox, and the key that Mailgun signs them with."""

    kind = forms.ChoiceField(label=_("Sent by"), choices=HookKind)
    key = forms.CharField(
        label=_("Signing key of Mailgun"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("There it is the HTTP webhook signing key. Stored encrypted, and never shown again."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == HookKind.MAILGUN and not data.get("key"):
            self.add_error("key", _("Mailgun signs each mail: write its key here."))
        return data
