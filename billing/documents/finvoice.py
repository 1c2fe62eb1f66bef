"""Finvoice 3.0 (Finanssiala, 17.12.2020): commas in numbers, days as CCYYMMDD, a fixed order, and texts of few signs.

A credit note has its signs turned and asks for 0,00. Attachments travel in a message of their own and are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from textwrap import wrap

from billing.documents.codes import FINNISH_UNITS
from billing.documents.document import Account, Adjustment, Invoice, Line, Party, VatGroup
from billing.documents.legal import title
from billing.documents.money import ZERO, share, total
from billing.documents.xml import Element, Vocabulary, amount, day, document, number, price

fin = Vocabulary()
INVOICE_CODES = {False: "INV01", True: "INV02"}
NATIONAL, CREDITOR = "SPY", "ISO"
# How many signs an element takes, and how often it may stand.
NAME, STREET, TERMS, VAT_TEXT, FREE, ROW_NAME = 70, 35, 70, 70, 512, 100
LONGEST_PAYEE = 35


@dataclass(frozen=True, slots=True)
class _Sums:
    """Writes amounts in the document's currency and with its sign."""

    currency: str
    sign: int

    def __call__(self, name: str, value: Decimal | None) -> Element | None:
        signed = None if value is None else value * self.sign + ZERO
        return fin(name, _comma(amount(signed)), AmountCurrencyIdentifier=self.currency)

    def price(self, name: str, value: Decimal | None) -> Element | None:
        return fin(name, _comma(price(value)), AmountCurrencyIdentifier=self.currency)


def render(invoice: Invoice, sent_at: datetime | None = None) -> bytes:
    """The document as XML, sound or not. `sent_at` stamps the message; without it the day of the invoice does."""
    stamp = sent_at.isoformat(timespec="seconds") if sent_at else f"{day(invoice.issued_on)}T00:00:00"
    return document("Finvoice", "", {}, _content(invoice, stamp), Version="3.0")


def _content(invoice: Invoice, stamp: str) -> Iterator[Element | list[Element] | None]:
    sums = _Sums(invoice.currency, -1 if invoice.is_credit else 1)
    yield _transmission(invoice, stamp)
    yield _party("Seller", invoice.seller)
    yield from _contact("Seller", invoice.seller)
    yield fin("SellerInformationDetails", _additional(invoice.seller), [_account(a) for a in invoice.payment.accounts])
    yield fin("InvoiceRecipientLanguageCode", invoice.language.upper())
    yield _party("Buyer", invoice.buyer)
    yield from _contact("Buyer", invoice.buyer)
    yield fin("DeliveryDetails", _day("DeliveryDate", invoice.delivered_on))
    yield _details(invoice, sums)
    yield fin("VirtualBankBarcode", invoice.payment.virtual_barcode)
    yield [_row(line, sums) for line in invoice.lines]
    yield _payment_order(invoice)


def _transmission(invoice: Invoice, stamp: str) -> Element | None:
    """Without an operator on both sides nobody could carry it: the file is then for import only."""
    seller, buyer = invoice.seller, invoice.buyer
    if not (seller.operator and buyer.operator):
        return None
    return fin(
        "MessageTransmissionDetails",
        fin(
            "MessageSenderDetails",
            fin("FromIdentifier", seller.electronic.value, SchemeID=seller.electronic.scheme),
            fin("FromIntermediator", seller.operator),
        ),
        fin(
            "MessageReceiverDetails",
            fin("ToIdentifier", buyer.electronic.value, SchemeID=buyer.electronic.scheme),
            fin("ToIntermediator", buyer.operator),
        ),
        fin(
            "MessageDetails",
            fin("MessageIdentifier", invoice.number),
            fin("MessageTimeStamp", stamp),
            fin("SpecificationIdentifier", "EN16931"),
        ),
    )


def _party(who: str, party: Party) -> Element | None:
    address = party.address
    streets = [part for text in (address.street, address.more) for part in _split(text, STREET, 3)]
    return fin(
        f"{who}PartyDetails",
        fin(f"{who}PartyIdentifier", party.legal_id.value, SchemeID=party.legal_id.scheme),
        [fin(f"{who}OrganisationName", part) for part in _split(party.name, NAME, 3)],
        fin(f"{who}OrganisationTradingName", party.trading_name[:NAME]),
        fin(f"{who}OrganisationTaxCode", party.vat_id),
        fin(f"{who}Code", party.number.value, SchemeID=party.number.scheme),
        fin(
            f"{who}PostalAddressDetails",
            [fin(f"{who}StreetName", part) for part in streets[:3]],
            fin(f"{who}TownName", address.city[:STREET]),
            fin(f"{who}PostCodeIdentifier", address.post_code),
            fin(f"{who}CountrySubdivision", address.region[:STREET]),
            fin("CountryCode", address.country),
        ),
    )


def _contact(who: str, party: Party) -> Iterator[Element | None]:
    contact = party.contact
    yield fin(f"{who}ContactPersonName", contact.name[:NAME])
    yield fin(
        f"{who}CommunicationDetails",
        fin(f"{who}PhoneNumberIdentifier", contact.phone[:STREET]),
        fin(f"{who}EmailaddressIdentifier", contact.email[:NAME]),
    )


def _additional(seller: Party) -> Element | None:
    return fin("SellerAdditionalLegalInfo", seller.legal_text[:FREE])


def _account(account: Account) -> Element | None:
    return fin(
        "SellerAccountDetails",
        fin("SellerAccountID", account.iban, IdentificationSchemeName="IBAN"),
        fin("SellerBic", account.bic, IdentificationSchemeName="BIC"),
    )


def _details(invoice: Invoice, sums: _Sums) -> Element | None:
    return fin(
        "InvoiceDetails",
        fin("InvoiceTypeCode", INVOICE_CODES[invoice.is_credit]),
        fin("InvoiceTypeCodeUN", invoice.type_code),
        fin("InvoiceTypeText", title(invoice.type_code, invoice.language).upper()),
        fin("OriginCode", "Original"),
        fin("InvoiceNumber", invoice.number),
        _day("InvoiceDate", invoice.issued_on),
        [_preceding(invoice)],
        _day("InvoicingPeriodStartDate", invoice.starts_on),
        _day("InvoicingPeriodEndDate", invoice.ends_on),
        fin("OrderIdentifier", invoice.order),
        fin("AgreementIdentifier", invoice.contract),
        fin("BuyerReferenceIdentifier", invoice.buyer_reference),
        fin("ProjectReferenceIdentifier", invoice.project),
        _totals(invoice, sums),
        [_vat(group, sums) for group in invoice.vat],
        [fin("InvoiceFreeText", part) for note in invoice.notes for part in _split(note, FREE, 20)],
        _terms(invoice),
        [_adjustment(adjustment, sums) for adjustment in invoice.adjustments if not adjustment.is_charge],
        [_adjustment(adjustment, sums) for adjustment in invoice.adjustments if adjustment.is_charge],
    )


def _preceding(invoice: Invoice) -> list[Element | None]:
    """The first one; a credit note of ours names exactly one."""
    return [
        part
        for item in invoice.preceding[:1]
        for part in (fin("OriginalInvoiceNumber", item.number), _day("OriginalInvoiceDate", item.issued_on))
    ]


def _totals(invoice: Invoice, sums: _Sums) -> list[Element | None]:
    totals = invoice.totals
    accounting = _Sums(invoice.tax_currency, sums.sign)
    return [
        sums("RowsTotalVatExcludedAmount", totals.lines),
        sums("DiscountsTotalVatExcludedAmount", totals.allowances),
        sums("ChargesTotalVatExcludedAmount", totals.charges),
        sums("InvoiceTotalVatExcludedAmount", totals.net),
        sums("InvoiceTotalVatAmount", totals.vat),
        accounting("InvoiceTotalVatAccountingAmount", totals.vat_accounting),
        sums("InvoiceTotalVatIncludedAmount", totals.gross),
        sums("InvoiceTotalRoundoffAmount", totals.rounding),
        sums("InvoicePaidAmount", totals.paid),
    ]


def _vat(group: VatGroup, sums: _Sums) -> Element | None:
    rate = None if group.category == "O" else group.rate
    return fin(
        "VatSpecificationDetails",
        sums("VatBaseAmount", group.base),
        fin("VatRatePercent", _comma(number(rate))),
        fin("VatCode", group.category),
        sums("VatRateAmount", group.amount),
        [fin("VatFreeText", part) for part in _split(group.reason, VAT_TEXT, 3)],
        fin("VatExemptionReasonCode", group.reason_code),
    )


def _terms(invoice: Invoice) -> Element | None:
    return fin(
        "PaymentTermsDetails",
        [fin("PaymentTermsFreeText", part) for part in _split(invoice.terms, TERMS, 2)],
        _day("InvoiceDueDate", invoice.due_on),
        fin(
            "PaymentOverDueFineDetails",
            [fin("PaymentOverDueFineFreeText", part) for part in _split(invoice.late_interest, TERMS, 3)],
            fin("PaymentOverDueFinePercent", _comma(number(invoice.late_interest_percent))),
        ),
    )


def _adjustment(adjustment: Adjustment, sums: _Sums) -> Element | None:
    kind, text = ("ChargeDetails", "ReasonText") if adjustment.is_charge else ("DiscountDetails", "FreeText")
    rate = None if adjustment.category == "O" else adjustment.rate
    return fin(
        kind,
        fin(text, adjustment.reason[:TERMS]),
        fin("ReasonCode", adjustment.reason_code),
        fin("Percent", _comma(number(adjustment.percent))),
        sums("Amount", adjustment.amount),
        sums("BaseAmount", adjustment.base),
        fin("VatCategoryCode", adjustment.category),
        fin("VatRatePercent", _comma(number(rate))),
    )


def _row(line: Line, sums: _Sums) -> Element | None:
    quantity = None if line.quantity is None else line.quantity * sums.sign
    rate = None if line.category == "O" else line.rate
    vat = None if line.net is None else share(line.net, line.rate or ZERO)
    return fin(
        "InvoiceRow",
        fin("InvoicedObjectID", line.ticket),
        fin("ArticleIdentifier", line.article),
        fin("ArticleName", line.name[:ROW_NAME]),
        fin("ArticleDescription", line.description[:FREE]),
        _quantity("InvoicedQuantity", quantity, line.unit),
        _day("StartDate", line.starts_on),
        _day("EndDate", line.ends_on),
        sums.price("UnitPriceAmount", line.price),
        sums.price("UnitPriceNetAmount", line.price),
        _quantity("UnitPriceBaseQuantity", line.base_quantity, line.base_unit),
        fin("RowOrderPositionIdentifier", line.order_line),
        fin("RowPositionIdentifier", line.id),
        fin("RowProposedAccountText", line.account[:STREET]),
        [fin("RowFreeText", part) for part in _split(line.note, FREE, 20)],
        _row_adjustments(line, sums),
        fin("RowVatRatePercent", _comma(number(rate))),
        fin("RowVatCode", line.category),
        sums("RowVatAmount", vat),
        sums("RowVatExcludedAmount", line.net),
    )


def _row_adjustments(line: Line, sums: _Sums) -> list[Element | None]:
    """A row has one discount: several become one."""
    discounts = [adjustment for adjustment in line.adjustments if not adjustment.is_charge]
    return [
        sums("RowDiscountAmount", total(discount.amount for discount in discounts) if discounts else None),
        fin("RowDiscountTypeText", ", ".join(discount.reason for discount in discounts)[:STREET]),
        *(
            fin("RowChargeDetails", fin("ReasonText", charge.reason[:TERMS]), sums("Amount", charge.amount))
            for charge in line.adjustments
            if charge.is_charge
        ),
    ]


def _payment_order(invoice: Invoice) -> Element | None:
    payment = invoice.payment
    account = payment.accounts[0] if payment.accounts else Account()
    scheme = CREDITOR if payment.reference.startswith("RF") else NATIONAL
    payable = ZERO if invoice.is_credit else invoice.totals.payable
    reference = payment.reference if re.fullmatch(r"\d{2,20}|RF\d\d[0-9A-Za-z]{1,21}", payment.reference) else ""
    identification = fin("EpiIdentificationDetails", _day("EpiDate", invoice.issued_on), fin.empty("EpiReference"))
    charge = fin.empty("EpiCharge")
    charge.set("ChargeOption", "SLEV")
    return fin(
        "EpiDetails",
        identification,
        fin(
            "EpiPartyDetails",
            fin.empty("EpiBfiPartyDetails")
            if not account.bic
            else fin("EpiBfiPartyDetails", fin("EpiBfiIdentifier", account.bic, IdentificationSchemeName="BIC")),
            fin(
                "EpiBeneficiaryPartyDetails",
                fin("EpiNameAddressDetails", invoice.seller.name[:LONGEST_PAYEE]),
                fin("EpiAccountID", account.iban, IdentificationSchemeName="IBAN"),
            ),
        ),
        fin(
            "EpiPaymentInstructionDetails",
            fin("EpiPaymentInstructionId", invoice.number),
            fin("EpiRemittanceInfoIdentifier", reference, IdentificationSchemeName=scheme),
            _Sums(invoice.currency, 1)("EpiInstructedAmount", payable),
            charge,
            _day("EpiDateOptionDate", invoice.due_on or invoice.issued_on),
            fin("EpiPaymentMeansCode", payment.means),
        ),
    )


def _quantity(name: str, value: Decimal | None, unit: str) -> Element | None:
    return fin(
        name, _comma(number(value)), QuantityUnitCode=FINNISH_UNITS.get(unit, unit), QuantityUnitCodeUN=unit
    )  # fmt: skip


def _day(name: str, value: date | None) -> Element | None:
    return fin(name, day(value, "%Y%m%d"), Format="CCYYMMDD")


def _comma(text: str) -> str:
    return text.replace(".", ",")


def _split(text: str, width: int, most: int) -> list[str]:
    """In pieces that fit, broken at blanks; what is too long even so is cut off."""
    return wrap(" ".join(text.split()), width)[:most]
