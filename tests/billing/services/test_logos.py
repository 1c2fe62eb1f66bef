"""The company's logo: uploaded, drawn anew, on the page of the invoice, and the one of its day for ever."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from billing.models import FilesDue, InvoiceFile, Seller
from billing.services import files, logos
from billing.services.crediting import credit
from billing.services.drafting import draft
from billing.services.issuing import hash_of, issue
from tests.billing.services.conftest import LATER, MONTH


def picture(colour):
    target = io.BytesIO()
    Image.new("RGB", (300, 90), colour).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def client(acme, contract):
    acme.tenant.billing_on = True
    acme.tenant.save()
    return acme.client("fiona")


@pytest.fixture
def page(contract):
    return f"/settings/invoicing/companies/{contract.legal_entity_id}/"


def uploaded(client, page, content, **more):
    """The answer to the company's form as it stands, with a logo."""
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name not in {"logo", "no_logo"}}
    logo = {"logo": SimpleUploadedFile("logo.png", content, "image/png")} if content else {}
    return client.post(page, typed | logo | more)


def shown_on(invoice):
    """The colours in the middle of the pictures on the first page of its PDF."""
    pdf = PdfReader(io.BytesIO(files.content(invoice.files.get(form="pdf"))))
    return [each.image.convert("RGB").getpixel((150, 45)) for each in pdf.pages[0].images]


def test_an_invoice_keeps_the_logo_it_was_issued_with(contract, client, page, fiona):
    assert uploaded(client, page, picture("red")).status_code == 302
    invoice = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    uploaded(client, page, picture("blue"))
    files.make_files(invoice.pk)
    assert shown_on(invoice) == [(255, 0, 0)]
    before = InvoiceFile.objects.get(form="pdf").sha256
    assert files.rendered_of(invoice)["pdf"] == files.content(invoice.files.get(form="pdf"))
    assert invoice.files.get(form="pdf").sha256 == before

    kept, invoice.logo_key = invoice.sha256, "another"
    assert hash_of(invoice) != kept
    note = credit(invoice, reason="Wrong", by=fiona, at=LATER)
    files.make_files(note.pk)
    assert shown_on(note) == [(0, 0, 255)]


def test_the_page_shows_it_and_takes_it_away(client, page, contract):
    logo = f"{page}logo/"
    assert client.get(logo).status_code == 404
    uploaded(client, page, picture("red"))
    assert logo in client.get(page).content.decode()
    answer = client.get(logo)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert Image.open(io.BytesIO(answer.content)).getpixel((1, 1)) == (255, 0, 0)
    kept = Seller.objects.get().logo_key
    uploaded(client, page, b"")
    assert Seller.objects.get().logo_key == kept
    uploaded(client, page, b"", no_logo="on")
    assert Seller.objects.get().logo_key == ""


@pytest.mark.parametrize("content", [b"<svg/>", b"x" * (2 * 2**20 + 1)])
def test_what_is_no_picture_comes_back(client, page, content):
    answer = uploaded(client, page, content)
    assert list(answer.context["form"].errors) == ["logo"]
    assert Seller.objects.get().logo_key == ""


def test_where_the_logo_is_lost_the_files_wait_and_say_so(contract, client, page, fiona):
    uploaded(client, page, picture("red"))
    invoice = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    with open(default_storage.path(invoice.logo_key), "ab") as file:
        file.write(b"x")
    assert files.make_files(invoice.pk) == 0
    assert "logo was changed" in FilesDue.objects.get().problem
    default_storage.delete(invoice.logo_key)
    with pytest.raises(logos.LogoLost):
        logos.content(invoice.logo_key)
    assert client.get(f"{page}logo/").status_code == 404
