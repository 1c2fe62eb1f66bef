"""Cross Industry Invoice D16B, as EN 16931 maps its terms to it (CEN/TS 16931-3-3): Factur-X and XRechnung use it."""

import base64
from collections.abc import Iterator
from datetime import date

from billing.documents.document import Account, Adjustment, Attachment, Invoice, Line, Party, VatGroup
from billing.documents.ubl import LINE_OBJECT, Profile
from billing.documents.xml import Element, Vocabulary, amount, day, document, number, price

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
rsm, ram, udt, qdt = Vocabulary(RSM), Vocabulary(RAM), Vocabulary(UDT), Vocabulary(QDT)
DAY = "102"
RELATED_DOCUMENT = "916"


def render(invoice: Invoice, profile: Profile) -> bytes:
    """The document as XML, sound or not: emitters ask first whether it is."""
    prefixes: dict[str | None, str] = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
    return document("CrossIndustryInvoice", RSM, prefixes, _content(invoice, profile))


def _content(invoice: Invoice, profile: Profile) -> Iterator[Element | None]:
    yield rsm(
        "ExchangedDocumentContext",
        ram("BusinessProcessSpecifiedDocumentContextParameter", ram("ID", profile.process)),
        ram("GuidelineSpecifiedDocumentContextParameter", ram("ID", profile.specification)),
    )
    yield rsm(
        "ExchangedDocument",
        ram("ID", invoice.number),
        ram("TypeCode", invoice.type_code),
        ram("IssueDateTime", _day(invoice.issued_on)),
        [ram("IncludedNote", ram("Content", note)) for note in invoice.notes],
    )
    yield rsm(
        "SupplyChainTradeTransaction",
        [_line(line) for line in invoice.lines],
        _agreement(invoice),
        _delivery(invoice),
        _settlement(invoice),
    )


def _day(value: date | None) -> Element | None:
    return udt("DateTimeString", day(value, "%Y%m%d"), format=DAY)


def _period(starts_on: date | None, ends_on: date | None) -> Element | None:
    return ram(
        "BillingSpecifiedPeriod", ram("StartDateTime", _day(starts_on)), ram("EndDateTime", _day(ends_on))
    )  # fmt: skip


def _line(line: Line) -> Element | None:
    return ram(
        "IncludedSupplyChainTradeLineItem",
        ram(
            "AssociatedDocumentLineDocument",
            ram("LineID", line.id),
            ram("IncludedNote", ram("Content", line.note)),
        ),
        ram(
            "SpecifiedTradeProduct",
            ram("SellerAssignedID", line.article),
            ram("Name", line.name),
            ram("Description", line.description),
        ),
        ram(
            "SpecifiedLineTradeAgreement",
            ram("BuyerOrderReferencedDocument", ram("LineID", line.order_line)),
            ram(
                "NetPriceProductTradePrice",
                ram("ChargeAmount", price(line.price)),
                ram("BasisQuantity", number(line.base_quantity), unitCode=line.base_unit),
            ),
        ),
        ram("SpecifiedLineTradeDelivery", ram("BilledQuantity", number(line.quantity), unitCode=line.unit)),
        _line_settlement(line),
    )


def _line_settlement(line: Line) -> Element | None:
    ticket = ram(
        "AdditionalReferencedDocument", ram("IssuerAssignedID", line.ticket), ram("TypeCode", LINE_OBJECT)
    )  # fmt: skip
    return ram(
        "SpecifiedLineTradeSettlement",
        ram("ApplicableTradeTax", ram("TypeCode", "VAT"), ram("CategoryCode", line.category), _rate(line)),
        _period(line.starts_on, line.ends_on),
        [_adjustment(adjustment, has_vat=False) for adjustment in line.adjustments],
        ram("SpecifiedTradeSettlementLineMonetarySummation", ram("LineTotalAmount", amount(line.net))),
        ticket if line.ticket else None,
        ram("ReceivableSpecifiedTradeAccountingAccount", ram("ID", line.account)),
    )


def _rate(taxed: Line | Adjustment | VatGroup) -> Element | None:
    """Outside the scope of VAT there is no rate (BR-O-05)."""
    return ram("RateApplicablePercent", "" if taxed.category == "O" else number(taxed.rate))


def _agreement(invoice: Invoice) -> Element | None:
    return ram(
        "ApplicableHeaderTradeAgreement",
        ram("BuyerReference", invoice.buyer_reference),
        _party("SellerTradeParty", invoice.seller),
        _party("BuyerTradeParty", invoice.buyer),
        ram("BuyerOrderReferencedDocument", ram("IssuerAssignedID", invoice.order)),
        ram("ContractReferencedDocument", ram("IssuerAssignedID", invoice.contract)),
        [_attachment(attachment) for attachment in invoice.attachments],
        ram("SpecifiedProcuringProject", ram("ID", invoice.project), ram("Name", invoice.project)),
    )


def _party(name: str, party: Party) -> Element | None:
    """A number of a register goes into GlobalID, one of our own into ID."""
    own = "GlobalID" if party.number.scheme else "ID"
    contact, address = party.contact, party.address
    return ram(
        name,
        ram(own, party.number.value, schemeID=party.number.scheme),
        ram("Name", party.name),
        ram("Description", party.legal_text),
        ram(
            "SpecifiedLegalOrganization",
            ram("ID", party.legal_id.value, schemeID=party.legal_id.scheme),
            ram("TradingBusinessName", party.trading_name),
        ),
        ram(
            "DefinedTradeContact",
            ram("PersonName", contact.name),
            ram("TelephoneUniversalCommunication", ram("CompleteNumber", contact.phone)),
            ram("EmailURIUniversalCommunication", ram("URIID", contact.email)),
        ),
        ram(
            "PostalTradeAddress",
            ram("PostcodeCode", address.post_code),
            ram("LineOne", address.street),
            ram("LineTwo", address.more),
            ram("CityName", address.city),
            ram("CountryID", address.country),
            ram("CountrySubDivisionName", address.region),
        ),
        ram("URIUniversalCommunication", ram("URIID", party.electronic.value, schemeID=party.electronic.scheme)),
        ram("SpecifiedTaxRegistration", ram("ID", party.vat_id, schemeID="VA")),
        ram("SpecifiedTaxRegistration", ram("ID", party.tax_id, schemeID="FC")),
    )


def _attachment(attachment: Attachment) -> Element | None:
    content = base64.b64encode(attachment.content).decode()
    return ram(
        "AdditionalReferencedDocument",
        ram("IssuerAssignedID", attachment.number),
        ram("URIID", attachment.url),
        ram("TypeCode", RELATED_DOCUMENT),
        ram("Name", attachment.description),
        ram("AttachmentBinaryObject", content, mimeCode=attachment.mime, filename=attachment.filename),
    )


def _delivery(invoice: Invoice) -> Element:
    """Must be there, even with nothing in it."""
    event = ram("ActualDeliverySupplyChainEvent", ram("OccurrenceDateTime", _day(invoice.delivered_on)))
    name = "ApplicableHeaderTradeDelivery"
    return ram.empty(name) if event is None else ram(name, event)


def _settlement(invoice: Invoice) -> Element | None:
    texts = "\n".join(text for text in (invoice.terms, invoice.late_interest) if text)
    return ram(
        "ApplicableHeaderTradeSettlement",
        ram("PaymentReference", invoice.payment.reference),
        ram("TaxCurrencyCode", invoice.tax_currency),
        ram("InvoiceCurrencyCode", invoice.currency),
        _payment_means(invoice),
        [_vat(group) for group in invoice.vat],
        _period(invoice.starts_on, invoice.ends_on),
        [_adjustment(adjustment, has_vat=True) for adjustment in invoice.adjustments],
        ram("SpecifiedTradePaymentTerms", ram("Description", texts), ram("DueDateDateTime", _day(invoice.due_on))),
        _summation(invoice),
        [
            ram(
                "InvoiceReferencedDocument",
                ram("IssuerAssignedID", item.number),
                ram(
                    "FormattedIssueDateTime",
                    qdt("DateTimeString", day(item.issued_on, "%Y%m%d"), format=DAY),
                ),
            )
            for item in invoice.preceding
        ],
    )


def _payment_means(invoice: Invoice) -> list[Element | None]:
    payment = invoice.payment
    if not payment.means:
        return []
    return [
        ram(
            "SpecifiedTradeSettlementPaymentMeans",
            ram("TypeCode", payment.means),
            ram("Information", payment.means_text),
            ram(
                "PayeePartyCreditorFinancialAccount",
                ram("IBANID", account.iban),
                ram("AccountName", account.name),
            ),
            ram("PayeeSpecifiedCreditorFinancialInstitution", ram("BICID", account.bic)),
        )
        for account in payment.accounts or (Account(),)
    ]


def _vat(group: VatGroup) -> Element | None:
    return ram(
        "ApplicableTradeTax",
        ram("CalculatedAmount", amount(group.amount)),
        ram("TypeCode", "VAT"),
        ram("ExemptionReason", group.reason),
        ram("BasisAmount", amount(group.base)),
        ram("CategoryCode", group.category),
        ram("ExemptionReasonCode", group.reason_code),
        _rate(group),
    )


def _adjustment(adjustment: Adjustment, *, has_vat: bool) -> Element | None:
    tax = ram("CategoryTradeTax", ram("TypeCode", "VAT"), ram("CategoryCode", adjustment.category), _rate(adjustment))
    return ram(
        "SpecifiedTradeAllowanceCharge",
        ram("ChargeIndicator", udt("Indicator", "true" if adjustment.is_charge else "false")),
        ram("CalculationPercent", number(adjustment.percent)),
        ram("BasisAmount", amount(adjustment.base)),
        ram("ActualAmount", amount(adjustment.amount)),
        ram("ReasonCode", adjustment.reason_code),
        ram("Reason", adjustment.reason),
        tax if has_vat else None,
    )


def _summation(invoice: Invoice) -> Element | None:
    totals = invoice.totals
    return ram(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        ram("LineTotalAmount", amount(totals.lines)),
        ram("ChargeTotalAmount", amount(totals.charges)),
        ram("AllowanceTotalAmount", amount(totals.allowances)),
        ram("TaxBasisTotalAmount", amount(totals.net)),
        ram("TaxTotalAmount", amount(totals.vat), currencyID=invoice.currency),
        ram("TaxTotalAmount", amount(totals.vat_accounting), currencyID=invoice.tax_currency),
        ram("RoundingAmount", amount(totals.rounding)),
        ram("GrandTotalAmount", amount(totals.gross)),
        ram("TotalPrepaidAmount", amount(totals.paid)),
        ram("DuePayableAmount", amount(totals.payable)),
    )
