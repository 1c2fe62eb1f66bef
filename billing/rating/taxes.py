"""Which tax a service bears: by who sells to whom, and by the date of the service, never by that of the invoice.

Categories are those of EN 16931: S standard, AE reverse charge (art. 44 and 196 of Directive 2006/112/EC), O outside
the scope. The rates of the Union stand in `billing.rates`, the others here: CRA (Ontario HST), CBIC (services 18 %,
halved into CGST and SGST within a state).
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from stdnum.eu import vat

from billing.rates import steps

EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905  # a list of 27 is taller
)

STANDARD, REVERSE_CHARGE, OUTSIDE = "S", "AE", "O"


@dataclass(frozen=True, slots=True)
class Party:
    """A side of the contract. `region` matters where a country's tax depends on it, by its short code (ON, KA).

    `incomplete` names what an invoice to them would lack: "address", "einvoice_address".
    """

    country: str
    region: str = ""
    vat_id: str = ""
    business: bool = True
    incomplete: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, order=True)
class Tax:
    """One component: category, rate in percent, and the code of the tax or of the reason why there is none."""

    category: str
    rate: Decimal
    code: str

    @property
    def sorting(self) -> tuple[str, Decimal, str]:
        return self.category, self.rate, self.code


Taxes = tuple[Tax, ...]


def _parts(**rates: str) -> Taxes:
    return tuple(Tax(STANDARD, Decimal(rate), code) for code, rate in rates.items())


AE = (Tax(REVERSE_CHARGE, Decimal(0), "VATEX-EU-AE"),)
O = (Tax(OUTSIDE, Decimal(0), "VATEX-EU-O"),)  # noqa: E741 - as the standard names it
INTER_STATE = "*"

# Country, region ("" for the whole country, "*" between two regions of it): from when on which components.
ELSEWHERE: dict[tuple[str, str], tuple[tuple[date, Taxes], ...]] = {
    ("CA", "ON"): ((date(2010, 7, 1), _parts(HST="13")),),
    ("IN", ""): ((date(2017, 7, 1), _parts(CGST="9", SGST="9")),),
    ("IN", INTER_STATE): ((date(2017, 7, 1), _parts(IGST="18")),),
    ("US", ""): ((date(1970, 1, 1), ()),),
}


class NoTaxRule(LookupError):
    """The table does not know what a service of this seller bears on this day."""


def taxes_for(seller: Party, buyer: Party, day: date) -> Taxes:
    """The components of a service rendered on a day; empty where there is no such tax at all. Raises NoTaxRule."""
    if seller.country == buyer.country:
        return _domestic(seller, buyer, day)
    if seller.country in EU and buyer.country in EU:
        return AE if buyer.business else _standard(seller.country, seller.region, day)
    return O


def needs_vat_id(seller: Party, buyer: Party) -> bool:
    """Whether the buyer's VAT number decides the tax: business in another member state."""
    other = seller.country != buyer.country and {seller.country, buyer.country} <= EU
    return other and buyer.business


def is_vat_id(text: str) -> bool:
    """Whether a VAT number of the Union has the form and the check digit of its country."""
    return bool(vat.is_valid(text))


def _domestic(seller: Party, buyer: Party, day: date) -> Taxes:
    regions = {seller.region, buyer.region} - {""}
    if len(regions) > 1 and (seller.country, INTER_STATE) in ELSEWHERE:
        return _standard(seller.country, INTER_STATE, day)
    return _standard(seller.country, buyer.region or seller.region, day)


def _standard(country: str, region: str, day: date) -> Taxes:
    rows = ELSEWHERE.get((country, region)) or ELSEWHERE.get((country, "")) or _union(country)
    found = [taxes for since, taxes in rows if since <= day]
    if not found:
        raise NoTaxRule(f"{country} {region}".strip() + f" on {day}")
    return found[-1]


def _union(country: str) -> list[tuple[date, Taxes]]:
    return [(since, (Tax(STANDARD, standard, "VAT"),)) for since, (standard, *_) in steps(country)]
