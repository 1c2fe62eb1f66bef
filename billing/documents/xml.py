"""XML in and out: documents are written as nested calls, and read without DTD, entities or network.

A term that is absent leaves no element behind, and a group without terms neither (PEPPOL-EN16931-R008).
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from billing.documents.money import cents, decimals, shortest

MAX_BYTES = 20_000_000
# Signs that XML cannot carry.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FEWEST_DECIMALS = 2

Element = Any
Content = Element | str | None | Iterable[Any]


class NotReadable(ValueError):
    """Not an XML document that is read here: too large, broken, or with a DTD."""


class Vocabulary:
    """Elements of one namespace: `cbc("ID", "17")` is a leaf, `cac("Party", cbc(...), ...)` a group."""

    def __init__(self, namespace: str = "") -> None:
        self._prefix = f"{{{namespace}}}" if namespace else ""

    def __call__(self, name: str, /, *content: Content, **attributes: str) -> Element | None:
        """The element, or None if there is nothing in it. Attributes without a value are left out."""
        text = "".join(part for part in content if isinstance(part, str))
        children = [part for part in _flat(content) if not isinstance(part, str)]
        if not text and not children:
            return None
        element = etree.Element(self._prefix + name, {key: value for key, value in attributes.items() if value})
        element.text = FORBIDDEN.sub(" ", text) or None
        element.extend(children)
        return element

    def empty(self, name: str) -> Element:
        """One that a schema wants although nothing is in it."""
        return etree.Element(self._prefix + name)


def _flat(content: Iterable[Any]) -> list[Any]:
    flat: list[Any] = []
    for part in content:
        if part is None:
            continue
        if isinstance(part, str) or etree.iselement(part):
            flat.append(part)
        else:
            flat += _flat(part)
    return flat


def document(
    name: str, namespace: str, prefixes: dict[str | None, str], children: Iterable[Content], /, **attributes: str
) -> bytes:
    """A whole document in UTF-8, indented by two."""
    root = etree.Element(f"{{{namespace}}}{name}" if namespace else name, attributes, nsmap=prefixes or None)
    root.extend(_flat(children))
    etree.cleanup_namespaces(root, keep_ns_prefixes=[prefix for prefix in prefixes if prefix])
    etree.indent(root)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def amount(value: Decimal | None) -> str:
    """A sum of money with two decimals; more stay, to be found out."""
    if value is None:
        return ""
    return f"{cents(value):f}" if decimals(value) <= _FEWEST_DECIMALS else f"{value:f}"


def price(value: Decimal | None) -> str:
    """A price with at least two decimals, and no zeros after them."""
    if value is None:
        return ""
    text = shortest(value)
    return f"{value:.2f}" if len(text.partition(".")[2]) < _FEWEST_DECIMALS else text


def number(value: Decimal | None) -> str:
    """A quantity or a percentage."""
    return "" if value is None else shortest(value)


def day(value: date | None, form: str = "%Y-%m-%d") -> str:
    """A date; `%Y%m%d` for CII and Finvoice."""
    return value.strftime(form) if value else ""


def parse(data: bytes) -> Element:
    """The root element. Raises NotReadable."""
    if len(data) > MAX_BYTES:
        raise NotReadable("the file is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable(f"not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise NotReadable("a DTD does not belong into an invoice")
    return root
