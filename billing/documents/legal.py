"""The words that law and habit want on an invoice, in the languages we invoice in.

Reverse charge: Directive 2006/112/EC art. 44 and 196, art. 226 (11a); AVL 65 § and 209 e § (11). Late interest between
companies: Korkolaki 4 a § (reference rate and eight points), § 288 (2) BGB (base rate and nine), Directive 2011/7/EU.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from billing.documents.document import CORRECTED_INVOICE, CREDIT_NOTE, INVOICE

LANGUAGES = ("fi", "en", "de")
FALLBACK = "en"

_TITLES: Mapping[str, Mapping[str, str]] = {
    INVOICE: {"fi": "Lasku", "en": "Invoice", "de": "Rechnung"},
    CREDIT_NOTE: {"fi": "Hyvityslasku", "en": "Credit note", "de": "Rechnungskorrektur"},
    CORRECTED_INVOICE: {"fi": "Oikaisulasku", "en": "Corrected invoice", "de": "Korrigierte Rechnung"},
}
# Each fits three elements of 70 signs in Finvoice.
_REASONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "AE": (
        "VATEX-EU-AE",
        {
            "fi": "Käännetty verovelvollisuus / Reverse charge, AVL 65 §, direktiivi 2006/112/EY art. 44 ja 196",
            "en": "Reverse charge / Käännetty verovelvollisuus, Directive 2006/112/EC art. 44 and 196",
            "de": "Steuerschuldnerschaft des Leistungsempfängers, Reverse charge, RL 2006/112/EG Art. 44, 196",
        },
    ),
    "O": (
        "VATEX-EU-O",
        {
            "fi": "Myyntimaa ei ole Suomi, ei arvonlisäveroa, AVL 65 §",
            "en": "Not subject to VAT, place of supply outside the EU, Directive 2006/112/EC art. 44",
            "de": "Nicht steuerbar, Leistungsort außerhalb der EU, Richtlinie 2006/112/EG Art. 44",
        },
    ),
    "G": (
        "VATEX-EU-G",
        {
            "fi": "Vienti EU:n ulkopuolelle, ei arvonlisäveroa",
            "en": "Export outside the EU, VAT not charged",
            "de": "Ausfuhr außerhalb der EU, keine Umsatzsteuer",
        },
    ),
    "E": (
        "",
        {"fi": "Arvonlisäveroton myynti", "en": "Exempt from VAT", "de": "Umsatzsteuerfreie Leistung"},
    ),
}
_LATE: Mapping[str, str] = {
    "fi": "Viivästyskorko korkolain mukaan",
    "en": "Interest on late payment as provided by law",
    "de": "Verzugszinsen nach § 288 BGB",
}
_TERMS: Mapping[str, str] = {
    "fi": "{days} pv netto, eräpäivä {due:%d.%m.%Y}",
    "en": "{days} days net, due {due:%Y-%m-%d}",
    "de": "{days} Tage netto, fällig am {due:%d.%m.%Y}",
}
_CREDITS: Mapping[str, str] = {
    "fi": "Hyvittää laskun {number}, ei maksettavaa",
    "en": "Credits invoice {number}, nothing to pay",
    "de": "Korrigiert Rechnung {number}, nichts zu zahlen",
}
# The reference rate of Korkolaki 12 § for each half year, in percent (Suomen Pankki).
_REFERENCE_RATES = (
    (date(2024, 1, 1), Decimal("4.5")),
    (date(2024, 7, 1), Decimal("4.5")),
    (date(2025, 1, 1), Decimal("3.5")),
    (date(2025, 7, 1), Decimal("2.5")),
    (date(2026, 1, 1), Decimal("2.5")),
)
_POINTS = Decimal(8)


def title(type_code: str, language: str) -> str:
    """What stands at the head of the document."""
    return _said(_TITLES.get(type_code, _TITLES[INVOICE]), language)


def exemptions(language: str) -> dict[str, tuple[str, str]]:
    """For each VAT category without VAT: the text (BT-120) and the VATEX code (BT-121)."""
    return {category: (_said(texts, language), code) for category, (code, texts) in _REASONS.items()}


def late_interest(language: str) -> str:
    """The sentence; the law, not we, says how much."""
    return _said(_LATE, language)


def late_interest_percent(on: date) -> Decimal | None:
    """Between companies in Finland, or None for a half year that is not in the table."""
    for begins, reference in reversed(_REFERENCE_RATES):
        if on >= begins:
            within = on.year == begins.year and (on.month <= 6) == (begins.month <= 6)
            return reference + _POINTS if within else None
    return None


def payment_terms(issued_on: date, due_on: date, language: str) -> str:
    """As many days as lie between."""
    return _said(_TERMS, language).format(days=(due_on - issued_on).days, due=due_on)


def credit_terms(number: str, language: str) -> str:
    """On a credit note, in place of terms of payment."""
    return _said(_CREDITS, language).format(number=number)


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts[FALLBACK])
