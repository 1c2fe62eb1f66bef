"""Every document of the demo in every format: sound by our check, by the official validator, and counted again."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from billing.documents.checking import Syntax, check_all
from billing.documents.document import Party, Totals
from billing.documents.emitting import EMITTERS, Unsound
from billing.documents.reading_cii import read_cii
from billing.documents.reading_finvoice import read_finvoice
from billing.documents.reading_ubl import read_ubl
from billing.documents.xml import parse
from billing.management.commands.check_invoice import Command
from tests.billing.documents.recount import recount

SHARED = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "einvoice"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="VASTE_SHARED does not name the shared invoice schemas")
READERS = {"finvoice": read_finvoice, "peppol": read_ubl, "facturx": read_cii}


@pytest.fixture(scope="module")
def reports(emitted):
    return dict(zip(emitted, check_all(list(emitted.values())), strict=True))


def test_the_demo_has_every_case(demo, emitted):
    groups = [group for document in demo.values() for group in document.vat]

    assert {group.category for group in groups} == {"S", "AE", "O", "E", "Z", "G"}
    assert {document.language for document in demo.values()} == {"fi", "en", "de"}
    assert len({document.seller.name for document in demo.values()}) == 3
    assert {document.type_code for document in demo.values()} == {"380", "381"}
    assert any(document.totals.gross == 0 for document in demo.values())
    assert len(emitted) == len(set(emitted.values())) == 60


def test_every_document_passes_the_check(reports):
    assert {key: [str(found) for found in report.errors] for key, report in reports.items() if report.errors} == {}
    assert {report.syntax for report in reports.values()} == set(Syntax)


@needs_shared
def test_every_document_passes_the_official_validator(emitted, tmp_path):
    for (name, form), data in emitted.items():
        (tmp_path / f"{name}.{form}.xml").write_bytes(data)

    said = subprocess.run(
        ["nice", sys.executable, str(SHARED / "validate.py"), *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout.splitlines()  # fmt: skip

    schemas = [line for line in said if "XSD[" in line]
    rules = [line for line in said if "SCH[" in line]
    assert len(schemas) == len(emitted)
    assert [line for line in schemas if not line.endswith("OK")] == []
    assert len(rules) > len(emitted)
    assert [line for line in rules if "fatal=0" not in line] == []


def test_totals_counted_again_from_the_bytes_are_those_of_the_document(demo, emitted):
    for (name, form), data in emitted.items():
        document, found = demo[name], recount(data)
        totals = document.totals

        assert (found["lines"], found["net"], found["vat"], found["gross"]) == (
            totals.lines, totals.net, totals.vat, totals.gross,
        ), (name, form)  # fmt: skip
        assert found["groups"] == {
            (group.category, group.rate or Decimal(0)): (group.base, group.amount) for group in document.vat
        }, (name, form)


def unread(document, form):
    """The document without what that format has no place for."""
    late = document.terms if form == "finvoice" else f"{document.terms}\n{document.late_interest}".strip()
    bare = replace(
        document,
        terms=late,
        late_interest_percent=None,
        late_interest=document.late_interest if form == "finvoice" else "",
        language=document.language if form == "finvoice" else "en",
        attachments=() if form == "finvoice" else document.attachments,
        project="" if document.is_credit and form == "peppol" else document.project,
    )
    payment = replace(document.payment, virtual_barcode="")
    if form == "peppol":
        bare = replace(bare, notes=("\n".join(document.notes),) if document.notes else ())
    if form != "finvoice":
        return replace(bare, payment=payment, seller=unsent(bare.seller), buyer=unsent(bare.buyer))
    return bare


def unsent(party: Party) -> Party:
    return replace(party, operator="")


@pytest.mark.parametrize("form", ["peppol", "facturx"])
def test_what_is_written_is_read_back(demo, emitted, form):
    for name, document in demo.items():
        reading = READERS[form](parse(emitted[name, form]))

        assert reading.findings == ()
        assert reading.invoice == unread(document, form), name


def test_finvoice_reads_back_what_it_has_place_for(demo, emitted):
    for name, document in demo.items():
        read, wanted = read_finvoice(parse(emitted[name, "finvoice"])).invoice, unread(document, "finvoice")

        assert (read.number, read.issued_on, read.due_on, read.vat) == (
            wanted.number, wanted.issued_on, wanted.due_on, wanted.vat,
        )  # fmt: skip
        assert read.totals == wanted.totals, name
        assert [(line.id, line.quantity, line.price, line.net, line.ticket) for line in read.lines] == [
            (line.id, line.quantity, line.price, line.net, line.ticket) for line in wanted.lines
        ]
        assert (read.adjustments, read.preceding) == (wanted.adjustments, wanted.preceding)
        assert read.payment.virtual_barcode == wanted.payment.virtual_barcode


@pytest.mark.parametrize("form", sorted(EMITTERS))
def test_an_unsound_document_does_not_leave(demo, form):
    sound = demo["fi_reverse_charge"]
    wrong = replace(sound, totals=replace(sound.totals, gross=Decimal("1.00")))

    with pytest.raises(Unsound) as refusal:
        EMITTERS[form](wrong)

    assert [finding.code for finding in refusal.value.findings] == ["BR-CO-15", "BR-CO-16"]


def test_emitting_twice_gives_the_same_bytes(demo, emitted):
    assert {key: EMITTERS[key[1]](demo[key[0]]) for key in emitted} == emitted


def test_signs_that_xml_cannot_carry_become_blanks(demo):
    document = replace(demo["fi_domestic"], notes=("a\x00b\x0bc",))

    assert read_ubl(parse(EMITTERS["peppol"](document))).invoice.notes == ("a b c",)


def run(path):
    """What the command prints, and whether it is content."""
    out = io.StringIO()
    command = Command(stdout=out)
    try:
        command.handle(file=path)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_the_command_says_ok_or_what_is_wrong(emitted, tmp_path):
    sound, broken, missing = tmp_path / "sound.xml", tmp_path / "broken.xml", tmp_path / "missing.xml"
    data = emitted["fi_domestic", "finvoice"]
    sound.write_bytes(data)
    broken.write_bytes(data.replace(b"482,84</RowsTotal", b"482,85</RowsTotal"))

    assert run(sound) == (["ok"], "")
    assert run(broken) == (
        [
            "BR-CO-10 BT-106: the sum of the lines is 482.84, but the document says 482.85",
            "BR-CO-13 BT-109: the total without VAT is 482.85, but the document says 482.84",
        ],
        "2 errors",
    )
    assert "missing.xml" in run(missing)[1]


@needs_shared
def test_the_shared_documents_of_our_own_pass():
    files = sorted((SHARED / "samples" / "own").glob("*.xml")) + sorted((SHARED / "samples" / "own").glob("*.pdf"))

    reports = check_all([file.read_bytes() for file in files])

    assert len(files) >= 14
    assert {file.name: report.errors for file, report in zip(files, reports, strict=True) if report.errors} == {}


def test_an_unfinished_document_is_not_sound(demo):
    bare = replace(demo["fi_domestic"], number="", issued_on=None, due_on=date(2026, 12, 14), totals=Totals(), vat=())

    with pytest.raises(Unsound) as refusal:
        EMITTERS["peppol"](bare)

    assert {"BR-02", "BR-03", "BR-CO-10", "BR-CO-15", "BR-CO-18"} <= {item.code for item in refusal.value.findings}
