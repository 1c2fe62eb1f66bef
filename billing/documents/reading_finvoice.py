"""Finvoice 3.0 as an Invoice: commas become points, and a credit note's signs are turned back."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from billing.documents.codes import FINNISH_UNITS
from billing.documents.document import (
    CREDIT_NOTE,
    INVOICE,
    Account,
    Address,
    Adjustment,
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
from billing.documents.findings import Finding
from billing.documents.finvoice import INVOICE_CODES
from billing.documents.finvoice_agreement import disagreements
from billing.documents.money import ZERO
from billing.documents.reading import Reading, Syntax, Terms
from billing.documents.xml import Element

_DAY = "%Y%m%d"
_UNITS = {name: code for code, name in reversed(FINNISH_UNITS.items())}


def read_finvoice(root: Element) -> Reading:
    """The document below a root element `Finvoice`."""
    terms = Terms(decimal_sign=",")
    reader = _Reader(terms, root)
    invoice = reader.invoice()
    found: list[Finding] = [*terms.findings, *disagreements(root, invoice, reader.sign)]
    return Reading(Syntax.FINVOICE, invoice, tuple(found))


class _Reader:
    def __init__(self, terms: Terms, root: Element) -> None:
        self.terms = terms
        self.root = root
        self.details = terms.one(root, "InvoiceDetails")
        code = terms.text(self.details, "InvoiceTypeCode")
        self.sign = -1 if code == INVOICE_CODES[True] else 1
        self.type_code = terms.text(self.details, "InvoiceTypeCodeUN") or (CREDIT_NOTE if self.sign < 0 else INVOICE)

    def signed(self, node: Element | None, path: str, term: str) -> Decimal | None:
        value = self.terms.number(node, path, term)
        return None if value is None else value * self.sign + ZERO

    def day(self, node: Element | None, path: str, term: str) -> date | None:
        return self.terms.day(node, path, term, _DAY)

    def invoice(self) -> Invoice:
        text, details, all_ = self.terms.text, self.details, self.terms.all
        terms = all_(details, "PaymentTermsDetails/PaymentTermsFreeText")
        fines = all_(details, "PaymentTermsDetails/PaymentOverDueFineDetails/PaymentOverDueFineFreeText")
        due_on = self.day(details, "PaymentTermsDetails/InvoiceDueDate", "BT-9")
        accounting = "InvoiceTotalVatAccountingAmount"
        return Invoice(
            number=text(details, "InvoiceNumber"),
            issued_on=self.day(details, "InvoiceDate", "BT-2"),
            type_code=self.type_code,
            currency=self.terms.attribute(details, "InvoiceTotalVatIncludedAmount", "AmountCurrencyIdentifier"),
            tax_currency=self.terms.attribute(details, accounting, "AmountCurrencyIdentifier"),
            seller=self.party("Seller"),
            buyer=self.party("Buyer"),
            lines=tuple(self.line(node) for node in self.rows()),
            vat=tuple(self.vat_group(node) for node in all_(details, "VatSpecificationDetails")),
            totals=self.totals(),
            payment=self.payment(),
            adjustments=tuple(self.adjustments()),
            preceding=tuple(self.preceding()),
            notes=tuple(node.text or "" for node in all_(details, "InvoiceFreeText")),
            due_on=due_on,
            delivered_on=self.day(self.root, "DeliveryDetails/DeliveryDate", "BT-72"),
            starts_on=self.day(details, "InvoicingPeriodStartDate", "BT-73"),
            ends_on=self.day(details, "InvoicingPeriodEndDate", "BT-74"),
            buyer_reference=text(details, "BuyerReferenceIdentifier"),
            order=text(details, "OrderIdentifier"),
            contract=text(details, "AgreementIdentifier"),
            project=text(details, "ProjectReferenceIdentifier"),
            terms=" ".join(node.text or "" for node in terms),
            late_interest=" ".join(node.text or "" for node in fines),
            language=text(self.root, "InvoiceRecipientLanguageCode").lower() or "fi",
        )

    def rows(self) -> list[Element]:
        """A row of texts only has no amount of its own."""
        return [
            node
            for node in self.terms.all(self.root, "InvoiceRow")
            if node.find("InvoicedQuantity") is not None or node.find("RowVatExcludedAmount") is not None
        ]

    def party(self, who: str) -> Party:
        text, node = self.terms.text, self.terms.one(self.root, f"{who}PartyDetails")
        message = {"Seller": "Sender", "Buyer": "Receiver"}[who]
        way = {"Seller": "From", "Buyer": "To"}[who]
        sent = self.terms.one(self.root, f"MessageTransmissionDetails/Message{message}Details")
        scheme = self.terms.attribute(sent, f"{way}Identifier", "SchemeID")
        return Party(
            name=" ".join(part.text or "" for part in self.terms.all(node, f"{who}OrganisationName")),
            trading_name=text(node, f"{who}OrganisationTradingName"),
            number=self.identifier(node, f"{who}Code"),
            legal_id=self.identifier(node, f"{who}PartyIdentifier"),
            vat_id=text(node, f"{who}OrganisationTaxCode"),
            legal_text=text(self.root, "SellerInformationDetails/SellerAdditionalLegalInfo")
            if who == "Seller"
            else "",
            # 0037 is the register of ISO 6523 whose electronic addresses are 0216.
            electronic=Identifier(text(sent, f"{way}Identifier"), "0216" if scheme == "0037" else scheme),
            operator=text(sent, f"{way}Intermediator"),
            address=self.address(self.terms.one(node, f"{who}PostalAddressDetails"), who),
            contact=ContactPoint(
                name=text(self.root, f"{who}ContactPersonName"),
                phone=text(self.root, f"{who}CommunicationDetails/{who}PhoneNumberIdentifier"),
                email=text(self.root, f"{who}CommunicationDetails/{who}EmailaddressIdentifier"),
            ),
        )

    def identifier(self, node: Element | None, path: str) -> Identifier:
        return Identifier(self.terms.text(node, path), self.terms.attribute(node, path, "SchemeID"))

    def address(self, node: Element | None, who: str) -> Address:
        text = self.terms.text
        return Address(
            street=" ".join(part.text or "" for part in self.terms.all(node, f"{who}StreetName")),
            city=text(node, f"{who}TownName"),
            post_code=text(node, f"{who}PostCodeIdentifier"),
            region=text(node, f"{who}CountrySubdivision"),
            country=text(node, "CountryCode"),
        )

    def payment(self) -> Payment:
        text, order = self.terms.text, self.terms.one(self.root, "EpiDetails/EpiPaymentInstructionDetails")
        accounts = self.terms.all(self.root, "SellerInformationDetails/SellerAccountDetails")
        return Payment(
            means=text(order, "EpiPaymentMeansCode"),
            reference=text(order, "EpiRemittanceInfoIdentifier"),
            accounts=tuple(
                Account(iban=text(node, "SellerAccountID"), bic=text(node, "SellerBic")) for node in accounts
            ),
            virtual_barcode=text(self.root, "VirtualBankBarcode"),
            mandate=text(self.root, "DirectDebitInfo/MandateReference"),
        )

    def adjustments(self) -> Iterator[Adjustment]:
        text = self.terms.text
        for path, reason, is_charge in (("DiscountDetails", "FreeText", False), ("ChargeDetails", "ReasonText", True)):
            for node in self.terms.all(self.details, path):
                yield Adjustment(
                    amount=self.signed(node, "Amount", "BT-92"),
                    is_charge=is_charge,
                    base=self.signed(node, "BaseAmount", "BT-93"),
                    percent=self.terms.number(node, "Percent", "BT-94"),
                    category=text(node, "VatCategoryCode"),
                    rate=self.terms.number(node, "VatRatePercent", "BT-96"),
                    reason=text(node, reason),
                    reason_code=text(node, "ReasonCode"),
                )

    def preceding(self) -> Iterator[Preceding]:
        number = self.terms.text(self.details, "OriginalInvoiceNumber")
        if number:
            yield Preceding(number, self.day(self.details, "OriginalInvoiceDate", "BT-26"))
        for node in self.terms.all(self.details, "OriginalInvoiceReference"):
            yield Preceding(
                self.terms.text(node, "InvoiceNumber"), self.day(node, "InvoiceDate", "BT-26")
            )  # fmt: skip

    def vat_group(self, node: Element) -> VatGroup:
        return VatGroup(
            category=self.terms.text(node, "VatCode"),
            rate=self.terms.number(node, "VatRatePercent", "BT-119"),
            base=self.signed(node, "VatBaseAmount", "BT-116"),
            amount=self.signed(node, "VatRateAmount", "BT-117"),
            reason=" ".join(part.text or "" for part in self.terms.all(node, "VatFreeText")),
            reason_code=self.terms.text(node, "VatExemptionReasonCode"),
        )

    def totals(self) -> Totals:
        """What is to be paid stands in the payment order; a credit note has 0,00 there."""
        signed, details = self.signed, self.details
        gross = signed(details, "InvoiceTotalVatIncludedAmount", "BT-112")
        order = self.terms.one(self.root, "EpiDetails/EpiPaymentInstructionDetails")
        payable = gross if self.sign < 0 else self.terms.number(order, "EpiInstructedAmount", "BT-115")
        return Totals(
            lines=signed(details, "RowsTotalVatExcludedAmount", "BT-106"),
            allowances=signed(details, "DiscountsTotalVatExcludedAmount", "BT-107"),
            charges=signed(details, "ChargesTotalVatExcludedAmount", "BT-108"),
            net=signed(details, "InvoiceTotalVatExcludedAmount", "BT-109"),
            vat=signed(details, "InvoiceTotalVatAmount", "BT-110"),
            vat_accounting=signed(details, "InvoiceTotalVatAccountingAmount", "BT-111"),
            gross=gross,
            paid=signed(details, "InvoicePaidAmount", "BT-113"),
            rounding=signed(details, "InvoiceTotalRoundoffAmount", "BT-114"),
            payable=payable,
        )

    def line(self, node: Element) -> Line:
        text, number = self.terms.text, self.terms.number
        net_price = number(node, "UnitPriceNetAmount", "BT-146")
        return Line(
            id=text(node, "RowPositionIdentifier"),
            name=text(node, "ArticleName"),
            quantity=self.signed(node, "InvoicedQuantity", "BT-129"),
            unit=self.unit(node, "InvoicedQuantity"),
            price=number(node, "UnitPriceAmount", "BT-146") if net_price is None else net_price,
            net=self.signed(node, "RowVatExcludedAmount", "BT-131"),
            category=text(node, "RowVatCode"),
            rate=number(node, "RowVatRatePercent", "BT-152"),
            ticket=text(node, "InvoicedObjectID"),
            note=" ".join(part.text or "" for part in self.terms.all(node, "RowFreeText")),
            description=text(node, "ArticleDescription"),
            article=text(node, "ArticleIdentifier"),
            order_line=text(node, "RowOrderPositionIdentifier"),
            starts_on=self.day(node, "StartDate", "BT-134"),
            ends_on=self.day(node, "EndDate", "BT-135"),
            base_quantity=number(node, "UnitPriceBaseQuantity", "BT-149"),
            base_unit=self.unit(node, "UnitPriceBaseQuantity"),
            adjustments=tuple(self.row_adjustments(node)),
        )

    def row_adjustments(self, node: Element) -> Iterator[Adjustment]:
        if node.find("RowDiscountAmount") is not None:
            reason = self.terms.text(node, "RowDiscountTypeText")
            yield Adjustment(self.signed(node, "RowDiscountAmount", "BT-136"), reason=reason)
        for charge in self.terms.all(node, "RowChargeDetails"):
            reason = self.terms.text(charge, "ReasonText")
            yield Adjustment(self.signed(charge, "Amount", "BT-141"), is_charge=True, reason=reason)

    def unit(self, node: Element, path: str) -> str:
        """The international code, or what the Finnish word stands for."""
        written = self.terms.attribute(node, path, "QuantityUnitCode")
        return self.terms.attribute(node, path, "QuantityUnitCodeUN") or _UNITS.get(written, written)
