"""Who is away until when, and who stands in, in the reader's words."""

from django.utils.translation import gettext as _

from accounts.standing_in import Away
from core.templatetags.vaste import short_day


def sentence(away: Away) -> str:
    """ "Konsta is away until 30 Nov; Liisa stands in"."""
    return f"{_is_away(away)}; {_who(away)}"


def aside(away: Away) -> str:
    """The same beside a name: "away until 30 Nov, Liisa stands in"."""
    return f"{_away(away)}, {_who(away)}"


def to_stand_in(away: Away) -> str:
    """The same to whoever stands in."""
    values = {"name": away.member.name, "day": short_day(away.until) if away.until else ""}
    if away.until:
        return _("You stand in for %(name)s until %(day)s") % values
    return _("You stand in for %(name)s") % values


def _is_away(away: Away) -> str:
    values = {"name": away.member.name, "day": short_day(away.until) if away.until else ""}
    return _("%(name)s is away until %(day)s") % values if away.until else _("%(name)s is away") % values


def _away(away: Away) -> str:
    return _("away until %(day)s") % {"day": short_day(away.until)} if away.until else _("away")


def _who(away: Away) -> str:
    return _("%(name)s stands in") % {"name": away.stand_in.name} if away.stand_in else _("nobody stands in")
