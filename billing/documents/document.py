"""An invoice or credit note as EN 16931-1:2017 sees it, frozen: what is printed, sent and stored is made from this.

A term that is absent is an empty text, an empty tuple or None. Amounts of a credit note are positive, as in UBL; only
Finvoice turns their signs. BT and BG are the numbers of the standard's terms and groups.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

INVOICE = "380"
CORRECTED_INVOICE = "384"
CREDIT_NOTE = "381"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number with the register it belongs to: a code of ISO 6523 or of the EAS list (BT-34-1, BT-49-1)."""

    value: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """BG-5 of the seller (BT-35 street ... BT-40 country), BG-8 of the buyer (BT-50 ... BT-55)."""

    street: str = ""
    more: str = ""
    city: str = ""
    post_code: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """BG-6 of the seller (BT-41 name, BT-42 telephone, BT-43 mail), BG-9 of the buyer (BT-56 ... BT-58)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """BG-4 seller and BG-7 buyer.

    name BT-27, BT-44; trading_name BT-28, BT-45; number BT-29, BT-46; legal_id BT-30, BT-47 (Y-tunnus); vat_id BT-31,
    BT-48; tax_id BT-32; legal_text BT-33; electronic BT-34, BT-49; operator: the address of the one who delivers, for
    Finvoice only.
    """

    name: str = ""
    trading_name: str = ""
    number: Identifier = Identifier()
    legal_id: Identifier = Identifier()
    vat_id: str = ""
    tax_id: str = ""
    legal_text: str = ""
    electronic: Identifier = Identifier()
    operator: str = ""
    address: Address = Address()
    contact: ContactPoint = ContactPoint()


def is_finnish(party: Party) -> bool:
    """Whether it is a Finnish company, with what is usual on invoices there."""
    return party.vat_id.startswith("FI") or (not party.vat_id and party.address.country == "FI")


@dataclass(frozen=True, slots=True)
class Account:
    """BG-17: iban BT-84, name BT-85, bic BT-86."""

    iban: str = ""
    name: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """BG-16: means BT-81 (58 is a SEPA credit transfer), means_text BT-82, reference BT-83 (viitenumero or RF).

    virtual_barcode is what Finnish banks read in place of typing; it has no term. mandate BT-89 is read only: nothing
    of ours is debited directly.
    """

    means: str = ""
    means_text: str = ""
    reference: str = ""
    accounts: tuple[Account, ...] = ()
    virtual_barcode: str = ""
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class Preceding:
    """BG-3: the invoice that a credit note takes back; number BT-25, issued_on BT-26."""

    number: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (BG-20, BG-27) or a charge (BG-21, BG-28), positive.

    amount BT-92, BT-99; base BT-93, BT-100; percent BT-94, BT-101; category BT-95, BT-102; rate BT-96, BT-103;
    reason BT-97, BT-104; reason_code BT-98, BT-105. On a line it has no VAT of its own: amount BT-136, BT-141, ...
    """

    amount: Decimal | None
    is_charge: bool = False
    base: Decimal | None = None
    percent: Decimal | None = None
    category: str = ""
    rate: Decimal | None = None
    reason: str = ""
    reason_code: str = ""

    @property
    def signed(self) -> Decimal:
        """What it adds to a sum."""
        amount = self.amount or Decimal(0)
        return amount if self.is_charge else -amount


@dataclass(frozen=True, slots=True)
class VatGroup:
    """BG-23: base BT-116, amount BT-117, category BT-118, rate BT-119, reason BT-120, reason_code BT-121."""

    category: str
    rate: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22: lines BT-106, allowances BT-107, charges BT-108, net BT-109, vat BT-110, vat_accounting BT-111,
    gross BT-112, paid BT-113, rounding BT-114, payable BT-115."""

    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    vat_accounting: Decimal | None = None
    gross: Decimal | None = None
    paid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24: number BT-122, description BT-123, url BT-124, content BT-125 with its type and file name."""

    number: str
    description: str = ""
    url: str = ""
    content: bytes = b""
    mime: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25: id BT-126, note BT-127, ticket BT-128, quantity BT-129, unit BT-130, net BT-131, starts_on BT-134,
    ends_on BT-135, price BT-146, base_quantity BT-149, base_unit BT-150, category BT-151, rate BT-152, name BT-153,
    description BT-154, article BT-155.

    order_line BT-132, account BT-133. Lines of one ticket stand together. net = quantity x price / base_quantity to
    the cent, with the line's own adjustments (BG-27, BG-28).
    """

    id: str
    name: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    net: Decimal | None
    category: str
    rate: Decimal | None
    ticket: str = ""
    note: str = ""
    description: str = ""
    article: str = ""
    order_line: str = ""
    account: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    base_quantity: Decimal | None = None
    base_unit: str = ""
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoice:
    """BG-0. number BT-1, issued_on BT-2, type_code BT-3, currency BT-5, tax_currency BT-6, due_on BT-9,
    buyer_reference BT-10, project BT-11, contract BT-12, order BT-13, terms BT-20, notes BT-22, delivered_on BT-72,
    starts_on BT-73, ends_on BT-74.

    language (ISO 639-1) is that of its texts; late_interest the sentence and late_interest_percent the rate on late
    payment: no terms of their own, part of BT-20 where a format has no place for them.
    """

    number: str
    issued_on: date | None
    type_code: str
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat: tuple[VatGroup, ...]
    totals: Totals
    payment: Payment = Payment()
    adjustments: tuple[Adjustment, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    due_on: date | None = None
    delivered_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    tax_currency: str = ""
    buyer_reference: str = ""
    order: str = ""
    contract: str = ""
    project: str = ""
    terms: str = ""
    late_interest: str = ""
    late_interest_percent: Decimal | None = None
    language: str = "en"

    @property
    def is_credit(self) -> bool:
        """Whether it takes back what was invoiced (BT-3 381)."""
        return self.type_code == CREDIT_NOTE
