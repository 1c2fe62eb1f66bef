"""The names of promises, as people read them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What is kept by the service working again.
RESTORED_BY = ("restore", "nbd")

NAMES = {
    "first_response": pgettext_lazy("promise", "First response"),
    "investigation_start": pgettext_lazy("promise", "Start of investigation"),
    "next_reply": pgettext_lazy("promise", "Next reply"),
    "periodic_update": pgettext_lazy("promise", "Update"),
    "restore": pgettext_lazy("promise", "Restore"),
    "resolution": pgettext_lazy("promise", "Resolution"),
    "nbd": _("Next business day"),
}


# For chips in lists, where room is short.
SHORT_NAMES = {
    "first_response": pgettext_lazy("short promise", "Response"),
    "investigation_start": pgettext_lazy("short promise", "Start"),
    "next_reply": pgettext_lazy("short promise", "Reply"),
    "periodic_update": pgettext_lazy("short promise", "Update"),
    "restore": pgettext_lazy("short promise", "Restore"),
    "resolution": pgettext_lazy("short promise", "Solution"),
    "nbd": pgettext_lazy("short promise", "Next day"),
}


def short_promise_name(metric: str) -> str:
    """The same in one word."""
    return str(SHORT_NAMES[metric])


def promise_name(metric: str) -> str:
    """What a metric is called, in the active language."""
    return str(NAMES[metric])
