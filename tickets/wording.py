"""The variables of canned responses and of the notes of macros: a closed list of names, filled in by plain exchange.

Written {{name}} like those of mail texts. Neither the text nor a value is ever read as a template.
"""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Mapping[str, Promise] = {
    "requester": _("Name of the requester"),
    "first_name": _("First name of the requester"),
    "customer": _("The requester's company"),
    "number": _("Number of the ticket"),
    "title": _("Title of the ticket"),
    "received": _("When it was received"),
    "due": _("When the next promise is due"),
    "assignee": _("Who has the ticket"),
    "agent": _("Who writes"),
    "desk": _("Name of the desk"),
}
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LEFT = re.compile(r"\{\{|\}\}")


def names_in(text: str) -> list[str]:
    """What stands between braces, each once, in the order of the text."""
    return list(dict.fromkeys(name.strip() for name in _PLACE.findall(text)))


def unknown_in(text: str) -> list[str]:
    """Names that no value exists for, and braces that belong to no name."""
    return [name for name in names_in(text) if name not in NAMES] + _LEFT.findall(_PLACE.sub("", text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in, once: braces in a value stay the text that they are."""
    return _PLACE.sub(lambda found: values.get(found[1].strip(), found[0]), text)
