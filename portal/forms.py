"""What people type behind a mail link. Each form carries a token that is good for one press."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Membership
from core.forms import LookForm
from core.tokens import new_token
from tickets.away_choices import EvenAwayField, offer
from tickets.forms_own import Asked, OwnFieldsMixin
from tickets.forms_work import DETAILS, WorkDetails
from tickets.models import AccessLink, Queue, WorkType
from tickets.process import process
from tickets.requirements import Stage
from tickets.services.own_fields import values_of


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class LinkForm(LookForm):
    """The base: several stand on one page, so their ids begin with their name."""

    form_token = forms.CharField(
        max_length=64, widget=forms.HiddenInput, validators=[RegexValidator(r"\A[A-Za-z0-9_-]{16,64}\Z")]
    )

    def __init__(self, data: Any = None, *, name: str, link: AccessLink) -> None:
        super().__init__(data, auto_id=f"{name}-%s", initial={"form_token": new_token()})
        self.link = link

    @property
    def plain(self) -> list[forms.BoundField]:
        """What everybody fills in."""
        return [field for field in self.visible_fields() if field.name not in DETAILS]

    @property
    def folded(self) -> list[forms.BoundField]:
        """What more there is to say of work, for tenants that invoice it."""
        return [field for field in self.visible_fields() if field.name in DETAILS]


class TextForm(LinkForm):
    """A question to the requester, or a note."""

    text = forms.CharField(label=_("Text"), max_length=20_000, widget=_area(4))


class ReasonForm(LinkForm):
    """Why the solution does not help."""

    reason = forms.CharField(label=_("What is still wrong?"), max_length=20_000, widget=_area(4))


class WorkForm(WorkDetails, LinkForm):
    """The base of forms with time worked; without a type it is the tenant's first one."""

    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=24 * 60,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    work_type = forms.ModelChoiceField(
        WorkType.objects.none(), label=_("Type of work"), required=False, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Behind a link one is not shown who works here.
        del self.fields["approver"]
        field: Any = self.fields["work_type"]
        field.queryset = WorkType.objects.all()
        # As a list, because the widget would run the query twice.
        field.choices = [(work_type.pk, str(work_type)) for work_type in field.queryset]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            data["details"] = self.details()
        return data


class ResolveForm(OwnFieldsMixin, WorkForm):
    """The solution as the requester gets it, and what the team wants to know before."""

    solution = forms.CharField(
        label=_("Solution"), max_length=20_000, widget=_area(5), help_text=_("The requester gets it by mail.")
    )
    field_order = ["solution", "minutes", "work_type"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].required = False
        own, ticket = process(), self.link.ticket
        roles = frozenset(self.link.member.roles if self.link.member else ())
        now = values_of(ticket, own)
        self.ask(Asked(process=own, now=now, stage=Stage.RESOLVED, roles=roles, kind=ticket.kind, few=True))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        return data | {"own": self.own}


class TimeForm(WorkForm):
    """Time worked, and on what."""

    text = forms.CharField(label=_("What did you do?"), max_length=500, required=False, widget=_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["done"]


class HandOverForm(LinkForm):
    """To a colleague, or to a queue where nobody has it yet; `to` becomes the Membership or the Queue."""

    to = forms.ChoiceField(label=_("Hand over to"))
    even_away = EvenAwayField()
    note = forms.CharField(
        label=_("Note"),
        max_length=20_000,
        required=False,
        widget=_area(3),
        help_text=_("Only colleagues see this"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_it = (self.link.member_id, self.link.ticket.assignee_id)
        others = (member for member in Membership.objects.assignable() if member.pk not in has_it)
        members = {f"member-{member.pk}": member for member in others}
        labels = offer(self, members.values(), Absence.objects.away())
        queues = {f"queue-{queue.pk}": queue for queue in Queue.objects.all()}
        self._targets: dict[str, Membership | Queue] = {**members, **queues}
        field: Any = self.fields["to"]
        field.choices = [
            ("", _("Choose")),
            (_("Colleagues"), [(key, labels[member.pk]) for key, member in members.items()]),
            (_("Queues"), [(key, queue.name) for key, queue in queues.items()]),
        ]

    def clean_to(self) -> Membership | Queue:
        return self._targets[self.cleaned_data["to"]]


class CodeForm(forms.Form):
    """The six digits from the mail; spaces that a phone adds are forgiven."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "class": "form-control"}
        ),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())
