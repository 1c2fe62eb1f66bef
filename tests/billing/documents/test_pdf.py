"""Invoices as PDF/A-3: what is on the page, what hangs on it, and that nothing is fetched to make it."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from billing.documents.checking import check
from billing.documents.document import Preceding
from billing.documents.embedded import embedded_xml
from billing.documents.emitting import EMITTERS, Unsound
from billing.documents.pdf import code128
from billing.documents.pdf.html import html_of
from billing.documents.pdf.rendering import Look, _Held, draft_of, pdf_of
from billing.documents.pdf.words import words
from billing.documents.reading import Syntax
from tests.billing.documents.demo import documents

ROOT = Path(__file__).resolve().parents[3]
# Points to pixels: fine enough for the thinnest bar to be four pixels wide.
SHARP = 4
NAMES = sorted(documents())
PAYABLE = [name for name, made in documents().items() if made.payment.virtual_barcode and made.totals.payable]
# What a customer, a consultant or a mail could have brought onto an invoice.
HOSTILE = (
    "<img src='http://127.0.0.1:9/pixel.png'>",
    "<link rel=attachment href='file:///etc/passwd'>",
    "<style>@import url(file:///etc/passwd); body { background: url(http://127.0.0.1:9/) }</style>",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "<object data='file:///etc/passwd'></object>",
    "</td></table><h1>Paid</h1>",
)


def read(data):
    """All text of all pages, blanks made equal."""
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def barcodes(data):
    """What a reader sees on the pages."""
    pictures = [page.render(scale=SHARP).to_pil() for page in pypdfium2.PdfDocument(data)]
    return [found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)]


@pytest.fixture(scope="module")
def printed(demo):
    return {name: pdf_of(document) for name, document in demo.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_document_says(demo, printed, name):
    document, text = demo[name], read(printed[name]).replace("\xa0", " ")
    said = words(document.language)

    assert document.number in text
    assert document.seller.name in text
    assert document.buyer.name in text
    assert said.sum(document.totals.payable, document.currency).replace("\xa0", " ") in text
    for line in document.lines:
        assert said.money(line.net).replace("\xa0", " ") in text
    for group in document.vat:
        assert group.reason[:40] in text


@pytest.mark.parametrize("name", NAMES)
def test_the_invoice_inside_is_the_one_that_is_emitted(demo, printed, name):
    assert embedded_xml(printed[name]) == EMITTERS["facturx"](demo[name])


def test_the_check_reads_the_pdf_and_finds_nothing(printed):
    report = check(printed["fi_domestic"])
    assert report.syntax is Syntax.CII
    assert report.errors == ()


def test_it_says_that_it_is_pdf_a_3_and_factur_x(printed):
    reader = pypdf.PdfReader(_file(printed["fi_domestic"]))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()

    assert 'part="3"' in xmp
    assert 'conformance="B"' in xmp
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in xmp
    assert xmp.count("</rdf:RDF>") == 1
    assert reader.trailer["/Root"]["/OutputIntents"]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    attached = reader.trailer["/Root"]["/AF"][0].get_object()
    assert attached["/AFRelationship"] == "/Alternative"
    assert attached["/F"] == "factur-x.xml"


def test_every_font_is_inside(printed):
    for page in pypdf.PdfReader(_file(printed["fi_domestic"])).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("name", PAYABLE)
def test_a_reader_reads_the_barcode_back(demo, printed, name):
    assert barcodes(printed[name]) == [demo[name].payment.virtual_barcode]


def test_a_credit_note_asks_for_no_money(demo, printed):
    assert demo["fi_credit"].preceding == (Preceding("FI26-000123", demo["fi_domestic"].issued_on),)
    assert "Hyvittää laskun FI26-000123" in read(printed["fi_credit"])
    assert "FI21 1234" not in read(printed["fi_credit"])
    assert barcodes(printed["fi_credit"]) == []


def test_the_same_document_is_the_same_bytes_in_another_process(printed):
    program = (
        "import hashlib; from tests.billing.documents.demo import documents;"
        "from billing.documents.pdf.rendering import pdf_of;"
        "print(hashlib.sha256(pdf_of(documents()['fi_domestic'])).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata"}
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, env=env
    )
    assert run.stdout.strip() == hashlib.sha256(printed["fi_domestic"]).hexdigest()


def test_long_invoices_go_on_over_pages_with_their_head_and_sum(demo):
    document = demo["fi_domestic"]
    many = tuple(
        replace(line, id=str(number), ticket=f"T-{1000 + number // 3}")
        for number, line in enumerate(document.lines * 20, start=1)
    )
    text = read(draft_of(replace(document, lines=many)))
    assert "Sivu 1 / 7" in text
    assert text.count("Kuvaus") >= 3
    assert "T-1033" in text


@pytest.mark.parametrize("words_of_others", HOSTILE)
def test_nothing_in_an_invoice_is_markup_and_nothing_is_fetched(demo, monkeypatch, words_of_others):
    asked = []

    def refuse(self, url):
        asked.append(url)
        raise ValueError(url)

    monkeypatch.setattr(_Held, "__call__", refuse)
    document = demo["fi_domestic"]
    lines = tuple(replace(line, name=words_of_others, note=words_of_others) for line in document.lines)
    buyer = replace(document.buyer, name=words_of_others)
    data = draft_of(replace(document, lines=lines, buyer=buyer, notes=(words_of_others,)))

    assert asked == []
    draft_of(document, Look(logo=b"asked for"))
    assert asked == ["vaste:logo"]
    assert " ".join(words_of_others.split())[:20] in read(data)
    assert b"root:x:0" not in data
    assert pypdf.PdfReader(_file(data)).attachments == {}


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "file:///etc/passwd", "data:text/plain,x", "vaste:other", "ftp://127.0.0.1/"]
)
def test_what_was_not_handed_in_is_refused(address):
    held = _Held(Look({"regular.woff2": b"font"}))
    assert held("vaste:regular.woff2").read() == b"font"
    with pytest.raises(ValueError, match="nothing is fetched"):
        held(address)


def test_printing_needs_no_network_at_all():
    """In a network namespace without any interface (as root only), and with every connection refused besides."""
    program = (
        "import sys\n"
        "def stop(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo'): sys.exit(event)\n"
        "sys.addaudithook(stop)\n"
        "from tests.billing.documents.demo import documents\n"
        "from billing.documents.pdf.rendering import pdf_of\n"
        "print(len(pdf_of(documents()['fi_domestic'])) > 9999)"
    )
    alone = ["unshare", "--net"] if _may_unshare() else []
    run = subprocess.run(
        [*alone, sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.stdout.strip() == "True", run.stderr


def _may_unshare():
    try:
        return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_an_unsound_document_is_not_printed_but_its_draft_is(demo):
    draft = replace(demo["fi_domestic"], number="")
    with pytest.raises(Unsound):
        pdf_of(draft)
    assert draft_of(draft).startswith(b"%PDF-1.7")


def test_control_characters_do_not_stop_the_printer(demo):
    assert "Oy B" in html_of(replace(demo["fi_domestic"], notes=("Oy\x00B\x0b",)))


@settings(max_examples=25, deadline=None)
@given(st.text("0123456789", min_size=2, max_size=60).filter(lambda digits: len(digits) % 2 == 0))
def test_any_pairs_of_digits_can_be_read_back(digits):
    whole, drawn = code128.bars(digits)
    picture = Image.new("L", (whole * 3, 120), 255)
    for at, width in drawn:
        ImageDraw.Draw(picture).rectangle((at * 3, 10, (at + width) * 3 - 1, 110), fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [digits]


@pytest.mark.parametrize("digits", ["", "123", "12a4", "١٢"])
def test_code_128_c_takes_pairs_of_digits_only(digits):
    if digits:
        with pytest.raises(ValueError, match="pairs of digits"):
            code128.widths(digits)


def _file(data):
    return io.BytesIO(data)


def test_an_interpreter_that_printed_ends_without_a_word():
    script = (
        "from tests.billing.documents.demo import documents as d; from billing.documents.pdf.rendering import pdf_of"
    )
    script += "; pdf_of(d()['fi_domestic'])"
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    assert "FontConfiguration" not in told.stderr
    assert "Traceback" not in told.stderr
