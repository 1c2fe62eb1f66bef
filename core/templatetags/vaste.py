"""Tags and filters of every template: icons, initials, sizes, times and durations in the reader's words."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, strip_spaces_between_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from core.lookalikes import both_spellings

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
KILO = 1000
TWO_DIGITS = 10
MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite `static/icons.svg`; `size` is "" (18 px) or "sm" (16 px).

    Icons stand beside a word and are hidden from screen readers; one that stands alone needs `label`.
    """
    named = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    css_class = f"icon icon-{size}" if size else "icon"
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', css_class, named, static("icons.svg"), name)


@register.simple_tag
def sla_chip(chip: Any) -> SafeString:
    """A promise in two words and a colour: `tone`, `icon`, `words`, `time`, `kind` (plain, quiet, paused, late).

    With a `name` it counts on to its `datetime` (ISO 8601), in the words that stand on <body>. A tag and no component:
    each row of a list has one of its own.
    """
    if not chip:
        return SafeString("")
    due = format_html(' data-due="{}"', chip.datetime) if chip.name else ""
    time = format_html("<small>{}</small>", chip.time) if chip.time else ""
    drawn = icon(chip.icon)
    return format_html(
        '<span class="v-chip t-{} {}"{}>{}<span>{}</span>{}</span>', chip.tone, chip.kind, due, drawn, chip.words, time
    )


class SameNode(template.Node):
    """What `same` stands around."""

    def __init__(self, nodes: NodeList, keys: list[FilterExpression]) -> None:
        self.nodelist, self.keys = nodes, keys

    def render(self, context: template.Context) -> SafeString:
        request = context.get("request")
        if request is None:
            return self.nodelist.render(context)
        made: dict[tuple[object, ...], SafeString] = request.__dict__.setdefault("_same", {})
        key = (self, *(key.resolve(context) for key in self.keys))
        if key not in made:
            made[key] = self.nodelist.render(context)
        return made[key]


@register.tag
def same(parser: Parser, token: Token) -> SameNode:
    """`{% same a b %}...{% endsame %}`: rendered once a page for equal values, which must say all that it shows.

    For rows of a list: a component costs more than everything else in a cell, and fifty rows have a few statuses.
    """
    keys = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodes = parser.parse(("endsame",))
    parser.delete_first_token()
    return SameNode(nodes, keys)


# A cell and a row of a table end where the next one begins, and plain values need no quotes (HTML, 13.1.2.3 and .4).
OPTIONAL = re.compile(r"</td>(?=<td[ >])|(?:</td>)?</tr>(?=<tr[ >])")
QUOTED = re.compile(r'="([\w:.-]+)"(?=[ >])')


class LeanNode(template.Node):
    """What `lean` stands around."""

    def __init__(self, nodes: NodeList) -> None:
        self.nodelist = nodes

    def render(self, context: template.Context) -> SafeString:
        told = strip_spaces_between_tags(self.nodelist.render(context).strip())
        return SafeString(QUOTED.sub(r"=\1", OPTIONAL.sub("", told)))


@register.tag
def lean(parser: Parser, token: Token) -> LeanNode:
    """`{% lean %}...{% endlean %}`: table rows without what HTML can do without."""
    nodes = parser.parse(("endlean",))
    parser.delete_first_token()
    return LeanNode(nodes)


@register.filter
def initials(name: str, words: str = "ends") -> str:
    """Up to two capitals for an avatar: first and last word of a person, first two words ("start") of a company.

    "Anna Maria Virta" -> "AV"; "Kymi Paperi Oyj" with "start" -> "KP"; "support@x.example" -> "S"; "" -> "".
    """
    parts = [part for part in name.partition("@")[0].split() if part[0].isalnum()]
    chosen = parts[:2] if words == "start" else [*parts[:1], *parts[1:][-1:]]
    return "".join(part[0].upper() for part in chosen)


@register.filter
def spelled(email: str) -> str:
    """An address as it is; one of an international domain in its letters and, behind them, as machines write it."""
    return both_spellings(email)


@register.filter
def filesize_short(size: int) -> str:
    """A size in bytes as "640 kB" or "1.2 MB", in powers of 1000 and the reader's decimal sign."""
    if size < KILO:
        return f"{size}{NBSP}B"
    unit, value = "kB", size / KILO
    for larger in ("MB", "GB"):
        if round(value) < KILO:
            break
        unit, value = larger, value / KILO
    decimals = 1 if unit != "kB" and round(value) < TWO_DIGITS else 0
    return f"{number_format(round(value, decimals), decimals)}{NBSP}{unit}"


@register.filter
def local_time(moment: datetime, now: datetime | None = None) -> str:
    """A moment on the reader's clock, no longer than needed: "today 16:45", "Fri 11:10", "19 Nov", "19 Nov 2025".

    `moment` is aware; `now` (aware, the present by default) is for tests and for pages frozen at one instant.
    The weekday is used up to six days before or after today, so that it never means two days.
    """
    return _near(moment, now) or short_day(timezone.localdate(moment), timezone.localdate(now))


def _near(moment: datetime, now: datetime | None) -> str:
    """With its time of day where it is within a week, else nothing."""
    local = timezone.localtime(moment)
    away = local.date() - timezone.localdate(now)
    if not away:
        # Translators: a moment of today; Finnish "tänään klo %(time)s".
        return gettext("today %(time)s") % {"time": clock_time(local)}
    # Translators: date format of a moment within a week, "Fri 11:10"; Finnish "D G.i" (pe 11.10).
    return date_format(local, pgettext("date format", "D H:i")) if abs(away) < timedelta(days=7) else ""


@register.filter
def stamp(moment: datetime) -> str:
    """A moment in a conversation: as `local_time`, but always with its time of day."""
    return _near(moment, None) or f"{short_day(timezone.localdate(moment))} {clock_time(moment)}"


@register.filter
def clock_time(moment: datetime) -> str:
    """The time of day of an aware moment on the reader's clock: "16:45"."""
    # Translators: date format of a time of day, "16:45"; Finnish "G.i" (16.45).
    return date_format(timezone.localtime(moment), pgettext("date format", "H:i"))


@register.filter
def full_day(day: date) -> str:
    """A day with all its parts: "Fri 25 Dec 2026"."""
    # Translators: date format of a day, "Fri 25 Dec 2026"; Finnish "D j.n.Y" (pe 25.12.2026).
    return date_format(day, pgettext("date format", "D j M Y"))


@register.filter
def short_day(day: date, today: date | None = None) -> str:
    """A day without its weekday, no longer than needed: "19 Nov", "19 Nov 2027"; `today` is for tests."""
    if day.year == (today or timezone.localdate()).year:
        # Translators: date format within the year, "19 Nov"; Finnish "j.n." (19.11.).
        return date_format(day, pgettext("date format", "j M"))
    # Translators: date format of another year, "19 Nov 2025"; Finnish "j.n.Y" (19.11.2025).
    return date_format(day, pgettext("date format", "j M Y"))


@register.filter
def full_time(moment: datetime) -> str:
    """An aware moment with all its parts, for a title: "Thu 19 Nov 2026 16:45"."""
    # Translators: date format with all parts, "Thu 19 Nov 2026 16:45"; Finnish "D j.n.Y G.i" (to 19.11.2026 16.45).
    return date_format(timezone.localtime(moment), pgettext("date format", "D j M Y H:i"))


@register.filter
def minutes_words(minutes: int) -> str:
    """Whole minutes, without sign, in the units of a promise: "22 min", "2 h 7 min", "3 h", then days rounded down.

    The scripts count on with the same words (`unit_words`), so the rule must stay the same in `sla_clock.js`.
    """
    minutes = abs(minutes)
    if minutes < MINUTES_PER_HOUR:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if minutes >= MINUTES_PER_DAY:
        days = minutes // MINUTES_PER_DAY
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    if rest:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return gettext("%(hours)s h") % {"hours": hours}


def ahead_words(promise: str, time: str) -> str:
    """A promise that is still to be kept: "Response in 22 min"."""
    # Translators: %(promise)s is the name of a promise, such as "Response".
    return gettext("%(promise)s in %(time)s") % {"promise": promise, "time": time}


def behind_words(promise: str, time: str) -> str:
    """A promise that is late: "Response late by 22 min"."""
    # Translators: %(promise)s is the name of a promise, such as "Response".
    return gettext("%(promise)s late by %(time)s") % {"promise": promise, "time": time}


@register.simple_tag
def unit_words() -> SafeString:
    """The words of `minutes_words` and of promises as data attributes of `<body>`, for the script that counts on."""
    return format_html(
        'data-ahead="{}" data-behind="{}" '
        'data-minutes="{}" data-hours="{}" data-hours-minutes="{}" data-day="{}" data-days="{}"',
        gettext("%(promise)s in %(time)s"),
        gettext("%(promise)s late by %(time)s"),
        gettext("%(minutes)s min"),
        gettext("%(hours)s h"),
        gettext("%(hours)s h %(minutes)s min"),
        ngettext("%(days)s day", "%(days)s days", 1),
        ngettext("%(days)s day", "%(days)s days", 2),
    )
