"""A list under a name."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.forms import TenantModelForm
from accounts.models import Membership
from tickets.enums import Audience
from tickets.models import SavedView


class AudienceForm(TenantModelForm):
    """Of something that one, a team or everybody has. Only leads and admins keep one for others."""

    # What they alone decide.
    led: tuple[str, ...] = ("audience", "team")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member.has_role(Role.ADMIN, Role.LEAD):
            for name in self.led:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("audience") == Audience.TEAM and not data.get("team") and "team" not in self.errors:
            self.add_error("team", _("Choose the team."))
        if data.get("audience") != Audience.TEAM:
            data["team"] = None
        return data


class SavedViewForm(AudienceForm):
    """What a view is called and who has it."""

    led = (*AudienceForm.led, "position")

    class Meta:
        model = SavedView
        fields = ["name", "audience", "team", "in_menu", "position"]
