"""The form of an absence."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm, member_choice
from accounts.models import Absence, Membership


class AbsenceForm(TenantModelForm):
    """When somebody is away, and who stands in; `member` is given where one plans one's own."""

    class Meta:
        model = Absence
        fields = ["member", "starts_on", "ends_on", "substitute", "note"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }

    def __init__(self, *args: Any, member: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        # Whoever was named stays to be chosen, also where they would be given no work today.
        named = Membership.objects.active().filter(pk=self.instance.substitute_id)
        member_choice(fields["substitute"], members=Membership.objects.assignable() | named)
        fields["substitute"].empty_label = _("Nobody: the team")
        if member is None:
            member_choice(fields["member"], members=Membership.objects.active().select_related("user", "office"))
            fields["member"].empty_label = _("Choose")
        else:
            self.instance.member = member
            del fields["member"]
            fields["substitute"].queryset = fields["substitute"].queryset.exclude(pk=member.pk)
        if self.instance.pk and self.instance.begins_at <= timezone.now():
            # It has begun: others have been told and have worked by it.
            fields["starts_on"].disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if ends_on and starts_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is not before the first one."))
        elif ends_on and ends_on < timezone.localdate():
            self.add_error("ends_on", _("This day has passed."))
        member = data.get("member") or getattr(self.instance, "member", None)
        if member and data.get("substitute") == member:
            self.add_error("substitute", _("Somebody else has to stand in."))
        return data
