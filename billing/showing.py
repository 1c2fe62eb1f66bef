"""Money, minutes, and the lines and findings of a rating, as the reader's language writes them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import ids
from billing.gate import Missing
from billing.rating.money import half_up
from billing.rating.reasons import Reason
from billing.rating.result import Line
from billing.services.verdicts import State, Verdict
from billing.wording import Speech
from core.templatetags.vaste import NBSP, short_day
from sla.enums import Priority
from tickets.models import WorkType

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹"}
# What lines are called that are no work.
TITLES = {
    "callout": _("Call-out"),
    "km": _("Kilometres"),
    "monthly_fee": _("Monthly fee"),
    "yearly_fee": _("Yearly fee"),
    "per_ticket": _("Ticket"),
    "cap": _("Cap of the contract"),
    "lot": _("Prepaid time"),
}
KINDS = {
    "surcharge": _("surcharge"),
    "capped": _("above the cap"),
    "goodwill": _("goodwill"),
    "warranty": _("warranty"),
    "per_ticket_included": _("covered by the ticket's price"),
    "included": _("included"),
    "prepaid": _("prepaid"),
}
LOOKS = {
    State.NO_CONTRACT: ("warn", "alert-circle", _("No contract")),
    State.NO_PRICE: ("warn", "alert-circle", _("The contract has no price")),
    State.NOTHING: ("mute", "minus", _("No work yet")),
    State.COVERED: ("ok", "circle-check", _("Covered")),
    State.BILLABLE: ("info", "receipt-euro", _("Billable")),
    State.UNCLEAR: ("warn", "alert-circle", _("Cannot be decided")),
}


def money_words(amount: Decimal, currency: str) -> str:
    """An amount with its currency: "1,234.50 €"."""
    return f"{number_format(half_up(amount, currency), force_grouping=True)}{NBSP}{SIGNS.get(currency, currency)}"


def time_words(minutes: int) -> str:
    """Worked minutes, whole and never in days: "45 min", "26 h 30 min"."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [gettext("%(count)s h") % {"count": hours}] if hours else []
    parts += [gettext("%(count)s min") % {"count": rest}] if rest or not hours else []
    return NBSP.join(parts).replace(" ", NBSP)


def work_types() -> dict[str, str]:
    """The names of types of work by what contracts call them."""
    return {row.priced_as: row.name for row in WorkType.objects.all()}


def speech(currency: str, names: Mapping[str, str]) -> Speech:
    """For `billing.wording`, in the language that is active."""
    priorities = {str(value): str(label) for value, label in Priority.choices}
    return Speech(
        translate=gettext,
        money=lambda amount: money_words(amount, currency),
        minutes=time_words,
        work_type=lambda code: names.get(code, code),
        priority=lambda code: priorities.get(code, code),
    )


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a rating in words; `net` is empty for readers who are shown no prices."""

    title: str
    quantity: str
    net: str
    reasons: tuple[str, ...]


def shown(lines: Iterable[Line], said: Speech, *, prices: bool = True) -> list[ShownLine]:
    return [
        ShownLine(
            title=title_of(line, said),
            quantity=time_words(line.minutes) if line.minutes else f"{line.quantity.normalize():f}",
            net=said.money(line.net) if prices else "",
            reasons=tuple(reason_words(each, said) for each in line.reasons) if prices else (),
        )
        for line in lines
    ]


def title_of(line: Line, said: Speech) -> str:
    """What a line is for: "Remote work, evenings, included"."""
    item, _slash, band = line.item.partition("/")
    if item in TITLES:
        return str(TITLES[item])
    parts = [said.work_type(item), "" if band == "normal" else said.band(band), str(KINDS.get(line.kind, ""))]
    return ", ".join(part for part in parts if part)


def reason_words(reason: Reason, said: Speech) -> str:
    """Why a line is what it is, with names in place of codes."""
    values = {name: _value(name, value, said) for name, value in reason.values}
    return Reason(reason.why, tuple(values.items())).sentence(gettext)


def _value(name: str, value: str, said: Speech) -> str:
    writers: Mapping[str, Callable[[str], str]] = {
        "work_type": said.work_type,
        "severity": said.priority,
        "band": said.band,
        "price": lambda text: said.money(Decimal(text)),
        "since": lambda text: short_day(date.fromisoformat(text)),
        "lot": lambda text: text.removeprefix(ids.LOT),
    }
    return writers[name](value) if name in writers else value


def missing_words(missing: Missing) -> str:
    """What the gate misses, in the language that is active."""
    values = {
        name: short_day(date.fromisoformat(value)) if name == "day" else value
        for name, value in missing.values.items()
    }
    return gettext(missing.message) % values


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict as a chip (tone, icon, label, detail), and what is left in words."""

    tone: str
    icon: str
    label: str
    detail: str
    left: tuple[str, ...]


def verdict_words(verdict: Verdict, said: Speech, *, prices: bool) -> VerdictWords:
    """A verdict in words; the sum only where prices are shown."""
    tone, icon, label = LOOKS[verdict.state]
    detail = said.money(verdict.net) if prices and verdict.state == State.BILLABLE else ""
    left = []
    if verdict.left.included is not None:
        left.append(gettext("%(time)s of included time left") % {"time": time_words(verdict.left.included)})
    if verdict.left.prepaid is not None:
        left.append(gettext("%(time)s of prepaid time left") % {"time": time_words(verdict.left.prepaid)})
    return VerdictWords(tone, icon, str(label), detail, tuple(left))
