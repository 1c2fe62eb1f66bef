"""Whether a document is sound: every rule that can be asked of it without a file, a schema or another process."""

from collections.abc import Callable, Iterator

from billing.documents import arithmetic
from billing.documents.document import Invoice
from billing.documents.findings import Finding, Severity
from billing.documents.rules import dates, house, parties, payment, profiles, required, vat

RULES: tuple[Callable[[Invoice], Iterator[Finding]], ...] = (
    required.check,
    arithmetic.check,
    vat.check,
    dates.check,
    payment.check,
    parties.check,
    house.check,
)


def findings_of(invoice: Invoice) -> list[Finding]:
    """What is wrong with it, and what is worth a look, in any format."""
    return [finding for rule in RULES for finding in rule(invoice)]


def errors_of(invoice: Invoice) -> list[Finding]:
    """What stops it in any format."""
    return _errors(findings_of(invoice))


def peppol_errors(invoice: Invoice) -> list[Finding]:
    """What stops it besides in Peppol."""
    return _errors(list(profiles.check_peppol(invoice)))


def xrechnung_errors(invoice: Invoice) -> list[Finding]:
    """What stops it besides in XRechnung."""
    return _errors(list(profiles.check_xrechnung(invoice)))


def finvoice_errors(invoice: Invoice) -> list[Finding]:
    """What stops it besides in Finvoice."""
    return _errors(list(profiles.check_finvoice(invoice)))


def _errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
