"""What stands on the lines of an invoice and why, in the languages we invoice in: words for the customer.

The desk reads the whole reasoning (billing.rating.reasons); a customer is told what makes a line differ from the plain
price.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from billing.documents.legal import FALLBACK
from billing.rating.reasons import Reason, Why

# By language; the codes of work that a new workspace has, and the bands of the usual contracts.
_WORK: Mapping[str, Mapping[str, str]] = {
    "remote": {"fi": "Etätyö", "en": "Remote work", "de": "Fernwartung"},
    "onsite": {"fi": "Työ asiakkaan luona", "en": "Work on site", "de": "Arbeit vor Ort"},
    "travel": {"fi": "Matka-aika", "en": "Travelling time", "de": "Anfahrt"},
}
_BANDS: Mapping[str, Mapping[str, str]] = {
    "early": {"fi": "aamu", "en": "early morning", "de": "früher Morgen"},
    "evening": {"fi": "ilta", "en": "evening", "de": "Abend"},
    "night": {"fi": "yö", "en": "night", "de": "Nacht"},
    "saturday": {"fi": "lauantai", "en": "Saturday", "de": "Samstag"},
    "sunday": {"fi": "sunnuntai", "en": "Sunday", "de": "Sonntag"},
    "weekend": {"fi": "viikonloppu", "en": "weekend", "de": "Wochenende"},
    "holiday": {"fi": "pyhäpäivä", "en": "holiday", "de": "Feiertag"},
}
PLAIN_BAND = "normal"
_ITEMS: Mapping[str, Mapping[str, str]] = {
    "monthly_fee": {"fi": "Kuukausimaksu", "en": "Monthly fee", "de": "Monatspauschale"},
    "yearly_fee": {"fi": "Vuosimaksu", "en": "Yearly fee", "de": "Jahrespauschale"},
    "callout": {"fi": "Hälytysmaksu", "en": "Call-out fee", "de": "Einsatzpauschale"},
    "km": {"fi": "Kilometrikorvaus", "en": "Kilometres", "de": "Kilometergeld"},
    "per_ticket": {"fi": "Palvelupyynnön hinta", "en": "Price of the ticket", "de": "Ticketpauschale"},
    "lot": {
        "fi": "Ennakkoon ostettu työaika",
        "en": "Prepaid working time",
        "de": "Vorausbezahlte Arbeitszeit",
    },
    "cap": {
        "fi": "Sopimuksen enimmäishinnan ylittävä osa",
        "en": "Above the contract's highest price",
        "de": "Über dem Höchstpreis des Vertrags",
    },
}
_SURCHARGE = {"fi": "{work}, lisä", "en": "{work}, surcharge", "de": "{work}, Zuschlag"}
_WHY: Mapping[Why, Mapping[str, str]] = {
    Why.CAPPED: {
        "fi": "Yli enimmäisajan {cap} min, ei veloiteta",
        "en": "Above the cap of {cap} min, free",
        "de": "Über der Obergrenze von {cap} Min., kostenlos",
    },
    Why.GOODWILL: {"fi": "Hyvitys: {reason}", "en": "Goodwill: {reason}", "de": "Kulanz: {reason}"},
    Why.WARRANTY: {"fi": "Takuu: {reason}", "en": "Warranty: {reason}", "de": "Gewährleistung: {reason}"},
    Why.PER_TICKET: {
        "fi": "Sisältyy palvelupyynnön hintaan",
        "en": "Covered by the price of the ticket",
        "de": "In der Ticketpauschale enthalten",
    },
    Why.INCLUDED: {
        "fi": "Sisältyy sopimukseen, kuukausi {month}",
        "en": "Included in the contract, month {month}",
        "de": "Im Vertrag enthalten, Monat {month}",
    },
    Why.UNLIMITED: {"fi": "Sisältyy sopimukseen", "en": "Included in the contract", "de": "Im Vertrag enthalten"},
    Why.PREPAID: {"fi": "Ennakkoon ostettu aika", "en": "Prepaid time", "de": "Vorausbezahlte Zeit"},
    Why.BAND: {
        "fi": "Aika lasketaan {multiplier}-kertaisena",
        "en": "Hours count {multiplier} times",
        "de": "Zeit zählt {multiplier}-fach",
    },
    Why.ROUNDED_UP: {
        "fi": "Pyöristys +{minutes} min",
        "en": "Rounding +{minutes} min",
        "de": "Rundung +{minutes} Min.",
    },
    Why.ROUNDED_DOWN: {
        "fi": "Pyöristys -{minutes} min",
        "en": "Rounding -{minutes} min",
        "de": "Rundung -{minutes} Min.",
    },
    Why.FEE_BY_DAYS: {"fi": "{days}/{of} päivää", "en": "{days} of {of} days", "de": "{days} von {of} Tagen"},
}


def line_name(kind: str, item: str, works: Mapping[str, str], language: str) -> str:
    """What a rated line is called; `works` are the workspace's own names of types of work, by code."""
    if kind in ("fee", "lot", "callout", "km", "per_ticket", "cap"):
        return _said(_ITEMS[item.partition("/")[0] if kind != "cap" else "cap"], language)
    work, _, band = item.partition("/")
    name = _said(_WORK[work], language) if work in _WORK else works.get(work, work)
    if kind == "surcharge":
        name = _said(_SURCHARGE, language).format(work=name)
    return name if band in ("", PLAIN_BAND) else f"{name}, {_said(_BANDS.get(band, {FALLBACK: band}), language)}"


def why_of(reasons: Iterable[Reason], language: str) -> str:
    """What a customer should know of them, as short sentences; often nothing."""
    said = (_said(_WHY[each.why], language).format(**dict(each.values)) for each in reasons if each.why in _WHY)
    return ". ".join(dict.fromkeys(said))


def ticket_name(number: str, prefix: str) -> str:
    """A ticket as customers know it."""
    return f"{prefix}-{number}"


def month_name(first: date) -> str:
    """A month as invoices name it, in every language."""
    return f"{first.month}/{first.year}"


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts[FALLBACK])
