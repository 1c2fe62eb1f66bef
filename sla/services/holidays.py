"""Public holidays as a proposal; which of them the desk keeps, and for how long, is decided by a person."""

from typing import Any

import holidays


def public_holidays(country: str, years: range, language: str) -> dict[str, Any]:
    """The country's public holidays as closed days, named in a language where the data has it; {} where none is known.

    The shape is that of a calendar version's exceptions.
    """
    if country not in holidays.list_supported_countries():
        return {}
    known = holidays.country_holidays(country, years=years, language=_named_in(country, language))
    return {day.isoformat(): {"name": name, "open": []} for day, name in sorted(known.items())}


def _named_in(country: str, language: str) -> str | None:
    supported = holidays.list_localized_countries().get(country, [])
    return next((name for name in supported if name.startswith(language)), None)
