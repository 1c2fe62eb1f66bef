"""What people type into tickets, turned into domain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, Module, Product, Requester
from accounts.scope import require_tenant_id
from accounts.standing_in import Away
from core.filenames import clean_filename
from core.files import load, store
from core.forms import LookForm
from sla.enums import Priority
from tickets.away_choices import NOBODY_AWAY, EvenAwayField, offer
from tickets.enums import FINISHED, Kind, StatusClass
from tickets.forms_own import Asked, OwnFieldsMixin
from tickets.forms_work import WorkDetails
from tickets.models import Attachment, Queue, Status, WorkType
from tickets.services.conversation import NewFile

# Shorter than core.files lets a file lie that no row names.
KEPT_FOR = timedelta(hours=8)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    # The look of all inputs: nothing that was stored is shown, so there is nothing to clear.
    template_name = "django/forms/widgets/input.html"


class FilesField(forms.FileField):
    """Any number of files, together within the size of a mail; gives a list of NewFile."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[NewFile]:
        uploads = [item for item in (data if isinstance(data, list) else [data]) if item]
        if sum(upload.size for upload in uploads) > settings.VASTE_MAX_MAIL_BYTES:
            raise forms.ValidationError(_("The files are larger than a mail may be."))
        return [NewFile(clean_filename(upload.name), _type(upload), upload.read()) for upload in uploads]


def _type(upload: Any) -> str:
    return (upload.content_type or "application/octet-stream")[:120]


def keep(file: Attachment) -> str:
    """A stored file as a value that a form hands back, signed for its tenant."""
    return signing.dumps([file.storage_key, file.name, file.content_type], salt=_kept_salt())


def keep_new(file: NewFile) -> str:
    """The same of a file that has just been uploaded, for a form that has to come back without its file fields."""
    key = store(require_tenant_id(), file.content)
    return signing.dumps([key, file.name, file.content_type], salt=_kept_salt())


def _kept_salt() -> str:
    return f"tickets.kept.{require_tenant_id()}"


class KeptFilesField(forms.MultipleChoiceField):
    """Files of a reply that was taken back, ticked as long as they are to go along; gives a list of NewFile."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def valid_value(self, value: str) -> bool:
        return self._read(value) is not None

    def clean(self, value: Any) -> list[NewFile]:
        known = [self._read(token) for token in super().clean(value)]
        return [NewFile(name, content_type, load(key)) for key, name, content_type in filter(None, known)]

    def names(self, values: list[str]) -> list[tuple[str, str]]:
        """(value, file name) of each that is genuine, for the page."""
        return [(value, found[1]) for value in values if (found := self._read(value))]

    def _read(self, value: str) -> tuple[str, str, str] | None:
        try:
            key, name, content_type = signing.loads(value, salt=_kept_salt(), max_age=KEPT_FOR)
        except signing.BadSignature:
            return None
        return key, name, content_type


class MinutesField(forms.IntegerField):
    """Minutes worked: 1 to a day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"})
        super().__init__(min_value=1, max_value=1440, widget=widget, **kwargs)


class ResolveForm(OwnFieldsMixin, WorkDetails):
    """How the matter was settled, and what the team wants to know before."""

    solution = forms.CharField(label=_("Solution"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))
    minutes = MinutesField(label=_("Minutes"), required=False)
    work_type = forms.ModelChoiceField(
        WorkType.objects.none(), label=_("Type of work"), required=False, empty_label=None
    )

    def __init__(self, *args: Any, own: Asked | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["work_type"]
        field.queryset = WorkType.objects.all()
        self.ask(own)

    @property
    def solving(self) -> dict[str, Any]:
        """What tickets.services.lifecycle.resolve takes."""
        said = {name: self.cleaned_data[name] for name in ("solution", "minutes", "work_type")}
        return said | {"own": self.own, "details": self.details()}


class HandOverForm(LookForm):
    """To a colleague, or to a queue where nobody has it yet."""

    to = forms.ChoiceField(label=_("Hand over to"))
    even_away = EvenAwayField()

    def __init__(
        self,
        *args: Any,
        members: list[Membership],
        queues: list[Queue],
        away: Mapping[int, Away] = NOBODY_AWAY,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._members = {f"member-{member.pk}": member for member in members}
        labels = offer(self, members, away)
        self._queues = {f"queue-{queue.pk}": queue for queue in queues}
        field: Any = self.fields["to"]
        field.widget.attrs["data-key"] = "a"
        field.choices = [
            ("", "—"),
            (_("Colleagues"), [(key, labels[member.pk]) for key, member in self._members.items()]),
            (_("Queues"), [(key, queue.name) for key, queue in self._queues.items()]),
        ]

    @property
    def member(self) -> Membership | None:
        return self._members.get(self.cleaned_data["to"])

    @property
    def queue(self) -> Queue | None:
        return self._queues.get(self.cleaned_data["to"])


class StatusForm(LookForm):
    """One of the working statuses; a scheduled one says until when."""

    status = forms.ModelChoiceField(Status.objects.none(), label=_("Status"), empty_label=None)
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["status"]
        field.queryset = Status.objects.exclude(status_class__in=FINISHED)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        status, until = data.get("status"), data.get("until")
        scheduled = status is not None and status.status_class == StatusClass.SCHEDULED
        if scheduled and (until is None or until <= timezone.now()):
            self.add_error("until", _("Say until when, in the future."))
        if not scheduled:
            data["until"] = None
        return data


class ProductField(forms.ChoiceField):
    """A product, or one of its modules: "p4" or "m7"; `pair` gives both."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=_("Product and module"), **kwargs)
        self._known: dict[str, tuple[Product, Module | None]] = {}

    def offer(self, products: list[Product]) -> None:
        """Set the choices; `products` have their modules prefetched."""
        for product in products:
            self._known[f"p{product.pk}"] = (product, None)
            for module in product.modules.all():
                self._known[f"m{module.pk}"] = (product, module)
        names = [(key, f"{p.name}, {m.name}" if m else p.name) for key, (p, m) in self._known.items()]
        self.choices = [("", "—"), *names]

    def pair(self, value: str) -> tuple[Product | None, Module | None]:
        return self._known.get(value, (None, None))


class FactsForm(OwnFieldsMixin, LookForm):
    """The facts that people set when a matter becomes a ticket, and correct later; the team's own among them."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("Every list shows it."))
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"), required=False, empty_label="—")
    product = ProductField()
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority, initial=Priority.NORMAL)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, initial=Kind.REQUEST)

    def __init__(
        self,
        *args: Any,
        customers: list[Customer],
        products: list[Product],
        own: Asked | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if own:
            fields["kind"].choices = own.process.kind_choices(also=str(self.initial.get("kind") or ""))
            fields["kind"].help_text = own.process.kind_help()
        self.ask(own)
        fields["customer"].queryset = Customer.objects.all()
        fields["customer"].choices = [("", "—"), *((customer.pk, customer.name) for customer in customers)]
        fields["product"].offer(products)
        for name in ("customer", "product"):
            fields[name].widget.attrs |= {"data-pick": "", "aria-label": fields[name].label}

    def facts(self) -> dict[str, Any]:
        """Values as tickets.services.facts takes them."""
        field: Any = self.fields["product"]
        product, module = field.pair(self.cleaned_data["product"])
        plain = {name: self.cleaned_data[name] for name in ("title", "customer", "priority", "kind")}
        return plain | {"product": product, "module": module}


class AcceptForm(FactsForm):
    """Facts, and who gets the matter."""

    assignee = forms.ChoiceField(label=_("Consultant"), required=False)
    even_away = EvenAwayField()
    queue = forms.ChoiceField(label=_("Queue"))

    def __init__(
        self,
        *args: Any,
        members: list[Membership],
        queues: list[Queue],
        away: Mapping[int, Away] = NOBODY_AWAY,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = offer(self, members, away)
        self._members = {str(member.pk): member for member in members}
        self._queues = {str(queue.pk): queue for queue in queues}
        fields: dict[str, Any] = self.fields
        fields["assignee"].choices = [
            ("", _("Nobody yet")),
            *((pk, labels[member.pk]) for pk, member in self._members.items()),
        ]
        fields["queue"].choices = [(pk, queue.name) for pk, queue in self._queues.items()]
        fields["assignee"].widget.attrs |= {"data-pick": "", "aria-label": fields["assignee"].label}

    @property
    def chosen_assignee(self) -> Membership | None:
        return self._members.get(self.cleaned_data["assignee"])

    @property
    def chosen_queue(self) -> Queue:
        return self._queues[self.cleaned_data["queue"]]


def offer_requesters(field: Any, requesters: list[Requester], *, nobody: str | Promise) -> None:
    """Set the choices of a field of people, each with their company; `nobody` stands for none of them."""
    field.queryset = Requester.objects.select_related("customer")
    labels = [(r.pk, f"{r.name}, {r.customer.name}" if r.customer else r.name) for r in requesters]
    field.choices = [("", nobody), *labels]
    field.widget.attrs |= {"data-pick": "", "aria-label": field.label}


class PhoneForm(AcceptForm):
    """A call: who, what, and when it came if not just now."""

    requester: forms.ModelChoiceField[Requester] = forms.ModelChoiceField(
        Requester.objects.none(), label=_("Requester"), required=False
    )
    name = forms.CharField(label=_("Name of the caller"), max_length=120, required=False)
    email = forms.EmailField(label=_("Mail address of the caller"), required=False)
    text = forms.CharField(label=_("What is wrong?"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    received_at = forms.DateTimeField(
        label=_("Received at"),
        required=False,
        help_text=_("Empty: just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, requesters: list[Requester], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_requesters(self.fields["requester"], requesters, nobody=_("Somebody new"))

    def clean_received_at(self) -> datetime:
        at = self.cleaned_data["received_at"]
        if at and at > timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("A call cannot be received in the future."))
        return at or timezone.now()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("requester") and not data.get("name"):
            self.add_error("name", _("Choose a requester, or write the caller's name."))
        return data
