"""A document as the HTML that is printed. Every text goes in as text: nothing in an invoice is ever markup."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from lxml import etree

from billing.documents.document import Address, Invoice, Line, Party, VatGroup, is_finnish
from billing.documents.identifiers import grouped
from billing.documents.legal import title
from billing.documents.pdf.code128 import path
from billing.documents.pdf.words import EN_DASH, HARD, Words, words
from billing.documents.xml import FORBIDDEN

Element = Any
Part = Element | str | None
CATEGORY_ALONE = frozenset({"AE", "O", "G", "E", "Z"})


def html_of(invoice: Invoice, logo: str = "") -> str:
    """The whole page; `logo` is the address of a picture that the renderer knows."""
    said = words(invoice.language)
    name = f"{title(invoice.type_code, invoice.language)} {invoice.number}"
    root = _e(
        "html",
        "",
        _e("head", "", _e("meta", "", charset="utf-8"), _e("title", "", name), *_meta(invoice)),
        _e(
            "body",
            "",
            _running(invoice, said),
            _head(invoice, said, logo),
            _parties(invoice, said),
            _lines(invoice, said),
            _summary(invoice, said),
            _slip(invoice, said),
        ),
        lang=said.language,
    )
    return "<!doctype html>" + str(etree.tostring(root, method="html", encoding="unicode"))


def _e(tag: str, classes: str, /, *parts: Part | Iterable[Part], **attributes: str) -> Element:
    """An element; what is None leaves nothing."""
    given = {key: FORBIDDEN.sub(" ", value) for key, value in attributes.items() if value}
    element = etree.Element(tag, given)
    if classes:
        element.set("class", classes)
    for part in _flat(parts):
        if not isinstance(part, str):
            element.append(part)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + FORBIDDEN.sub(" ", part)
        else:
            element.text = (element.text or "") + FORBIDDEN.sub(" ", part)
    return element


def _flat(parts: Iterable[Part | Iterable[Part]]) -> Iterator[Any]:
    for part in parts:
        if part is None:
            continue
        if isinstance(part, str) or etree.iselement(part):
            yield part
        else:
            yield from _flat(part)


def _rows(texts: Iterable[str]) -> list[Element]:
    """Each text on a row of its own; empty ones leave none."""
    return [_e("div", "", text) for text in texts if text]


def _meta(invoice: Invoice) -> Iterator[Element]:
    yield _e("meta", "", name="author", content=invoice.seller.name)
    if invoice.issued_on:
        for name in ("dcterms.created", "dcterms.modified"):
            yield _e("meta", "", name=name, content=f"{invoice.issued_on.isoformat()}T00:00:00Z")


def _running(invoice: Invoice, said: Words) -> list[Element]:
    """What the margins of every page repeat."""
    foot = " · ".join(text for text in (invoice.seller.name, invoice.number) if text)
    return [_e("div", "running-page", said["page"]), _e("div", "running-foot", foot)]


def _head(invoice: Invoice, said: Words, logo: str) -> Element:
    seller = invoice.seller
    name = _e("img", "logo", src=logo, alt=seller.name) if logo else None
    return _e(
        "header",
        "pair",
        _e("div", "", name, _e("p", "seller", seller.name), _e("div", "meta", _rows(_seller(seller, said)))),
        _e("h1", "", title(invoice.type_code, invoice.language)),
    )


def _seller(seller: Party, said: Words) -> Iterator[str]:
    yield _one_line(seller.address)
    ids = [_labelled(said["business_id" if is_finnish(seller) else "registered"], seller.legal_id.value)]
    ids.append(_labelled(said["vat_id"], seller.vat_id))
    yield ", ".join(text for text in ids if text)
    yield seller.legal_text


def _labelled(label: str, value: str) -> str:
    return f"{label} {value}" if value else ""


def _one_line(address: Address) -> str:
    town = " ".join(part for part in (address.post_code, address.city) if part)
    return ", ".join(part for part in (address.street, address.more, town, address.region, address.country) if part)


def _parties(invoice: Invoice, said: Words) -> Element:
    buyer = invoice.buyer
    address = buyer.address
    town = " ".join(part for part in (address.post_code, address.city) if part)
    abroad = address.country if address.country != invoice.seller.address.country else ""
    ids = [
        _labelled(said["vat_id"], buyer.vat_id),
        "" if buyer.vat_id else _labelled(said["registered"], buyer.legal_id.value),
        _labelled(said["reference"], invoice.buyer_reference),
    ]
    block = _e(
        "section",
        "buyer",
        _e("div", "meta", said["billed_to"]),
        _e("div", "strong", buyer.name),
        _rows((buyer.contact.name, address.street, address.more, town, address.region, abroad)),
        _e("div", "meta after", _rows(ids)),
    )
    facts = [
        _fact(label, value, "due" if label == said["due"] else "") for label, value in _facts(invoice, said) if value
    ]
    return _e("div", "pair", block, _e("table", "facts", _e("tbody", "", facts)))


def _fact(label: str, value: str, classes: str = "") -> Element:
    return _e("tr", classes, _e("th", "", label, scope="row"), _e("td", "", value))


def _facts(invoice: Invoice, said: Words) -> Iterator[tuple[str, str]]:
    credit = "credit_" if invoice.is_credit else ""
    yield said[f"{credit}number"], invoice.number
    yield said[f"{credit}issued"], said.day(invoice.issued_on) if invoice.issued_on else ""
    yield said["credits"], ", ".join(item.number for item in invoice.preceding)
    if invoice.starts_on or invoice.ends_on:
        yield said["period"], said.days_between(invoice.starts_on, invoice.ends_on)
    else:
        yield said["delivered"], said.days_between(invoice.delivered_on, None)
    yield said["contract"], invoice.contract
    yield said["order"], invoice.order
    yield said["project"], invoice.project
    if not invoice.is_credit:
        yield said["terms"], invoice.terms.partition(",")[0]
        yield said["due"], said.day(invoice.due_on) if invoice.due_on else ""


def _lines(invoice: Invoice, said: Words) -> Element:
    heads = (("what", ""), ("quantity", "num"), ("price", "num"), ("tax", "num"), ("net", "num"))
    head = _e("tr", "", [_e("th", side, said[label], scope="col") for label, side in heads])
    groups = groupby(invoice.lines, key=lambda line: line.ticket)
    bodies = [_group(ticket, list(lines), said) for ticket, lines in groups]
    extra = [_adjusted(item.reason or said["other"], item.signed, said) for item in invoice.adjustments]
    return _e("table", "lines", _e("thead", "", head), bodies, _e("tbody", "", extra) if extra else None)


def _group(ticket: str, lines: list[Line], said: Words) -> Element:
    """The lines of one ticket under its number and subject, never torn from their heading."""
    subject = next((line.description for line in lines if line.description), "")
    heading = None
    if ticket:
        text = _e("span", "strong", ticket)
        heading = _e("tr", "ticket", _e("th", "", text, f" {subject}".rstrip(), colspan="5", scope="rowgroup"))
    return _e("tbody", "group" if ticket else "", heading, [_line(line, said, bool(ticket)) for line in lines])


def _line(line: Line, said: Words, under_ticket: bool) -> Element:
    details = [said.days_between(line.starts_on, line.ends_on), line.note]
    if not under_ticket:
        details.append(line.description)
    reductions = [f"{item.reason}: {said.money(item.signed)}" for item in line.adjustments]
    small = ". ".join(text.rstrip(".") for text in (*details, *reductions) if text)
    return _e(
        "tr",
        "",
        _e("td", "", _e("div", "", line.name), _e("div", "meta", small) if small else None),
        _e("td", "num", _quantity(line, said)),
        _e("td", "num", _price(line, said)),
        _e("td", "num", _rate(line, said)),
        _e("td", "num", said.money(line.net)),
    )


def _quantity(line: Line, said: Words) -> str:
    return "" if line.quantity is None else f"{said.number(line.quantity)}{HARD}{said.unit(line.unit)}"


def _price(line: Line, said: Words) -> str:
    if line.price is None:
        return ""
    base = line.base_quantity
    if base is None or base == 1:
        return said.price(line.price)
    return f"{said.price(line.price)} / {said.number(base)}{HARD}{said.unit(line.base_unit or line.unit)}"


def _rate(line: Line, said: Words) -> str:
    return EN_DASH if line.rate is None else f"{said.number(line.rate)}{HARD}%"


def _adjusted(reason: str, amount: Any, said: Words) -> Element:
    return _e("tr", "", _e("td", "", reason, colspan="4"), _e("td", "num", said.money(amount)))


def _summary(invoice: Invoice, said: Words) -> Element:
    totals, currency = invoice.totals, invoice.currency
    rows = [(said["total_net"], said.sum(totals.net, currency))]
    rows += [(_vat(group, said), said.sum(group.amount, currency)) for group in invoice.vat]
    if totals.vat_accounting is not None:
        label = said["vat_in"].format(currency=invoice.tax_currency)
        rows.append((label, said.sum(totals.vat_accounting, invoice.tax_currency)))
    if totals.paid:
        rows.append((said["gross"], said.sum(totals.gross, currency)))
        rows.append((said["paid"], said.sum(-totals.paid, currency)))
    last = said["credited" if invoice.is_credit else "pay"], said.sum(totals.payable, currency)
    body = [_fact(*row) for row in rows]
    body.append(_fact(*last, "total"))
    reasons = [group.reason for group in invoice.vat if group.reason]
    left = _e("div", "meta", _rows((*reasons, *invoice.notes, invoice.terms, _late(invoice, said))))
    return _e("div", "pair summary", left, _e("table", "facts", _e("tbody", "", body)))


def _vat(group: VatGroup, said: Words) -> str:
    base = said.money(group.base)
    if group.rate is None or (not group.rate and group.category in CATEGORY_ALONE):
        return said["no_vat"].format(base=base)
    return said["vat"].format(rate=said.number(group.rate), base=base)


def _late(invoice: Invoice, said: Words) -> str:
    late = invoice.late_interest
    if not late or invoice.late_interest_percent is None:
        return late
    return f"{late}, {said['late_percent'].format(percent=said.number(invoice.late_interest_percent))}"


def _slip(invoice: Invoice, said: Words) -> Element | None:
    """Where the payer's eye looks for account, reference, day and sum; nothing of it on a credit note."""
    accounts = invoice.payment.accounts
    if invoice.is_credit or not accounts or not invoice.totals.payable:
        return None
    heads = [said[label] for label in ("account", "bic", "payment_reference", "due", "sum")]
    sides = ("", "", "", "", "num")
    rows = [
        (
            grouped_iban(account.iban),
            account.bic,
            grouped(invoice.payment.reference),
            said.day(invoice.due_on) if invoice.due_on else "",
            said.sum(invoice.totals.payable, invoice.currency),
        )
        for account in accounts
    ]
    table = _e(
        "table",
        "slip-facts",
        _e("thead", "", _e("tr", "", [_e("th", side, head) for head, side in zip(heads, sides, strict=True)])),
        _e("tbody", "", [_e("tr", "", [_e("td", s, c) for c, s in zip(row, sides, strict=True)]) for row in rows]),
    )
    return _e("aside", "slip", table, _barcode(invoice.payment.virtual_barcode), _contacts(invoice, said))


def _contacts(invoice: Invoice, said: Words) -> Element:
    seller = invoice.seller
    who = ", ".join(part for part in (seller.name, seller.contact.email, seller.contact.phone) if part)
    address = _labelled(said["e_address"], seller.electronic.value)
    operator = _labelled(said["operator"], seller.operator)
    right = ", ".join(part for part in (address, operator) if part)
    return _e("div", "pair meta", _e("span", "", who), _e("span", "", right))


def _barcode(digits: str) -> Element | None:
    if not digits:
        return None
    whole, drawn = path(digits)
    shape = _e("path", "", d=drawn)
    box = {"viewBox": f"0 0 {whole} 1", "preserveAspectRatio": "none"}
    svg = _e("svg", "bars", shape, xmlns="http://www.w3.org/2000/svg", **box)
    return _e("div", "barcode", svg, _e("div", "digits", grouped_digits(digits)))


def grouped_iban(iban: str) -> str:
    """In groups of four, as banks print it."""
    return HARD.join(iban[at : at + 4] for at in range(0, len(iban), 4))


def grouped_digits(digits: str) -> str:
    """Under the bars, for whoever types them."""
    return " ".join(digits[at : at + 5] for at in range(0, len(digits), 5))
