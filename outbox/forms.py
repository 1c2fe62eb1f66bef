"""The tenant's words and its mail server."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from core.network import inside_allowed, is_forbidden_host
from core.web import ForbiddenUrl, target
from outbox.enums import TransportKind
from outbox.models import MailTemplate, SigningKey, Transport, Webhook
from outbox.words import unknown_variables

# A name, or an address in its usual notation; no scheme, user, port or path.
HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|\[?[0-9a-f.:]+\]?")
SMTP_PORTS = frozenset({25, 465, 587, 2525})
# Values for the preview, in the words of an example.
SAMPLES: dict[str, str | Promise] = {
    "number": "SYS-1042",
    "title": _("The pump stops after start"),
    "requester": "Otto Oja",
    "customer": "Paperi Oy",
    "desk": _("Service desk"),
    "received": _("Mon 2 Nov 2026, 09:12"),
    "assignee": "Petri Salonen",
    "response_due": _("by Mon 2 Nov 2026, 13:12"),
    "details": _("Customer: Paperi Oy"),
    "solution": _("We replaced the valve and tested the pump for an hour."),
    "promise": _("First response"),
    "due": _("Mon 2 Nov 2026, 13:12"),
    "days": "7",
    "invoice": "FI26-100042",
    "credited": "FI26-100031",
    "seller": "Nordhuolto Oy",
    "sum": "1,249.90 €",
    "pay_by": "2026-12-17",
    "to_pay": _("Please pay 1,249.90 € by 17 Dec 2026."),
    "reference": "26100 04267",
}


class TemplateForm(TenantModelForm):
    """Words of one purpose in one language; a variable that nobody fills is refused before it reaches a customer."""

    class Meta:
        model = MailTemplate
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}

    def _known(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if unknown := unknown_variables(self.instance.purpose, text):
            names = ", ".join(f"{{{{{variable}}}}}" for variable in unknown)
            raise ValidationError(_("Nothing is known of %(names)s."), params={"names": names})
        return text

    def clean_subject(self) -> str:
        return " ".join(self._known("subject").split())

    def clean_body(self) -> str:
        return self._known("body")


class ServerMixin(forms.Form):
    """What forms of a mail server have in common: the password never comes back, and goes to no other server."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted. Leave empty to keep it."),
    )
    ports: frozenset[int] = frozenset()
    # A stored password belongs to these; with another of them it has to be written again.
    place: tuple[str, ...] = ("host", "port", "security", "username")
    instance: Any

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip().lower()
        if host and not HOST.fullmatch(host):
            raise ValidationError(_("Write the name of the server and nothing else."))
        if host and not inside_allowed() and is_forbidden_host(host):
            raise ValidationError(_("This is no server of the public internet."))
        return host

    def clean_port(self) -> int:
        port = int(self.cleaned_data["port"])
        if not inside_allowed() and port not in self.ports:
            known = ", ".join(str(each) for each in sorted(self.ports))
            raise ValidationError(_("Mail servers listen on %(ports)s."), params={"ports": known})
        return port

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        moved = set(self.place) & set(self.changed_data)
        if moved and self.instance.sealed_password and data.get("host") and not data.get("password"):
            self.add_error("password", _("Write the password again, because the server or the user is another one."))
        return data


class TransportForm(ServerMixin, TenantModelForm):
    """The tenant's own server for outgoing mail, or its account with a provider."""

    ports = SMTP_PORTS
    place = (*ServerMixin.place, "kind")
    field_order = ["kind", "host", "port", "security", "username", "password"]

    class Meta:
        model = Transport
        fields = ["kind", "host", "port", "security", "username"]
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password, or key of the provider")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_server = data.get("kind") == TransportKind.SMTP
        if is_server and not data.get("host") and "host" not in self.errors:
            self.add_error("host", _("Write the name of the server."))
        if not is_server:
            data["host"] = data["username"] = ""
            if not data.get("password") and ("kind" in self.changed_data or not self.instance.sealed_password):
                self.add_error("password", _("Write the key that the provider gave you."))
        return data


class DomainField(forms.CharField):
    """A mail domain, however it was typed; stored in lower case."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").strip().lower().lstrip("@")


class SigningForm(TenantModelForm):
    """A domain whose mail is to be signed."""

    class Meta:
        model = SigningKey
        fields = ["domain"]
        field_classes = {"domain": DomainField}


class WebhookForm(TenantModelForm):
    """Where a program is called."""

    class Meta:
        model = Webhook
        fields = ["name", "url"]
        widgets = {"url": forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"})}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            target(url)
        except ForbiddenUrl as error:
            raise ValidationError(
                _("Write an address of the public internet that begins with https, on port 443 or 8443.")
            ) from error
        return url
