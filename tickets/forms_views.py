"""A list under a name."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.forms import TenantModelForm
from accounts.models import Membership
from tickets.enums import Audience
from tickets.models import SavedView


class SavedViewForm(TenantModelForm):
    """What it is called and who has it. Only leads and admins keep one for others."""

    class Meta:
        model = SavedView
        fields = ["name", "audience", "team", "in_menu", "position"]

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member.has_role(Role.ADMIN, Role.LEAD):
            for name in ("audience", "team", "position"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("audience") == Audience.TEAM and not data.get("team") and "team" not in self.errors:
            self.add_error("team", _("Choose the team."))
        if data.get("audience") != Audience.TEAM:
            data["team"] = None
        return data
