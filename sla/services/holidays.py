"""Public holidays as a proposal; which of them the desk keeps, and for how long, is decided by a person."""

from typing import Any

import holidays
from holidays import HolidayBase

# Eves that nobody's law makes holidays but agreements do: some countries' data has them among the public ones, by
# these English names, and others' in categories of their own.
EVES = {"FI": frozenset({"Midsummer Eve", "Christmas Eve"})}
CUSTOMARY = frozenset({"de_facto", "half_day"})


def public_holidays(
    country: str, years: range, language: str, *, region: str = "", eves: bool = True
) -> dict[str, Any]:
    """The holidays of country and region as closed days, named in a language where the data has it.

    With `eves` those that are kept by agreement and not by law as well. {} for a country that nobody knows of; a
    region that is none of the country's counts as none. The shape is that of a calendar version's exceptions.
    """
    if country not in holidays.list_supported_countries():
        return {}
    region = region if region in holidays.list_supported_countries()[country] else ""
    known = _known(country, years, region, _named_in(country, language), eves=eves)
    left_out = set() if eves else _eves(country, years, region)
    return {day.isoformat(): {"name": name, "open": []} for day, name in sorted(known.items()) if day not in left_out}


def regions(country: str, year: int) -> list[tuple[str, str]]:
    """(code, name) of the parts of a country that have holidays of their own in that year, by name.

    The codes are those of ISO 3166-2 behind the country's, and a few names of towns.
    """
    codes = holidays.list_supported_countries().get(country, [])
    years, everywhere = range(year, year + 1), holidays.country_holidays(country, years=year) if codes else {}
    own = [code for code in codes if _known(country, years, code, None, eves=False).keys() != everywhere.keys()]
    names = {code: name for name, code in getattr(holidays, country).subdivisions_aliases.items()} if own else {}
    return sorted(((code, names.get(code, code)) for code in own), key=lambda pair: pair[1])


def has_eves(country: str) -> bool:
    """Whether the switch would change anything in this country."""
    if country in EVES:
        return True
    return country in holidays.list_supported_countries() and bool(_customary(country))


def _known(country: str, years: range, region: str, language: str | None, *, eves: bool) -> HolidayBase:
    categories = {"public", *(_customary(country) if eves else ())}
    return holidays.country_holidays(
        country, subdiv=region or None, years=years, language=language, categories=categories
    )


def _eves(country: str, years: range, region: str) -> set[Any]:
    names = EVES.get(country, frozenset())
    known = _known(country, years, region, "en_US", eves=False) if names else {}
    return {day for day, name in known.items() if name in names}


def _customary(country: str) -> frozenset[str]:
    return CUSTOMARY & set(getattr(holidays, country).supported_categories)


def _named_in(country: str, language: str) -> str | None:
    supported = holidays.list_localized_countries().get(country, [])
    return next((name for name in supported if name.startswith(language)), None)
