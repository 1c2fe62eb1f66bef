"""Queues, teams, statuses and kinds of work."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import TeamForm, TenantModelForm
from accounts.models import Office, Team
from sla.models import Policy
from tickets.enums import FINISHED, StatusClass
from tickets.models import Queue, QueueTeamGrant, Status, WorkType


class QueueForm(TenantModelForm):
    """A queue and the teams that work it."""

    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), label=_("Teams that work it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Queue
        fields = ["name", "address", "office", "policy", "quotes_history", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["office"].queryset, fields["office"].empty_label = Office.objects.all(), None
        fields["policy"].queryset = Policy.objects.exclude(current=None)
        fields["policy"].empty_label = _("Those for all")
        fields["teams"].queryset = Team.objects.all()
        if self.instance.pk:
            groups = self.instance.team_grants.filter(permission__codename="work_queue").values("group")
            self.initial["teams"] = list(Team.objects.filter(group__in=groups).values_list("pk", flat=True))

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()


class TeamQueuesForm(TeamForm):
    """A team, its members, and the queues it works."""

    queues = forms.ModelMultipleChoiceField(
        Queue.objects.none(), label=_("Queues it works"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["queues"]
        field.queryset = Queue.objects.all()
        if self.instance.pk:
            grants = QueueTeamGrant.objects.filter(group=self.instance.group_id, permission__codename="work_queue")
            self.initial["queues"] = list(grants.values_list("content_object", flat=True))
            self.initial["members"] = list(self.instance.members.values_list("membership", flat=True))


class StatusForm(TenantModelForm):
    """A status of one class. The class of a status in use stays, because events and clocks have read it."""

    class Meta:
        model = Status
        fields = ["status_class", "name", "position", "enter_from"]
        help_texts = {"status_class": _("Decides clocks and colours, whatever the name.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = [each for each in Status.objects.exclude(pk=self.instance.pk) if each.status_class not in FINISHED]
        self.fields["enter_from"] = forms.TypedMultipleChoiceField(
            label=_("May be set only from these statuses"),
            choices=[(each.pk, str(each)) for each in working],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: from all. Solving, closing and opening again are always possible."),
        )
        if self.instance.status_class in FINISHED:
            del self.fields["enter_from"]
        if self.instance.pk:
            del self.fields["status_class"]
        else:
            self.fields["name"].required, self.fields["name"].help_text = True, ""

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        others = Status.objects.exclude(pk=self.instance.pk)
        ready_made = {str(StatusClass(other.status_class).label).lower() for other in others if not other.name}
        if name and (name.lower() in ready_made or others.filter(name__iexact=name).exists()):
            raise ValidationError(_("There is one with this already."))
        return name


class WorkTypeForm(TenantModelForm):
    class Meta:
        model = WorkType
        fields = ["name", "position", "code"]
