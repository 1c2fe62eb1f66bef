"""Totals counted again from the bytes of a document, by code that shares nothing with the product's readers."""

import re
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree

CENT = Decimal("0.01")


def recount(data):
    """{"lines", "net", "vat", "gross", "groups"} from quantities, prices and rates only; a credit note is positive."""
    root = ElementTree.fromstring(data)  # noqa: S314  # written a moment ago
    kind = root.tag.rpartition("}")[2]
    rows, changes = {"Finvoice": _finvoice, "CrossIndustryInvoice": _cii}.get(kind, _ubl)(root)
    lines = [
        (category, rate, _cents(quantity * price / base + own)) for category, rate, quantity, price, base, own in rows
    ]
    bases = {}
    for category, rate, amount in [*lines, *changes]:
        bases[category, rate] = bases.get((category, rate), Decimal(0)) + amount
    groups = {key: (base, _cents(base * key[1] / 100)) for key, base in bases.items()}
    net = sum((base for base, _ in groups.values()), Decimal(0))
    vat = sum((tax for _, tax in groups.values()), Decimal(0))
    whole = sum((amount for _, _, amount in lines), Decimal(0))
    return {"lines": whole, "net": net, "vat": vat, "gross": net + vat, "groups": groups}


def _cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def _bare(node):
    """The element with its names cut free of namespaces."""
    for part in node.iter():
        part.tag = re.sub(r"^\{.*\}", "", part.tag)
    return node


def _number(node, path, default=None):
    text = node.findtext(path)
    return Decimal(default) if text is None else Decimal(text.strip().replace(",", "."))


def _ubl(root):
    _bare(root)
    rows, changes = [], []
    for line in [*root.iterfind("InvoiceLine"), *root.iterfind("CreditNoteLine")]:
        quantity = "InvoicedQuantity" if line.find("InvoicedQuantity") is not None else "CreditedQuantity"
        tax = line.find("Item/ClassifiedTaxCategory")
        rows.append(
            (
                tax.findtext("ID"),
                _number(tax, "Percent", "0"),
                _number(line, quantity),
                _number(line, "Price/PriceAmount"),
                _number(line, "Price/BaseQuantity", "1"),
                sum((_signed_ubl(part) for part in line.iterfind("AllowanceCharge")), Decimal(0)),
            )
        )
    for part in root.iterfind("AllowanceCharge"):
        changes.append((part.findtext("TaxCategory/ID"), _number(part, "TaxCategory/Percent", "0"), _signed_ubl(part)))
    return rows, changes


def _signed_ubl(part):
    amount = _number(part, "Amount")
    return amount if part.findtext("ChargeIndicator") == "true" else -amount


def _cii(root):
    _bare(root)
    rows, changes = [], []
    for line in root.iter("IncludedSupplyChainTradeLineItem"):
        settlement = line.find("SpecifiedLineTradeSettlement")
        price = line.find("SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
        tax = settlement.find("ApplicableTradeTax")
        rows.append(
            (
                tax.findtext("CategoryCode"),
                _number(tax, "RateApplicablePercent", "0"),
                _number(line, "SpecifiedLineTradeDelivery/BilledQuantity"),
                _number(price, "ChargeAmount"),
                _number(price, "BasisQuantity", "1"),
                sum((_signed_cii(part) for part in settlement.iterfind("SpecifiedTradeAllowanceCharge")), Decimal(0)),
            )
        )
    for part in root.iterfind(".//ApplicableHeaderTradeSettlement/SpecifiedTradeAllowanceCharge"):
        tax = part.find("CategoryTradeTax")
        changes.append((tax.findtext("CategoryCode"), _number(tax, "RateApplicablePercent", "0"), _signed_cii(part)))
    return rows, changes


def _signed_cii(part):
    amount = _number(part, "ActualAmount")
    return amount if part.findtext("ChargeIndicator/Indicator") == "true" else -amount


def _finvoice(root):
    sign = -1 if root.findtext("InvoiceDetails/InvoiceTypeCode") == "INV02" else 1
    rows, changes = [], []
    for row in root.iterfind("InvoiceRow"):
        rows.append(
            (
                row.findtext("RowVatCode"),
                _number(row, "RowVatRatePercent", "0"),
                _number(row, "InvoicedQuantity") * sign,
                _number(row, "UnitPriceNetAmount"),
                _number(row, "UnitPriceBaseQuantity", "1"),
                -_number(row, "RowDiscountAmount", "0") * sign,
            )
        )
    for path, direction in (("DiscountDetails", -1), ("ChargeDetails", 1)):
        for part in root.iterfind(f"InvoiceDetails/{path}"):
            amount = _number(part, "Amount") * direction * sign
            changes.append((part.findtext("VatCategoryCode"), _number(part, "VatRatePercent", "0"), amount))
    return rows, changes
