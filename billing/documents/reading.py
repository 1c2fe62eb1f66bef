"""Reading a document that someone else may have written: what cannot be read is a finding, not an exception."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from billing.documents.document import Invoice
from billing.documents.findings import Finding, error
from billing.documents.xml import Element


class Syntax(StrEnum):
    """The formats that are told apart by their root element."""

    FINVOICE = "Finvoice"
    UBL_INVOICE = "UBL invoice"
    UBL_CREDIT_NOTE = "UBL credit note"
    CII = "CII"


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was understood, and what could not be. `specification` is BT-24, `process` BT-23."""

    syntax: Syntax
    invoice: Invoice
    findings: tuple[Finding, ...] = ()
    specification: str = ""
    process: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


class Terms:
    """Looks terms up below an element, and collects what is no number or no day."""

    def __init__(self, namespaces: Mapping[str, str] | None = None, *, decimal_sign: str = ".") -> None:
        self.findings: list[Finding] = []
        self._namespaces = dict(namespaces or {})
        self._number = re.compile(rf"[+-]?\d{{1,18}}({re.escape(decimal_sign)}\d{{1,18}})?", re.ASCII)
        self._sign = decimal_sign

    def all(self, node: Element | None, path: str) -> list[Element]:
        """Every element on that path."""
        return [] if node is None else node.findall(path, self._namespaces)

    def one(self, node: Element | None, path: str) -> Element | None:
        """The first of them."""
        return None if node is None else node.find(path, self._namespaces)

    def text(self, node: Element | None, path: str) -> str:
        """Its text without the blanks around it; empty if there is none."""
        found = self.one(node, path)
        return "" if found is None else (found.text or "").strip()

    def attribute(self, node: Element | None, path: str, name: str) -> str:
        """An attribute of it."""
        found = self.one(node, path)
        return "" if found is None else str(found.get(name, ""))

    def number(self, node: Element | None, path: str, term: str) -> Decimal | None:
        """A decimal number as the format writes it."""
        text = self.text(node, path)
        if not text:
            return None
        if self._number.fullmatch(text):
            return Decimal(text.replace(self._sign, "."))
        self.findings.append(
            error("VASTE-NOT-A-NUMBER", term, "{text!r} is not a number as it is written here", text=text)
        )
        return None

    def day(self, node: Element | None, path: str, term: str, form: str = "%Y-%m-%d") -> date | None:
        """A day as the format writes it, without a time or zone."""
        text = self.text(node, path)
        if not text:
            return None
        try:
            value = datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            value = None
        if value is None or value.strftime(form) != text:
            self.findings.append(
                error("VASTE-NOT-A-DATE", term, "{text!r} is not a date as it is written here", text=text)
            )
            return None
        return value

    def content(self, node: Element | None, path: str, term: str) -> bytes:
        """A file in base 64."""
        text = "".join(self.text(node, path).split())
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self.findings.append(error("VASTE-ATTACHMENT", term, "an attachment is not in base 64"))
            return b""
