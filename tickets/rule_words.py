"""The rules of a team's own fields as sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.enums import Role
from tickets.enums import FieldEffect, Kind
from tickets.process import Process
from tickets.requirements import Rule


def in_a_sentence(rule: Rule, own: Process) -> str:
    """What holds, and all that has to be so, in the reader's language."""
    parts = [str(FieldEffect(rule.effect).label)]
    if rule.where:
        parts.append(_where(rule, own))
    if rule.kinds:
        parts.append(_("of kind %(kinds)s") % {"kinds": _any(str(own.kind_label(k)) for k in Kind if k in rule.kinds)})
    if rule.roles:
        parts.append(_("by %(roles)s") % {"roles": _any(str(role.label) for role in Role if role in rule.roles)})
    return ", ".join(parts) + "."


def _any(names: Iterable[str]) -> str:
    return _(" or ").join(names)


def _where(rule: Rule, own: Process) -> str:
    where = rule.where
    other = next((each for each in own.fields if where and each.key == where.field), None)
    if where is None or other is None:
        return ""
    if where.mark.isdecimal():
        value = other.choice_words(int(where.mark))
    else:
        value = _("yes") if where.mark == "yes" else _("no")
    return _("where %(field)s is %(value)s") % {"field": other.name, "value": value}
