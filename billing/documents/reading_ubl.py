"""UBL 2.1 invoices and credit notes as an Invoice."""

from billing.documents.document import (
    Account,
    Address,
    Adjustment,
    Attachment,
    ContactPoint,
    Identifier,
    Invoice,
    Line,
    Party,
    Payment,
    Preceding,
    Totals,
    VatGroup,
)
from billing.documents.reading import Reading, Syntax, Terms
from billing.documents.ubl import CAC, CBC, LINE_OBJECT, PROJECT
from billing.documents.xml import Element

_NAMES = {"cac": CAC, "cbc": CBC}


def read_ubl(root: Element) -> Reading:
    """The document below a root element `Invoice` or `CreditNote`."""
    terms = Terms(_NAMES)
    kind = "CreditNote" if root.tag.endswith("CreditNote") else "Invoice"
    invoice = _Reader(terms, kind).invoice(root)
    return Reading(
        syntax=Syntax.UBL_CREDIT_NOTE if kind == "CreditNote" else Syntax.UBL_INVOICE,
        invoice=invoice,
        findings=tuple(terms.findings),
        specification=terms.text(root, "cbc:CustomizationID"),
        process=terms.text(root, "cbc:ProfileID"),
    )


class _Reader:
    def __init__(self, terms: Terms, kind: str) -> None:
        self.terms = terms
        self.kind = kind

    def invoice(self, root: Element) -> Invoice:
        text, day, all_ = self.terms.text, self.terms.day, self.terms.all
        due_path = "cac:PaymentMeans/cbc:PaymentDueDate" if self.kind == "CreditNote" else "cbc:DueDate"
        return Invoice(
            number=text(root, "cbc:ID"),
            issued_on=day(root, "cbc:IssueDate", "BT-2"),
            type_code=text(root, f"cbc:{self.kind}TypeCode"),
            currency=text(root, "cbc:DocumentCurrencyCode"),
            tax_currency=text(root, "cbc:TaxCurrencyCode"),
            seller=self.party(self.terms.one(root, "cac:AccountingSupplierParty/cac:Party")),
            buyer=self.party(self.terms.one(root, "cac:AccountingCustomerParty/cac:Party")),
            lines=tuple(self.line(node) for node in all_(root, f"cac:{self.kind}Line")),
            vat=tuple(self.vat_group(node) for node in all_(root, "cac:TaxTotal/cac:TaxSubtotal")),
            totals=self.totals(root),
            payment=self.payment(root),
            adjustments=tuple(self.adjustment(node, "BT-92") for node in all_(root, "cac:AllowanceCharge")),
            preceding=tuple(
                Preceding(text(node, "cbc:ID"), day(node, "cbc:IssueDate", "BT-26"))
                for node in all_(root, "cac:BillingReference/cac:InvoiceDocumentReference")
            ),
            attachments=self.attachments(root),
            notes=tuple(node.text or "" for node in all_(root, "cbc:Note")),
            due_on=day(root, due_path, "BT-9"),
            delivered_on=day(root, "cac:Delivery/cbc:ActualDeliveryDate", "BT-72"),
            starts_on=day(root, "cac:InvoicePeriod/cbc:StartDate", "BT-73"),
            ends_on=day(root, "cac:InvoicePeriod/cbc:EndDate", "BT-74"),
            buyer_reference=text(root, "cbc:BuyerReference"),
            order=text(root, "cac:OrderReference/cbc:ID"),
            contract=text(root, "cac:ContractDocumentReference/cbc:ID"),
            project=text(root, "cac:ProjectReference/cbc:ID"),
            terms=text(root, "cac:PaymentTerms/cbc:Note"),
        )

    def party(self, node: Element | None) -> Party:
        text = self.terms.text
        schemes = {
            text(scheme, "cac:TaxScheme/cbc:ID").upper(): text(scheme, "cbc:CompanyID")
            for scheme in self.terms.all(node, "cac:PartyTaxScheme")
        }
        return Party(
            name=text(node, "cac:PartyLegalEntity/cbc:RegistrationName"),
            trading_name=text(node, "cac:PartyName/cbc:Name"),
            number=self.identifier(node, "cac:PartyIdentification/cbc:ID"),
            legal_id=self.identifier(node, "cac:PartyLegalEntity/cbc:CompanyID"),
            vat_id=schemes.pop("VAT", ""),
            tax_id=next(iter(schemes.values()), ""),
            legal_text=text(node, "cac:PartyLegalEntity/cbc:CompanyLegalForm"),
            electronic=self.identifier(node, "cbc:EndpointID"),
            address=self.address(self.terms.one(node, "cac:PostalAddress")),
            contact=ContactPoint(
                name=text(node, "cac:Contact/cbc:Name"),
                phone=text(node, "cac:Contact/cbc:Telephone"),
                email=text(node, "cac:Contact/cbc:ElectronicMail"),
            ),
        )

    def identifier(self, node: Element | None, path: str) -> Identifier:
        return Identifier(self.terms.text(node, path), self.terms.attribute(node, path, "schemeID"))

    def address(self, node: Element | None) -> Address:
        text = self.terms.text
        return Address(
            street=text(node, "cbc:StreetName"),
            more=text(node, "cbc:AdditionalStreetName"),
            city=text(node, "cbc:CityName"),
            post_code=text(node, "cbc:PostalZone"),
            region=text(node, "cbc:CountrySubentity"),
            country=text(node, "cac:Country/cbc:IdentificationCode"),
        )

    def payment(self, root: Element) -> Payment:
        text = self.terms.text
        means = self.terms.all(root, "cac:PaymentMeans")
        first = means[0] if means else None
        return Payment(
            means=text(first, "cbc:PaymentMeansCode"),
            means_text=self.terms.attribute(first, "cbc:PaymentMeansCode", "name"),
            reference=text(first, "cbc:PaymentID"),
            mandate=text(first, "cac:PaymentMandate/cbc:ID"),
            accounts=tuple(
                Account(
                    iban=text(node, "cbc:ID"),
                    name=text(node, "cbc:Name"),
                    bic=text(node, "cac:FinancialInstitutionBranch/cbc:ID"),
                )
                for node in self.terms.all(root, "cac:PaymentMeans/cac:PayeeFinancialAccount")
            ),
        )

    def adjustment(self, node: Element, term: str) -> Adjustment:
        text, number = self.terms.text, self.terms.number
        return Adjustment(
            amount=number(node, "cbc:Amount", term),
            is_charge=text(node, "cbc:ChargeIndicator") == "true",
            base=number(node, "cbc:BaseAmount", term),
            percent=number(node, "cbc:MultiplierFactorNumeric", term),
            category=text(node, "cac:TaxCategory/cbc:ID"),
            rate=number(node, "cac:TaxCategory/cbc:Percent", "BT-96"),
            reason=text(node, "cbc:AllowanceChargeReason"),
            reason_code=text(node, "cbc:AllowanceChargeReasonCode"),
        )

    def vat_group(self, node: Element) -> VatGroup:
        text, number = self.terms.text, self.terms.number
        return VatGroup(
            category=text(node, "cac:TaxCategory/cbc:ID"),
            rate=number(node, "cac:TaxCategory/cbc:Percent", "BT-119"),
            base=number(node, "cbc:TaxableAmount", "BT-116"),
            amount=number(node, "cbc:TaxAmount", "BT-117"),
            reason=text(node, "cac:TaxCategory/cbc:TaxExemptionReason"),
            reason_code=text(node, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
        )

    def totals(self, root: Element) -> Totals:
        """Of two tax totals, the one in the accounting currency is BT-111."""
        number, node = self.terms.number, self.terms.one(root, "cac:LegalMonetaryTotal")
        accounting = self.terms.text(root, "cbc:TaxCurrencyCode")
        vat = {
            self.terms.attribute(total, "cbc:TaxAmount", "currencyID"): number(total, "cbc:TaxAmount", "BT-110")
            for total in self.terms.all(root, "cac:TaxTotal")
        }
        in_accounting = vat.pop(accounting, None) if accounting and len(vat) > 1 else None
        return Totals(
            lines=number(node, "cbc:LineExtensionAmount", "BT-106"),
            allowances=number(node, "cbc:AllowanceTotalAmount", "BT-107"),
            charges=number(node, "cbc:ChargeTotalAmount", "BT-108"),
            net=number(node, "cbc:TaxExclusiveAmount", "BT-109"),
            vat=next(iter(vat.values()), None),
            vat_accounting=in_accounting,
            gross=number(node, "cbc:TaxInclusiveAmount", "BT-112"),
            paid=number(node, "cbc:PrepaidAmount", "BT-113"),
            rounding=number(node, "cbc:PayableRoundingAmount", "BT-114"),
            payable=number(node, "cbc:PayableAmount", "BT-115"),
        )

    def attachments(self, root: Element) -> tuple[Attachment, ...]:
        text, path = self.terms.text, "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
        return tuple(
            Attachment(
                number=text(node, "cbc:ID"),
                description=text(node, "cbc:DocumentDescription"),
                url=text(node, "cac:Attachment/cac:ExternalReference/cbc:URI"),
                content=self.terms.content(node, path, "BT-125"),
                mime=self.terms.attribute(node, path, "mimeCode"),
                filename=self.terms.attribute(node, path, "filename"),
            )
            for node in self.terms.all(root, "cac:AdditionalDocumentReference")
            if text(node, "cbc:DocumentTypeCode") not in {LINE_OBJECT, PROJECT}
        )

    def line(self, node: Element) -> Line:
        text, number, day = self.terms.text, self.terms.number, self.terms.day
        quantity = "cbc:CreditedQuantity" if self.kind == "CreditNote" else "cbc:InvoicedQuantity"
        return Line(
            id=text(node, "cbc:ID"),
            name=text(node, "cac:Item/cbc:Name"),
            quantity=number(node, quantity, "BT-129"),
            unit=self.terms.attribute(node, quantity, "unitCode"),
            price=number(node, "cac:Price/cbc:PriceAmount", "BT-146"),
            net=number(node, "cbc:LineExtensionAmount", "BT-131"),
            category=text(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
            rate=number(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", "BT-152"),
            ticket=text(node, "cac:DocumentReference/cbc:ID"),
            note=text(node, "cbc:Note"),
            description=text(node, "cac:Item/cbc:Description"),
            article=text(node, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
            order_line=text(node, "cac:OrderLineReference/cbc:LineID"),
            account=text(node, "cbc:AccountingCost"),
            starts_on=day(node, "cac:InvoicePeriod/cbc:StartDate", "BT-134"),
            ends_on=day(node, "cac:InvoicePeriod/cbc:EndDate", "BT-135"),
            base_quantity=number(node, "cac:Price/cbc:BaseQuantity", "BT-149"),
            base_unit=self.terms.attribute(node, "cac:Price/cbc:BaseQuantity", "unitCode"),
            adjustments=tuple(self.adjustment(item, "BT-136") for item in self.terms.all(node, "cac:AllowanceCharge")),
        )
