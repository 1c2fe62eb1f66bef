"""The names of promises, as people read them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "first_response": pgettext_lazy("promise", "First response"),
    "investigation_start": pgettext_lazy("promise", "Start of investigation"),
    "next_reply": pgettext_lazy("promise", "Next reply"),
    "periodic_update": pgettext_lazy("promise", "Update"),
    "restore": pgettext_lazy("promise", "Restore"),
    "resolution": pgettext_lazy("promise", "Resolution"),
    "nbd": _("Next business day"),
}


def promise_name(metric: str) -> str:
    """What a metric is called, in the active language."""
    return str(NAMES[metric])
