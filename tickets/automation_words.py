"""Rules in words: when, what then, and what about one is not right any more."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from tickets.actions import Action, BadActions, read, words_of
from tickets.enums import RuleClock, RuleEvent, Unit
from tickets.fields import field_of, labels_of
from tickets.forms_actions import Names
from tickets.models import Rule
from tickets.selection import UnknownSelection
from tickets.services.rule_conditions import selection_of


def when_words(rule: Rule) -> str:
    """With what it begins."""
    if not rule.clock:
        return ", ".join(str(RuleEvent(event).label) for event in rule.events)
    count = {"count": rule.amount, "instant": RuleClock(rule.clock).label}
    if rule.unit == Unit.HOURS:
        return ngettext("%(count)s hour after: %(instant)s", "%(count)s hours after: %(instant)s", rule.amount) % count
    return ngettext("%(count)s day after: %(instant)s", "%(count)s days after: %(instant)s", rule.amount) % count


def actions_of(rule: Rule) -> tuple[Action, ...] | None:
    """What it sets; None where the product has forgotten what that was."""
    try:
        return read(rule.actions)
    except BadActions:
        return None


def then_words(rule: Rule, names: Names) -> list[str]:
    """What a ticket gets."""
    found = words_of(actions_of(rule) or (), names)
    return found + ([_("Internal note")] if rule.note else [])


def condition_words(rule: Rule, member: Membership) -> list[tuple[str, str]]:
    """Each condition as its name and its values; raises UnknownSelection."""
    found = words_of_query(rule.query, member)
    return found + ([(_("Words"), ", ".join(rule.words))] if rule.words else [])


def words_of_query(query: str, member: Membership) -> list[tuple[str, str]]:
    """What a rule's query asks for, as name and values; raises UnknownSelection."""
    selection = selection_of(query)
    labels, found = labels_of(selection.asked, member), []
    for asked in selection.asked:
        words = ", ".join(str(labels.get((asked.field, value), _("no longer there"))) for value in asked.values)
        value = _("not %(values)s") % {"values": words} if asked.negated else words
        found.append((str(field_of(asked.field).label), value))
    return found


def troubles_of(rule: Rule, names: Names, member: Membership) -> list[str]:
    """What has been removed since, so that the rule cannot do what it was made for."""
    found = []
    actions = actions_of(rule)
    if actions is None:
        found.append(_("What it does is not known any more."))
    found += [_("%(deed)s: that is no longer there.") % {"deed": kind} for kind in _gone(actions or (), names)]
    if not (actions or rule.note):
        found.append(_("It does nothing."))
    try:
        asked = selection_of(rule.query).asked
        labels = labels_of(asked, member)
    except UnknownSelection:
        return [*found, _("One of its conditions is not known any more.")]
    gone = [
        str(field_of(each.field).label) for each in asked for value in each.values if (each.field, value) not in labels
    ]
    return found + [_("%(deed)s: that is no longer there.") % {"deed": name} for name in dict.fromkeys(gone)]


def _gone(actions: Iterable[Action], names: Names) -> list[str]:
    return [str(each.kind.label) for each in actions if each.value not in names.get(each.kind, {})]
