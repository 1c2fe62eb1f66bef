"""What is printed around the numbers, and how numbers and days look, in the languages we invoice in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.documents.codes import FINNISH_UNITS
from billing.documents.legal import FALLBACK
from billing.documents.money import cents, shortest

# Between groups of digits and before a unit: a line must not break there.
HARD = "\u00a0"
EN_DASH = "\u2013"
_ENGLISH_UNITS = {
    "HUR": "h", "MIN": "min", "KMT": "km", "C62": "pcs", "H87": "pcs", "EA": "pcs", "DAY": "days", "MON": "month",
    "ANN": "year", "LS": "lot",
}  # fmt: skip
_GERMAN_UNITS = {
    "HUR": "Std.", "MIN": "Min.", "KMT": "km", "C62": "Stk.", "H87": "Stk.", "EA": "Stk.", "DAY": "Tage",
    "MON": "Monat", "ANN": "Jahr", "LS": "Los",
}  # fmt: skip
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_FINNISH = {
    "billed_to": "Laskutetaan", "number": "Laskun numero", "credit_number": "Hyvityslaskun numero",
    "issued": "Laskun päivä", "credit_issued": "Hyvityslaskun päivä", "period": "Toimitusjakso",
    "delivered": "Toimituspäivä", "contract": "Sopimus",
    "order": "Tilausnumero", "reference": "Viitteenne", "project": "Projekti", "terms": "Maksuehto",
    "due": "Eräpäivä", "credits": "Hyvittää laskun", "what": "Kuvaus", "quantity": "Määrä", "price": "Yksikköhinta",
    "tax": "ALV", "net": "Veroton", "total_net": "Veroton yhteensä", "vat": "ALV {rate} % summasta {base}",
    "no_vat": "ALV 0 % summasta {base}", "gross": "Yhteensä", "paid": "Maksettu", "pay": "Maksettava",
    "credited": "Hyvitetään", "account": "Saajan tilinumero", "bic": "BIC", "payment_reference": "Viitenumero",
    "recipient": "Saaja", "payer": "Maksaja", "sum": "Summa", "page": "Sivu", "business_id": "Y-tunnus",
    "registered": "Rekisterinumero",
    "vat_id": "ALV-tunnus", "e_address": "Verkkolaskuosoite", "operator": "Välittäjä",
    "vat_in": "ALV valuutassa {currency}", "other": "Muut", "minutes": "{minutes} min hinnasta/h",
    "late_percent": "{percent} %",
}  # fmt: skip
_ENGLISH = {
    "billed_to": "Billed to", "number": "Invoice number", "credit_number": "Credit note number",
    "issued": "Invoice date", "credit_issued": "Credit note date", "period": "Period of service",
    "delivered": "Date of service", "contract": "Contract",
    "order": "Order number", "reference": "Your reference", "project": "Project", "terms": "Terms of payment",
    "due": "Due date", "credits": "Credits invoice", "what": "Description", "quantity": "Quantity",
    "price": "Unit price", "tax": "VAT", "net": "Net", "total_net": "Total without VAT",
    "vat": "VAT {rate} % of {base}", "no_vat": "VAT 0 % of {base}", "gross": "Total", "paid": "Paid before",
    "pay": "To pay", "credited": "Credited", "account": "Account (IBAN)", "bic": "BIC",
    "payment_reference": "Payment reference", "recipient": "Payee", "payer": "Payer", "sum": "Sum", "page": "Page",
    "registered": "Registration number",
    "business_id": "Business ID", "vat_id": "VAT number", "e_address": "E-invoicing address", "operator": "Operator",
    "vat_in": "VAT in {currency}", "other": "Other", "minutes": "{minutes} min of price/h",
    "late_percent": "{percent} %",
}  # fmt: skip
_GERMAN = {
    "billed_to": "Rechnung an", "number": "Rechnungsnummer", "credit_number": "Nummer der Korrektur",
    "issued": "Rechnungsdatum", "credit_issued": "Datum der Korrektur", "period": "Leistungszeitraum",
    "delivered": "Leistungsdatum", "contract": "Vertrag",
    "order": "Bestellnummer", "reference": "Ihre Referenz", "project": "Projekt", "terms": "Zahlungsziel",
    "due": "Fällig am", "credits": "Korrigiert Rechnung", "what": "Beschreibung", "quantity": "Menge",
    "price": "Einzelpreis", "tax": "USt.", "net": "Netto", "total_net": "Summe netto",
    "vat": "USt. {rate} % auf {base}", "no_vat": "USt. 0 % auf {base}", "gross": "Gesamtbetrag",
    "paid": "Bereits gezahlt", "pay": "Zu zahlen", "credited": "Gutschrift", "account": "Konto (IBAN)", "bic": "BIC",
    "payment_reference": "Verwendungszweck", "recipient": "Empfänger", "payer": "Zahler", "sum": "Betrag",
    "registered": "Registernummer",
    "page": "Seite", "business_id": "Y-tunnus", "vat_id": "USt-IdNr.", "e_address": "E-Rechnungsadresse",
    "operator": "Provider", "vat_in": "USt. in {currency}", "other": "Sonstiges",
    "minutes": "{minutes} Min. vom Preis/Std.", "late_percent": "{percent} %",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the page."""

    language: str
    labels: Mapping[str, str]
    units: Mapping[str, str]
    thousands: str
    point: str
    days: str

    def __getitem__(self, label: str) -> str:
        return self.labels[label]

    def day(self, value: date) -> str:
        """As the language writes it, the month in digits."""
        return self.days.format(value)

    def days_between(self, first: date | None, last: date | None) -> str:
        """One day, or the first and the last; nothing where neither is known."""
        known = sorted({day for day in (first, last) if day})
        return f" {EN_DASH} ".join(self.day(day) for day in known)

    def number(self, value: Decimal) -> str:
        """A quantity or percentage without needless zeros."""
        return self._grouped(shortest(value))

    def money(self, value: Decimal | None) -> str:
        """An amount with two decimals."""
        return self._grouped(f"{cents(value or Decimal(0)):f}")

    def price(self, value: Decimal) -> str:
        """A price with at least two decimals."""
        plain = shortest(value)
        return self._grouped(f"{value:.2f}" if len(plain.partition(".")[2]) < 2 else plain)

    def sum(self, value: Decimal | None, currency: str) -> str:
        """An amount with its currency."""
        return f"{self.money(value)}{HARD}{_SIGNS.get(currency, currency)}"

    def unit(self, code: str) -> str:
        """As people write it, or the code itself."""
        return self.units.get(code, code)

    def _grouped(self, plain: str) -> str:
        """A true minus sign, thousands apart."""
        sign = "\u2212" if plain.startswith("-") else ""
        whole, _, rest = plain.removeprefix("-").partition(".")
        return f"{sign}{int(whole):,}".replace(",", self.thousands) + (self.point + rest if rest else "")


_KNOWN = {
    "fi": Words("fi", _FINNISH, FINNISH_UNITS, HARD, ",", "{0.day}.{0.month}.{0.year}"),
    "en": Words("en", _ENGLISH, _ENGLISH_UNITS, ",", ".", "{:%Y-%m-%d}"),
    "de": Words("de", _GERMAN, _GERMAN_UNITS, ".", ",", "{:%d.%m.%Y}"),
}


def words(language: str) -> Words:
    """Those of a language, or English ones."""
    return _KNOWN.get(language, _KNOWN[FALLBACK])
