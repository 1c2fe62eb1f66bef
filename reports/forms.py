"""Boards as an admin makes them."""

from accounts.forms import TenantModelForm
from reports.models import Board


class BoardForm(TenantModelForm):
    """A new screen."""

    class Meta:
        model = Board
        fields = ["name", "office", "theme", "shows_names"]
