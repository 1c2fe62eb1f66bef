"""A step of the ladder as a sentence."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from sla.enums import Priority
from sla.ladder import RAISE, Step, Whom

# Behind "mail to".
READERS: dict[Whom, Promise] = {
    Whom.ASSIGNEE: pgettext_lazy("mail to", "the consultant"),
    Whom.TEAM: pgettext_lazy("mail to", "the team"),
    Whom.LEADS: pgettext_lazy("mail to", "the team leads"),
    Whom.CONTACT: pgettext_lazy("mail to", "the contract's contact"),
}
Names = Mapping[str, Mapping[int, str]]


def sentence(step: Step, names: Names) -> str:
    """What a step does, such as "At 75 % of the time: mail to the consultant".

    `names` are those of what it may name, by the step's fields: {"queue": {3: "Second line"}, ...}.
    """
    parts = [_mail(step), _priority(step), *_acts(step, names)]
    said = ", ".join(part for part in parts if part) or _("nothing")
    sentence = _("%(when)s: %(what)s") % {"when": when(step), "what": said}
    if not step.opening:
        return sentence
    opening = names["opening"].get(step.opening) or _("a calendar that is gone")
    return _("%(sentence)s, once %(calendar)s is open") % {"sentence": sentence, "calendar": opening}


def when(step: Step) -> str:
    """The point of a promise's way."""
    if step.percent != 100:
        return _("At %(percent)s %% of the time") % {"percent": step.percent}
    if not step.minutes:
        return _("At the deadline")
    length = {"length": _length(abs(step.minutes))}
    if step.minutes > 0:
        return _("%(length)s after the deadline") % length
    return _("%(length)s before the deadline") % length


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest:
        return _("%(minutes)s min") % {"minutes": minutes}
    return ngettext("%(hours)s h", "%(hours)s h", hours) % {"hours": hours}


def _mail(step: Step) -> str:
    readers = [str(READERS[whom]) for whom in Whom if whom in step.whom]
    if not readers:
        return ""
    last = pgettext("mail to", " and ").join(filter(None, [", ".join(readers[:-1]), readers[-1]]))
    return _("mail to %(readers)s") % {"readers": last}


def _priority(step: Step) -> str:
    if not step.priority:
        return ""
    if step.priority == RAISE:
        return _("priority one higher")
    return _("priority at least %(priority)s") % {"priority": str(Priority(step.priority).label).lower()}


def _acts(step: Step, names: Names) -> list[str]:
    words = {"queue": _("moves to %(name)s"), "member": _("goes to %(name)s"), "webhook": _("calls %(name)s")}
    gone = _("something that is gone")
    named = [(words[field], names[field].get(pk, gone)) for field in words if (pk := getattr(step, field))]
    return [template % {"name": name} for template, name in named]
