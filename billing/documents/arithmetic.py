"""The sums of a document: made here from its lines, and compared with what it says (EN 16931-1, 6.4: BR-CO-...).

Each line is rounded once, each VAT group once on its own sum, and no total is rounded again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from billing.documents.document import Adjustment, Invoice, Line, Totals, VatGroup
from billing.documents.findings import Finding, error
from billing.documents.money import HUNDRED, ZERO, cents, decimals, share, total

Rate = tuple[str, Decimal | None]


def line_net(line: Line) -> Decimal | None:
    """BT-131 as it must be, or None where quantity or price is not known."""
    base = Decimal(1) if line.base_quantity is None else line.base_quantity
    if line.quantity is None or line.price is None or not base:
        return None
    return cents(line.quantity * line.price / base + total(adjustment.signed for adjustment in line.adjustments))


def vat_groups(
    lines: Iterable[Line], adjustments: Iterable[Adjustment], reasons: Mapping[str, tuple[str, str]]
) -> tuple[VatGroup, ...]:
    """BG-23: one for each category and rate. `reasons` gives a category its exemption's text and VATEX code."""
    sums: dict[Rate, Decimal] = {}
    for category, rate, amount in _taxed(lines, adjustments):
        sums[category, rate] = sums.get((category, rate), ZERO) + amount
    return tuple(
        VatGroup(category, rate, cents(base), share(base, rate or ZERO), *reasons.get(category, ("", "")))
        for (category, rate), base in sorted(sums.items(), key=lambda item: (item[0][0], -(item[0][1] or ZERO)))
    )


def totals_of(
    lines: Iterable[Line], adjustments: Iterable[Adjustment], vat: Iterable[VatGroup], paid: Decimal = ZERO
) -> Totals:
    """BG-22 from what it sums up; `paid` is what was paid before."""
    of_lines = total(line.net for line in lines)
    known = tuple(adjustments)
    allowances = total(adjustment.amount for adjustment in known if not adjustment.is_charge)
    charges = total(adjustment.amount for adjustment in known if adjustment.is_charge)
    net = of_lines - allowances + charges
    tax = total(group.amount for group in vat)
    return Totals(
        lines=cents(of_lines),
        allowances=cents(allowances) if allowances else None,
        charges=cents(charges) if charges else None,
        net=cents(net),
        vat=cents(tax),
        gross=cents(net + tax),
        paid=cents(paid) if paid else None,
        payable=cents(net + tax - paid),
    )


def summed(invoice: Invoice, reasons: Mapping[str, tuple[str, str]], paid: Decimal = ZERO) -> Invoice:
    """The same document with its VAT groups and totals made from lines and adjustments."""
    vat = vat_groups(invoice.lines, invoice.adjustments, reasons)
    totals = totals_of(invoice.lines, invoice.adjustments, vat, paid)
    return replace(invoice, vat=vat, totals=replace(totals, vat_accounting=invoice.totals.vat_accounting))


def _taxed(lines: Iterable[Line], adjustments: Iterable[Adjustment]) -> Iterator[tuple[str, Decimal | None, Decimal]]:
    for line in lines:
        yield line.category, _rate(line.rate), line.net or ZERO
    for adjustment in adjustments:
        yield adjustment.category, _rate(adjustment.rate), adjustment.signed


def _rate(rate: Decimal | None) -> Decimal | None:
    """25.50 and 25.5 are one rate."""
    return None if rate is None else rate.normalize()


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every sum that does not come out."""
    for line in invoice.lines:
        yield from _line(line)
    for adjustment in invoice.adjustments:
        yield from _adjustment(adjustment, "")
    yield from _totals(invoice)
    yield from _groups(invoice)
    yield from _decimals(invoice)


def _line(line: Line) -> Iterator[Finding]:
    where = f"line {line.id}"
    for adjustment in line.adjustments:
        yield from _adjustment(adjustment, where)
    expected = line_net(line)
    if expected is not None and line.net is not None and line.net != expected:
        yield error(
            "PEPPOL-EN16931-R120",
            "BT-131",
            "quantity times price is {expected}, but the line's net amount is {found}",
            where,
            expected=expected,
            found=line.net,
        )


def _adjustment(adjustment: Adjustment, where: str) -> Iterator[Finding]:
    kind, term = ("charge", "BT-99") if adjustment.is_charge else ("allowance", "BT-92")
    if adjustment.amount is None:
        yield error("BR-36" if adjustment.is_charge else "BR-31", term, "a {kind} has no amount", where, kind=kind)
        return
    if adjustment.amount < 0:
        yield error("VASTE-ADJUSTMENT", term, "the {kind} must not be negative", where, kind=kind)
    if adjustment.percent is None or adjustment.base is None:
        return
    expected = cents(adjustment.base * adjustment.percent / HUNDRED)
    if expected != adjustment.amount:
        text = "{percent} % of {base} is {expected}, but the {kind} is {found}"
        values = {"percent": adjustment.percent, "base": adjustment.base, "expected": expected, "kind": kind}
        yield error("PEPPOL-EN16931-R040", term, text, where, found=adjustment.amount, **values)


def _totals(invoice: Invoice) -> Iterator[Finding]:
    totals = invoice.totals
    allowances = total(item.amount for item in invoice.adjustments if not item.is_charge)
    charges = total(item.amount for item in invoice.adjustments if item.is_charge)
    net = (totals.lines or ZERO) - (totals.allowances or ZERO) + (totals.charges or ZERO)
    gross = (totals.net or ZERO) + (totals.vat or ZERO)
    payable = (totals.gross or ZERO) - (totals.paid or ZERO) + (totals.rounding or ZERO)
    rows = (
        ("BR-CO-10", "BT-106", "the sum of the lines", total(line.net for line in invoice.lines), totals.lines),
        ("BR-CO-11", "BT-107", "the sum of the allowances", allowances, totals.allowances or ZERO),
        ("BR-CO-12", "BT-108", "the sum of the charges", charges, totals.charges or ZERO),
        ("BR-CO-13", "BT-109", "the total without VAT", net, totals.net),
        ("BR-CO-14", "BT-110", "the sum of the VAT groups", total(group.amount for group in invoice.vat), totals.vat),
        ("BR-CO-15", "BT-112", "the total with VAT", gross, totals.gross),
        ("BR-CO-16", "BT-115", "the amount due for payment", payable, totals.payable),
    )
    for code, term, what, expected, found in rows:
        if found is None and (expected or term != "BT-110"):
            yield error(code, term, "{what} is missing", what=what)
        elif found is not None and found != expected:
            yield error(
                code, term, "{what} is {expected}, but the document says {found}",
                what=what, expected=expected, found=found,
            )  # fmt: skip


def _groups(invoice: Invoice) -> Iterator[Finding]:
    sums: dict[Rate, Decimal] = {}
    for category, rate, amount in _taxed(invoice.lines, invoice.adjustments):
        sums[category, rate] = sums.get((category, rate), ZERO) + amount
    seen: set[Rate] = set()
    for group in invoice.vat:
        key = (group.category, _rate(group.rate))
        where = _name(*key)
        if key in seen:
            yield error("VASTE-VAT-TWICE", "BG-23", "there are two VAT groups of the same category and rate", where)
        seen.add(key)
        yield from _group(group, sums.get(key), where)
    for category, rate in sums:
        if (category, rate) not in seen:
            code = f"BR-{category}-01" if category else "BR-CO-18"
            yield error(code, "BG-23", "lines have this VAT, but the VAT breakdown does not", _name(category, rate))


def _group(group: VatGroup, base: Decimal | None, where: str) -> Iterator[Finding]:
    code = f"BR-{group.category}-08"
    if base is None:
        yield error(code, "BG-23", "the VAT breakdown has this VAT, but no line does", where)
    elif group.base is None:
        yield error("BR-45", "BT-116", "the VAT group has no taxable amount", where)
    elif group.base != base:
        text = "lines, allowances and charges of this VAT come to {base}, but the taxable amount is {found}"
        yield error(code, "BT-116", text, where, base=base, found=group.base)
    if group.amount is None:
        yield error("BR-46", "BT-117", "the VAT group has no VAT amount", where)
    elif group.base is not None:
        expected = share(group.base, group.rate or ZERO)
        if group.amount != expected:
            text = "VAT of {base} is {expected}, but the document says {found}"
            yield error("BR-CO-17", "BT-117", text, where, base=group.base, expected=expected, found=group.amount)


def _name(category: str, rate: Decimal | None) -> str:
    return f"VAT {category}" if rate is None else f"VAT {category} {rate:f} %"


def _decimals(invoice: Invoice) -> Iterator[Finding]:
    """BR-DEC-09 to BR-DEC-25: amounts have at most two."""
    totals = invoice.totals
    amounts = [
        ("BT-106", "", totals.lines), ("BT-107", "", totals.allowances), ("BT-108", "", totals.charges),
        ("BT-109", "", totals.net), ("BT-110", "", totals.vat), ("BT-112", "", totals.gross),
        ("BT-113", "", totals.paid), ("BT-114", "", totals.rounding), ("BT-115", "", totals.payable),
        *(("BT-131", f"line {line.id}", line.net) for line in invoice.lines),
        *(("BT-116", "", group.base) for group in invoice.vat),
        *(("BT-117", "", group.amount) for group in invoice.vat),
        *(("BT-92", "", adjustment.amount) for adjustment in invoice.adjustments),
    ]  # fmt: skip
    for term, where, amount in amounts:
        if amount is not None and decimals(amount) > 2:
            yield error("BR-DEC", term, "{amount} has more than two decimals", where, amount=amount)
