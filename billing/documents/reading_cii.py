"""Cross Industry Invoices as an Invoice."""

from datetime import date

from billing.documents.cii import QDT, RAM, RELATED_DOCUMENT, RSM, UDT
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
from billing.documents.xml import Element

_NAMES = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
_CONTEXT = "rsm:ExchangedDocumentContext/ram:{}SpecifiedDocumentContextParameter/ram:ID"
_DAY = "%Y%m%d"


def read_cii(root: Element) -> Reading:
    """The document below a root element `CrossIndustryInvoice`."""
    terms = Terms(_NAMES)
    invoice = _Reader(terms, root).invoice()
    return Reading(
        syntax=Syntax.CII,
        invoice=invoice,
        findings=tuple(terms.findings),
        specification=terms.text(root, _CONTEXT.format("Guideline")),
        process=terms.text(root, _CONTEXT.format("BusinessProcess")),
    )


class _Reader:
    def __init__(self, terms: Terms, root: Element) -> None:
        self.terms = terms
        self.head = terms.one(root, "rsm:ExchangedDocument")
        self.trade = terms.one(root, "rsm:SupplyChainTradeTransaction")
        self.agreement = terms.one(self.trade, "ram:ApplicableHeaderTradeAgreement")
        self.delivery = terms.one(self.trade, "ram:ApplicableHeaderTradeDelivery")
        self.settlement = terms.one(self.trade, "ram:ApplicableHeaderTradeSettlement")

    def invoice(self) -> Invoice:
        text, all_ = self.terms.text, self.terms.all
        agreement, settlement = self.agreement, self.settlement
        delivered = "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"
        return Invoice(
            number=text(self.head, "ram:ID"),
            issued_on=self.day(self.head, "ram:IssueDateTime", "BT-2"),
            type_code=text(self.head, "ram:TypeCode"),
            currency=text(settlement, "ram:InvoiceCurrencyCode"),
            tax_currency=text(settlement, "ram:TaxCurrencyCode"),
            seller=self.party(self.terms.one(agreement, "ram:SellerTradeParty")),
            buyer=self.party(self.terms.one(agreement, "ram:BuyerTradeParty")),
            lines=tuple(self.line(node) for node in all_(self.trade, "ram:IncludedSupplyChainTradeLineItem")),
            vat=tuple(self.vat_group(node) for node in all_(settlement, "ram:ApplicableTradeTax")),
            totals=self.totals(),
            payment=self.payment(),
            adjustments=tuple(
                self.adjustment(node, "BT-92") for node in all_(settlement, "ram:SpecifiedTradeAllowanceCharge")
            ),
            preceding=tuple(
                Preceding(
                    text(node, "ram:IssuerAssignedID"), self.day(node, "ram:FormattedIssueDateTime", "BT-26", "qdt")
                )
                for node in all_(settlement, "ram:InvoiceReferencedDocument")
            ),
            attachments=self.attachments(),
            notes=tuple(text(node, "ram:Content") for node in all_(self.head, "ram:IncludedNote")),
            due_on=self.day(settlement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime", "BT-9"),
            delivered_on=self.day(self.delivery, delivered, "BT-72"),
            starts_on=self.day(settlement, "ram:BillingSpecifiedPeriod/ram:StartDateTime", "BT-73"),
            ends_on=self.day(settlement, "ram:BillingSpecifiedPeriod/ram:EndDateTime", "BT-74"),
            buyer_reference=text(agreement, "ram:BuyerReference"),
            order=text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
            contract=text(agreement, "ram:ContractReferencedDocument/ram:IssuerAssignedID"),
            project=text(agreement, "ram:SpecifiedProcuringProject/ram:ID"),
            terms=text(settlement, "ram:SpecifiedTradePaymentTerms/ram:Description"),
        )

    def day(self, node: Element | None, path: str, term: str, prefix: str = "udt") -> date | None:
        return self.terms.day(node, f"{path}/{prefix}:DateTimeString", term, _DAY)

    def party(self, node: Element | None) -> Party:
        text = self.terms.text
        registrations = {
            self.terms.attribute(registration, "ram:ID", "schemeID"): text(registration, "ram:ID")
            for registration in self.terms.all(node, "ram:SpecifiedTaxRegistration")
        }
        own = self.identifier(node, "ram:GlobalID")
        mail = "ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID"
        phone = "ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber"
        return Party(
            name=text(node, "ram:Name"),
            trading_name=text(node, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
            number=own if own.value else self.identifier(node, "ram:ID"),
            legal_id=self.identifier(node, "ram:SpecifiedLegalOrganization/ram:ID"),
            vat_id=registrations.get("VA", ""),
            tax_id=registrations.get("FC", ""),
            legal_text=text(node, "ram:Description"),
            electronic=self.identifier(node, "ram:URIUniversalCommunication/ram:URIID"),
            address=self.address(self.terms.one(node, "ram:PostalTradeAddress")),
            contact=ContactPoint(
                name=text(node, "ram:DefinedTradeContact/ram:PersonName"),
                phone=text(node, phone),
                email=text(node, mail),
            ),
        )

    def identifier(self, node: Element | None, path: str) -> Identifier:
        return Identifier(self.terms.text(node, path), self.terms.attribute(node, path, "schemeID"))

    def address(self, node: Element | None) -> Address:
        text = self.terms.text
        return Address(
            street=text(node, "ram:LineOne"),
            more=text(node, "ram:LineTwo"),
            city=text(node, "ram:CityName"),
            post_code=text(node, "ram:PostcodeCode"),
            region=text(node, "ram:CountrySubDivisionName"),
            country=text(node, "ram:CountryID"),
        )

    def payment(self) -> Payment:
        text, path = self.terms.text, "ram:SpecifiedTradeSettlementPaymentMeans"
        means = self.terms.all(self.settlement, path)
        first = means[0] if means else None
        account = "ram:PayeePartyCreditorFinancialAccount"
        return Payment(
            means=text(first, "ram:TypeCode"),
            means_text=text(first, "ram:Information"),
            reference=text(self.settlement, "ram:PaymentReference"),
            mandate=text(self.settlement, "ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID"),
            accounts=tuple(
                Account(
                    iban=text(node, f"{account}/ram:IBANID") or text(node, f"{account}/ram:ProprietaryID"),
                    name=text(node, f"{account}/ram:AccountName"),
                    bic=text(node, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
                )
                for node in means
                if self.terms.one(node, account) is not None
            ),
        )

    def adjustment(self, node: Element, term: str) -> Adjustment:
        text, number = self.terms.text, self.terms.number
        return Adjustment(
            amount=number(node, "ram:ActualAmount", term),
            is_charge=text(node, "ram:ChargeIndicator/udt:Indicator") == "true",
            base=number(node, "ram:BasisAmount", term),
            percent=number(node, "ram:CalculationPercent", term),
            category=text(node, "ram:CategoryTradeTax/ram:CategoryCode"),
            rate=number(node, "ram:CategoryTradeTax/ram:RateApplicablePercent", "BT-96"),
            reason=text(node, "ram:Reason"),
            reason_code=text(node, "ram:ReasonCode"),
        )

    def vat_group(self, node: Element) -> VatGroup:
        text, number = self.terms.text, self.terms.number
        return VatGroup(
            category=text(node, "ram:CategoryCode"),
            rate=number(node, "ram:RateApplicablePercent", "BT-119"),
            base=number(node, "ram:BasisAmount", "BT-116"),
            amount=number(node, "ram:CalculatedAmount", "BT-117"),
            reason=text(node, "ram:ExemptionReason"),
            reason_code=text(node, "ram:ExemptionReasonCode"),
        )

    def totals(self) -> Totals:
        """Of two tax totals, the one in the accounting currency is BT-111."""
        node = self.terms.one(self.settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
        number, accounting = self.terms.number, self.terms.text(self.settlement, "ram:TaxCurrencyCode")
        vat = {
            item.get("currencyID", ""): number(item, ".", "BT-110")
            for item in self.terms.all(node, "ram:TaxTotalAmount")
        }
        in_accounting = vat.pop(accounting, None) if accounting and len(vat) > 1 else None
        return Totals(
            lines=number(node, "ram:LineTotalAmount", "BT-106"),
            allowances=number(node, "ram:AllowanceTotalAmount", "BT-107"),
            charges=number(node, "ram:ChargeTotalAmount", "BT-108"),
            net=number(node, "ram:TaxBasisTotalAmount", "BT-109"),
            vat=next(iter(vat.values()), None),
            vat_accounting=in_accounting,
            gross=number(node, "ram:GrandTotalAmount", "BT-112"),
            paid=number(node, "ram:TotalPrepaidAmount", "BT-113"),
            rounding=number(node, "ram:RoundingAmount", "BT-114"),
            payable=number(node, "ram:DuePayableAmount", "BT-115"),
        )

    def attachments(self) -> tuple[Attachment, ...]:
        text, path = self.terms.text, "ram:AttachmentBinaryObject"
        return tuple(
            Attachment(
                number=text(node, "ram:IssuerAssignedID"),
                description=text(node, "ram:Name"),
                url=text(node, "ram:URIID"),
                content=self.terms.content(node, path, "BT-125"),
                mime=self.terms.attribute(node, path, "mimeCode"),
                filename=self.terms.attribute(node, path, "filename"),
            )
            for node in self.terms.all(self.agreement, "ram:AdditionalReferencedDocument")
            if text(node, "ram:TypeCode") == RELATED_DOCUMENT
        )

    def line(self, node: Element) -> Line:
        text, number, one = self.terms.text, self.terms.number, self.terms.one
        product = one(node, "ram:SpecifiedTradeProduct")
        settlement = one(node, "ram:SpecifiedLineTradeSettlement")
        agreement = one(node, "ram:SpecifiedLineTradeAgreement")
        quantity = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
        basis = "ram:NetPriceProductTradePrice/ram:BasisQuantity"
        summation = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
        return Line(
            id=text(node, "ram:AssociatedDocumentLineDocument/ram:LineID"),
            name=text(product, "ram:Name"),
            quantity=number(node, quantity, "BT-129"),
            unit=self.terms.attribute(node, quantity, "unitCode"),
            price=number(agreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount", "BT-146"),
            net=number(settlement, summation, "BT-131"),
            category=text(settlement, "ram:ApplicableTradeTax/ram:CategoryCode"),
            rate=number(settlement, "ram:ApplicableTradeTax/ram:RateApplicablePercent", "BT-152"),
            ticket=text(settlement, "ram:AdditionalReferencedDocument/ram:IssuerAssignedID"),
            note=text(node, "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content"),
            description=text(product, "ram:Description"),
            article=text(product, "ram:SellerAssignedID"),
            order_line=text(agreement, "ram:BuyerOrderReferencedDocument/ram:LineID"),
            account=text(settlement, "ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
            starts_on=self.day(settlement, "ram:BillingSpecifiedPeriod/ram:StartDateTime", "BT-134"),
            ends_on=self.day(settlement, "ram:BillingSpecifiedPeriod/ram:EndDateTime", "BT-135"),
            base_quantity=number(agreement, basis, "BT-149"),
            base_unit=self.terms.attribute(agreement, basis, "unitCode"),
            adjustments=tuple(
                self.adjustment(item, "BT-136")
                for item in self.terms.all(settlement, "ram:SpecifiedTradeAllowanceCharge")
            ),
        )
