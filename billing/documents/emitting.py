"""The doors out: each format under the name that finance knows it by, for sound documents only."""

from collections.abc import Callable, Mapping

from billing.documents import cii, finvoice, ubl
from billing.documents.document import Invoice
from billing.documents.findings import Finding
from billing.documents.soundness import errors_of, finvoice_errors, peppol_errors, xrechnung_errors
from billing.documents.ubl import Profile

PEPPOL = Profile("urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0")
XRECHNUNG = Profile("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0")
FACTURX = Profile("urn:cen.eu:en16931:2017", "")


class Unsound(ValueError):
    """The document must not leave; `findings` says why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = findings


def emit_finvoice(invoice: Invoice) -> bytes:
    """Finvoice 3.0. Raises Unsound."""
    _refuse([*errors_of(invoice), *finvoice_errors(invoice)])
    return finvoice.render(invoice)


def emit_peppol(invoice: Invoice) -> bytes:
    """Peppol BIS Billing 3.0, invoice or credit note. Raises Unsound."""
    _refuse([*errors_of(invoice), *peppol_errors(invoice)])
    return ubl.render(invoice, PEPPOL)


def emit_xrechnung(invoice: Invoice) -> bytes:
    """XRechnung 3.0 in UBL. Raises Unsound."""
    _refuse([*errors_of(invoice), *xrechnung_errors(invoice)])
    return ubl.render(invoice, XRECHNUNG)


def emit_xrechnung_cii(invoice: Invoice) -> bytes:
    """XRechnung 3.0 in CII. Raises Unsound."""
    _refuse([*errors_of(invoice), *xrechnung_errors(invoice)])
    return cii.render(invoice, XRECHNUNG)


def emit_facturx(invoice: Invoice) -> bytes:
    """The XML of a Factur-X or ZUGFeRD invoice, profile EN 16931; it is embedded as factur-x.xml. Raises Unsound."""
    _refuse(errors_of(invoice))
    return cii.render(invoice, FACTURX)


# What a document can be sent as.
EMITTERS: Mapping[str, Callable[[Invoice], bytes]] = {
    "finvoice": emit_finvoice,
    "peppol": emit_peppol,
    "xrechnung": emit_xrechnung,
    "xrechnung-cii": emit_xrechnung_cii,
    "facturx": emit_facturx,
}


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Unsound(findings)
