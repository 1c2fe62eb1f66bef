"""UBL 2.1 invoices and credit notes, as EN 16931 maps its terms to them (CEN/TS 16931-3-2)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from billing.documents.document import Account, Adjustment, Attachment, Invoice, Line, Party, VatGroup
from billing.documents.xml import Element, Vocabulary, amount, day, document, number, price

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
cac, cbc = Vocabulary(CAC), Vocabulary(CBC)
LINE_OBJECT = "130"
PROJECT = "50"


@dataclass(frozen=True, slots=True)
class Profile:
    """Which rules a document promises to keep (BT-24) in which business process (BT-23)."""

    specification: str
    process: str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


PLAIN = Profile("urn:cen.eu:en16931:2017", "")


def render(invoice: Invoice, profile: Profile) -> bytes:
    """The document as XML, sound or not: emitters ask first whether it is."""
    name = "CreditNote" if invoice.is_credit else "Invoice"
    namespace = ROOT.format(name)
    prefixes: dict[str | None, str] = {None: namespace, "cac": CAC, "cbc": CBC}
    return document(name, namespace, prefixes, _content(invoice, profile))


def _content(invoice: Invoice, profile: Profile) -> Iterator[Element | list[Element] | None]:
    yield from _head(invoice, profile)
    yield from _references(invoice)
    yield cac("AccountingSupplierParty", _party(invoice.seller))
    yield cac("AccountingCustomerParty", _party(invoice.buyer))
    yield cac("Delivery", cbc("ActualDeliveryDate", day(invoice.delivered_on)))
    yield _payment_means(invoice)
    yield cac("PaymentTerms", cbc("Note", "\n".join(text for text in (invoice.terms, invoice.late_interest) if text)))
    yield [_adjustment(adjustment, invoice.currency, has_vat=True) for adjustment in invoice.adjustments]
    yield from _tax_totals(invoice)
    yield _monetary_total(invoice)
    yield [_line(line, invoice) for line in invoice.lines]


def _head(invoice: Invoice, profile: Profile) -> Iterator[Element | None]:
    kind = "CreditNoteTypeCode" if invoice.is_credit else "InvoiceTypeCode"
    yield cbc("CustomizationID", profile.specification)
    yield cbc("ProfileID", profile.process)
    yield cbc("ID", invoice.number)
    yield cbc("IssueDate", day(invoice.issued_on))
    # A credit note has no due date of its own in UBL 2.1: it stands with the means of payment.
    yield None if invoice.is_credit else cbc("DueDate", day(invoice.due_on))
    yield cbc(kind, invoice.type_code)
    # Peppol takes one note (PEPPOL-EN16931-R002).
    yield cbc("Note", "\n".join(invoice.notes))
    yield cbc("DocumentCurrencyCode", invoice.currency)
    yield cbc("TaxCurrencyCode", invoice.tax_currency)
    yield cbc("BuyerReference", invoice.buyer_reference)
    yield cac("InvoicePeriod", cbc("StartDate", day(invoice.starts_on)), cbc("EndDate", day(invoice.ends_on)))


def _references(invoice: Invoice) -> Iterator[Element | list[Element] | None]:
    yield cac("OrderReference", cbc("ID", invoice.order))
    yield [
        cac(
            "BillingReference",
            cac("InvoiceDocumentReference", cbc("ID", item.number), cbc("IssueDate", day(item.issued_on))),
        )
        for item in invoice.preceding
    ]
    yield cac("ContractDocumentReference", cbc("ID", invoice.contract))
    yield [_attachment(attachment) for attachment in invoice.attachments]
    if invoice.is_credit:
        yield _document_reference("AdditionalDocumentReference", invoice.project, PROJECT)
    else:
        yield cac("ProjectReference", cbc("ID", invoice.project))


def _document_reference(name: str, value: str, code: str) -> Element | None:
    return cac(name, cbc("ID", value), cbc("DocumentTypeCode", code)) if value else None


def _attachment(attachment: Attachment) -> Element | None:
    content = base64.b64encode(attachment.content).decode()
    return cac(
        "AdditionalDocumentReference",
        cbc("ID", attachment.number),
        cbc("DocumentDescription", attachment.description),
        cac(
            "Attachment",
            cbc("EmbeddedDocumentBinaryObject", content, mimeCode=attachment.mime, filename=attachment.filename),
            cac("ExternalReference", cbc("URI", attachment.url)),
        ),
    )


def _party(party: Party) -> Element | None:
    return cac(
        "Party",
        cbc("EndpointID", party.electronic.value, schemeID=party.electronic.scheme),
        cac("PartyIdentification", cbc("ID", party.number.value, schemeID=party.number.scheme)),
        cac("PartyName", cbc("Name", party.trading_name)),
        cac(
            "PostalAddress",
            cbc("StreetName", party.address.street),
            cbc("AdditionalStreetName", party.address.more),
            cbc("CityName", party.address.city),
            cbc("PostalZone", party.address.post_code),
            cbc("CountrySubentity", party.address.region),
            cac("Country", cbc("IdentificationCode", party.address.country)),
        ),
        _tax_scheme(party.vat_id, "VAT"),
        _tax_scheme(party.tax_id, "TAX"),
        cac(
            "PartyLegalEntity",
            cbc("RegistrationName", party.name),
            cbc("CompanyID", party.legal_id.value, schemeID=party.legal_id.scheme),
            cbc("CompanyLegalForm", party.legal_text),
        ),
        cac(
            "Contact",
            cbc("Name", party.contact.name),
            cbc("Telephone", party.contact.phone),
            cbc("ElectronicMail", party.contact.email),
        ),
    )


def _tax_scheme(number_: str, scheme: str) -> Element | None:
    return cac("PartyTaxScheme", cbc("CompanyID", number_), cac("TaxScheme", cbc("ID", scheme))) if number_ else None


def _payment_means(invoice: Invoice) -> list[Element | None]:
    payment = invoice.payment
    due_on = day(invoice.due_on) if invoice.is_credit else ""
    if not payment.means:
        return []
    return [
        cac(
            "PaymentMeans",
            cbc("PaymentMeansCode", payment.means, name=payment.means_text),
            cbc("PaymentDueDate", due_on),
            cbc("PaymentID", payment.reference),
            cac(
                "PayeeFinancialAccount",
                cbc("ID", account.iban),
                cbc("Name", account.name),
                cac("FinancialInstitutionBranch", cbc("ID", account.bic)),
            ),
        )
        for account in payment.accounts or (Account(),)
    ]


def _adjustment(adjustment: Adjustment, currency: str, *, has_vat: bool) -> Element | None:
    return cac(
        "AllowanceCharge",
        cbc("ChargeIndicator", "true" if adjustment.is_charge else "false"),
        cbc("AllowanceChargeReasonCode", adjustment.reason_code),
        cbc("AllowanceChargeReason", adjustment.reason),
        cbc("MultiplierFactorNumeric", number(adjustment.percent)),
        cbc("Amount", amount(adjustment.amount), currencyID=currency),
        cbc("BaseAmount", amount(adjustment.base), currencyID=currency),
        _category("TaxCategory", adjustment) if has_vat else None,
    )


def _category(name: str, taxed: Adjustment | VatGroup | Line, *reasons: Element | None) -> Element | None:
    """Outside the scope of VAT there is no rate (BR-O-05)."""
    rate = "" if taxed.category == "O" else number(taxed.rate)
    return cac(
        name, cbc("ID", taxed.category), cbc("Percent", rate), reasons, cac("TaxScheme", cbc("ID", "VAT"))
    )  # fmt: skip


def _tax_totals(invoice: Invoice) -> Iterator[Element | None]:
    currency = invoice.currency
    yield cac(
        "TaxTotal",
        cbc("TaxAmount", amount(invoice.totals.vat), currencyID=currency),
        [
            cac(
                "TaxSubtotal",
                cbc("TaxableAmount", amount(group.base), currencyID=currency),
                cbc("TaxAmount", amount(group.amount), currencyID=currency),
                _category(
                    "TaxCategory",
                    group,
                    cbc("TaxExemptionReasonCode", group.reason_code),
                    cbc("TaxExemptionReason", group.reason),
                ),
            )
            for group in invoice.vat
        ],
    )
    if invoice.tax_currency:
        yield cac("TaxTotal", cbc("TaxAmount", amount(invoice.totals.vat_accounting), currencyID=invoice.tax_currency))


def _monetary_total(invoice: Invoice) -> Element | None:
    totals = invoice.totals
    rows = (
        ("LineExtensionAmount", totals.lines),
        ("TaxExclusiveAmount", totals.net),
        ("TaxInclusiveAmount", totals.gross),
        ("AllowanceTotalAmount", totals.allowances),
        ("ChargeTotalAmount", totals.charges),
        ("PrepaidAmount", totals.paid),
        ("PayableRoundingAmount", totals.rounding),
        ("PayableAmount", totals.payable),
    )
    return cac("LegalMonetaryTotal", [cbc(name, amount(sum_), currencyID=invoice.currency) for name, sum_ in rows])


def _line(line: Line, invoice: Invoice) -> Element | None:
    kind = "CreditNote" if invoice.is_credit else "Invoice"
    quantity = "CreditedQuantity" if invoice.is_credit else "InvoicedQuantity"
    currency = invoice.currency
    return cac(
        f"{kind}Line",
        cbc("ID", line.id),
        cbc("Note", line.note),
        cbc(quantity, number(line.quantity), unitCode=line.unit),
        cbc("LineExtensionAmount", amount(line.net), currencyID=currency),
        cbc("AccountingCost", line.account),
        cac("InvoicePeriod", cbc("StartDate", day(line.starts_on)), cbc("EndDate", day(line.ends_on))),
        cac("OrderLineReference", cbc("LineID", line.order_line)),
        _document_reference("DocumentReference", line.ticket, LINE_OBJECT),
        [_adjustment(adjustment, currency, has_vat=False) for adjustment in line.adjustments],
        cac(
            "Item",
            cbc("Description", line.description),
            cbc("Name", line.name),
            cac("SellersItemIdentification", cbc("ID", line.article)),
            _category("ClassifiedTaxCategory", line),
        ),
        cac(
            "Price",
            cbc("PriceAmount", price(line.price), currencyID=currency),
            cbc("BaseQuantity", number(line.base_quantity), unitCode=line.base_unit),
        ),
    )
