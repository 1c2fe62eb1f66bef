"""The official rules in their own process: a time limit, no network, and documents that do not disturb each other."""

import re
import subprocess
import sys
import time

import pytest

from billing.documents import checking
from billing.documents.checking import check, check_all
from billing.documents.findings import Severity
from billing.documents.schematron import CII_RULES, UBL_RULES, RulesUnavailable, run_rules
from tests.billing.documents.mutations import cut, tag

EMPTY = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'


def test_the_rules_say_what_is_missing(emitted):
    sound = emitted["fi_domestic", "peppol"].decode().partition("?>")[2]
    bare = sound
    for name in ("cbc:CustomizationID", "cbc:IssueDate", "cac:AccountingSupplierParty", "cac:InvoiceLine"):
        bare = cut(tag(name), 0)(bare)

    wanting, whole = run_rules([(UBL_RULES, bare.encode()), (UBL_RULES, sound.encode())])

    assert {"BR-01", "BR-03", "BR-06", "BR-16"} <= {finding.code for finding in wanting}
    assert all(finding.severity is Severity.ERROR for finding in wanting)
    assert whole == []


def test_rules_of_another_format_do_not_pass_in_silence(emitted):
    found = run_rules([(CII_RULES, emitted["fi_domestic", "peppol"].partition(b"?>")[2])])[0]

    assert [finding.code for finding in found] == ["VASTE-NO-RULES"]


def test_the_time_limit_is_kept(emitted):
    started = time.monotonic()
    with pytest.raises(RulesUnavailable, match="longer than"):
        run_rules([(UBL_RULES, EMPTY)], seconds=0.05)

    assert time.monotonic() - started < 5
    report = check(emitted["fi_domestic", "peppol"], seconds=0.05)
    assert [finding.code for finding in report.errors] == ["VASTE-NO-RULES"]


def test_a_value_that_stops_the_rules_stops_them_for_its_document_only(emitted):
    sound = emitted["fi_domestic", "peppol"]
    broken = sound.replace(b"482.84</cbc:TaxExclusive", b"lots</cbc:TaxExclusive")

    first, second = check_all([broken, sound])

    assert "VASTE-NO-RULES" in {finding.code for finding in first.errors}
    assert second.findings == ()


def test_a_document_that_ends_the_process_takes_no_other_with_it(emitted, monkeypatch):
    def ends(runs, seconds):
        if any(b"FI26-000124" in xml for _, xml in runs):
            raise RulesUnavailable("the process ended")
        return run_rules(runs, seconds)

    monkeypatch.setattr(checking, "run_rules", ends)

    first, second = check_all([emitted["fi_reverse_charge", "peppol"], emitted["fi_domestic", "peppol"]])

    assert [finding.code for finding in first.errors] == ["VASTE-NO-RULES"]
    assert second.errors == ()


@pytest.mark.parametrize("number", ["9" * 40, "NaN", "Infinity", "-Infinity", "1e9", "-", "\u0663", "9" * 18, "0x10"])
@pytest.mark.parametrize("form", ["peppol", "facturx", "finvoice"])
def test_no_number_is_too_strange_to_be_told_so(emitted, form, number):
    """What stands in place of each amount, price, quantity, percentage and digit; our own rules only."""
    text = emitted["fi_cap_allowance", form].decode()
    strange = re.sub(r">-?[0-9]+([.,][0-9]+)?<", f">{number}<", text).encode()

    assert checking.own_findings(strange)


@pytest.mark.parametrize("data", [b"<Order/>", b"<a xmlns='x'/>", b"%PDF-1.7 nothing", b"", b"\xff\xfe"])
def test_what_is_no_invoice_is_told_so(data):
    report = check(data)

    assert report.syntax is None
    assert [finding.code for finding in report.errors] in (["VASTE-UNKNOWN-FORMAT"], ["VASTE-NOT-READABLE"])


def test_checking_opens_no_connection(emitted, tmp_path):
    """Under a proxy that does not answer, and with no names to resolve, the answer is the same."""
    file = tmp_path / "invoice.xml"
    file.write_bytes(emitted["fi_domestic", "facturx"])
    program = (
        "import socket, sys\n"
        "def no(*args, **kwargs): raise SystemExit('a connection was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = no\n"
        "from billing.documents.checking import check\n"
        "print(check(open(sys.argv[1], 'rb').read()).findings)\n"
    )

    said = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", program, str(file)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "unshare" in said.stderr:
        pytest.skip("this machine has no network namespaces")

    assert (said.stdout.strip(), said.returncode) == ("()", 0), said.stderr
