"""An invoice by mail: once by itself, with the stored PDF, in its language, and again when finance says so."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default as modern

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from billing.documents.checking import check
from billing.documents.embedded import embedded_xml
from billing.enums import Delivery
from billing.models import Buyer, FilesDue, Invoice, InvoiceMail
from billing.services import files, mailing
from billing.services.crediting import credit
from billing.services.drafting import draft
from billing.services.issuing import issue
from outbox.models import Delivery as Mailed
from outbox.models import MailTemplate, OutgoingMail
from outbox.tasks import send
from tests.billing.services.conftest import LATER, MONTH
from tests.billing.services.test_issuing import refused
from tests.e2e.parts import mail_sink as mail_sink
from tests.outbox.conftest import our_server as our_server
from tickets.models import WorkEntry

MAILED = "lasku@paperi-acme.example"


@pytest.fixture
def invoice(acme, contract, fiona):
    """Its customer wants it as Factur-X by mail."""
    contract.legal_entity.sellers.update(contact_email="laskutus@acme.example")
    acme.customer.buyers.update(wants=Delivery.FACTUR_X, invoice_email=MAILED)
    return issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)


def only() -> OutgoingMail:
    return InvoiceMail.objects.get().mail


def test_whoever_wants_it_by_mail_gets_it_once_the_files_are_there(acme, invoice):
    assert InvoiceMail.objects.count() == 0
    files.make_files(invoice.pk)
    mail = only()

    assert mail.to == [MAILED]
    assert (mail.from_name, mail.from_address) == ("Acme", "support@acme.example")
    assert mail.reply_to == "laskutus@acme.example"
    assert mail.subject.replace("\xa0", " ") == "Lasku FI26-100001, Acme: 188,25 €, eräpäivä 16.12.2026"
    assert "viitteellä 2610 00014" in mail.text.replace("\xa0", " ")
    assert (mail.language, mail.automatic, mail.purpose) == ("fi", True, "invoice")
    assert [file.name for file in mail.files.all()] == ["FI26-100001.pdf"]
    assert AuditEntry.objects.get(action="invoice.mailed").target == "FI26-100001"
    FilesDue.objects.create(invoice=invoice)
    assert files.make_files(invoice.pk + 1) == 0


def test_nobody_is_asked_to_pay_nothing(acme, contract, fiona):
    acme.customer.buyers.update(wants=Delivery.EMAIL, invoice_email=MAILED)
    WorkEntry.objects.update(billing="goodwill", reason="Our own slip", approver=acme.liisa)
    invoice = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    files.make_files(invoice.pk)

    assert invoice.gross == 0
    assert "Maksettavaa ei ole." in only().text
    assert "viitteell\xe4" not in only().text


@pytest.mark.parametrize("wants", [Delivery.PDF, Delivery.FINVOICE, Delivery.PEPPOL, Delivery.XRECHNUNG])
def test_whoever_wants_it_otherwise_gets_no_mail(acme, invoice, wants):
    acme.customer.buyers.update(wants=wants)
    files.make_files(invoice.pk)
    assert InvoiceMail.objects.count() == OutgoingMail.objects.filter(purpose="invoice").count() == 0


def test_what_lies_at_the_mail_server_is_the_stored_file(acme, invoice, our_server, mail_sink):
    files.make_files(invoice.pk)
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    send(acme.tenant.pk, only().pk)

    (got,) = mail_sink.received
    message = message_from_bytes(got.content, policy=modern)
    (part,) = message.iter_attachments()
    pdf = part.get_payload(decode=True)
    assert pdf == files.content(invoice.files.get(form="pdf"))
    assert check(pdf).errors == ()
    assert b"CrossIndustryInvoice" in embedded_xml(pdf)
    assert (part.get_content_type(), part.get_filename()) == ("application/pdf", "FI26-100001.pdf")
    assert message["Reply-To"] == "laskutus@acme.example"
    assert only().state == "sent"


def test_a_credit_note_goes_the_same_way_in_its_own_words(acme, invoice, fiona):
    files.make_files(invoice.pk)
    note = credit(invoice, reason="Wrong hours", by=fiona, at=LATER)
    files.make_files(note.pk)
    mail = InvoiceMail.objects.get(invoice=note).mail
    assert mail.purpose == "credit_note"
    assert "Hyvityslasku FI26-100002" in mail.subject
    assert "FI26-100001" in mail.text


def test_german_invoices_come_with_english_words_and_german_figures(acme, contract, fiona):
    acme.customer.buyers.update(wants=Delivery.EMAIL, invoice_email=MAILED, language="de")
    made = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    files.make_files(made.pk)
    mail = only()
    assert mail.language == "en"
    assert "188,25 €, due 16.12.2026" in mail.subject.replace("\xa0", " ")


def test_the_tenant_words_it(acme, invoice):
    MailTemplate.objects.create(purpose="invoice", language="fi", subject="{{invoice}}!", body="{{sum}} {{seller}}")
    files.make_files(invoice.pk)
    assert only().subject == "FI26-100001!"


def test_finance_sends_it_again_when_the_first_has_left(acme, invoice, fiona):
    assert "not made yet" in refused(lambda: mailing.send_again(invoice, by=fiona))
    files.make_files(invoice.pk)
    assert "on its way" in refused(lambda: mailing.send_again(invoice, by=fiona))
    OutgoingMail.objects.update(state="failed")
    Buyer.objects.update(invoice_email="uusi@paperi-acme.example")
    sent = mailing.send_again(invoice, by=fiona)

    assert (sent.again, sent.by_id, sent.mail.to) == (True, fiona.membership_id, ["uusi@paperi-acme.example"])
    assert AuditEntry.objects.filter(action="invoice.mailed", member=fiona.membership_id).count() == 1


def test_finance_sends_the_first_where_none_went_by_itself(acme, invoice, fiona):
    acme.customer.buyers.update(wants=Delivery.PDF)
    files.make_files(invoice.pk)
    assert not mailing.send_again(invoice, by=fiona).again


def test_without_an_address_or_a_sound_pdf_nothing_leaves(acme, invoice, fiona, monkeypatch):
    monkeypatch.setattr(files, "_checked", lambda found: {(row.pk, "pdf"): ["wrong"] for row in found})
    files.make_files(invoice.pk)
    assert "did not pass" in refused(lambda: mailing.send_again(invoice, by=fiona))
    Buyer.objects.update(invoice_email="")
    assert "no address" in refused(lambda: mailing.send_again(invoice, by=fiona))
    assert InvoiceMail.objects.count() == 0
    row = draft(invoice.contract, "2026-12", at=LATER)
    assert "Only what is issued" in refused(lambda: mailing.send_again(row, by=fiona))


@pytest.mark.parametrize("fate", ["hard", "soft", "complained"])
def test_what_comes_back_later_is_shown_too(acme, invoice, fate):
    acme.tenant.billing_on = True
    acme.tenant.save()
    files.make_files(invoice.pk)
    OutgoingMail.objects.update(state="sent")
    client = acme.client("fiona")
    assert "did not arrive" not in client.get(f"/finance/?month={MONTH}").content.decode()
    Mailed.objects.create(mail=only(), address=MAILED, fate=fate, said="no such box", at=timezone.now())
    assert "did not arrive" in client.get(f"/finance/?month={MONTH}").content.decode()
    assert "no such box" in client.get(f"/finance/invoices/{invoice.pk}/").content.decode()


@pytest.mark.parametrize("lack", ["address", "sound PDF"])
def test_the_desk_names_what_could_not_be_mailed(acme, invoice, monkeypatch, lack):
    acme.tenant.billing_on = True
    acme.tenant.save()
    client = acme.client("fiona")
    if lack == "address":
        Buyer.objects.update(invoice_email="")
    else:
        monkeypatch.setattr(files, "_checked", lambda found: {(row.pk, "pdf"): ["wrong"] for row in found})
    assert "did not arrive" not in client.get(f"/finance/?month={MONTH}").content.decode()
    files.make_files(invoice.pk)

    assert "did not arrive" in client.get(f"/finance/?month={MONTH}").content.decode()
    Buyer.objects.update(wants=Delivery.PDF)
    assert "did not arrive" not in client.get(f"/finance/?month={MONTH}").content.decode()


def test_the_database_lets_no_second_first_mail_in(invoice):
    files.make_files(invoice.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceMail.objects.create(invoice=invoice, mail=only())


def test_the_page_says_when_to_whom_and_what_became_of_it(acme, invoice):
    acme.tenant.billing_on = True
    acme.tenant.save()
    client, page = acme.client("fiona"), f"/finance/invoices/{invoice.pk}/"
    Buyer.objects.update(invoice_email="")
    assert "The customer has no address for invoices" in client.get(page).content.decode()
    Buyer.objects.update(invoice_email=MAILED)
    files.make_files(invoice.pk)
    shown = client.get(page).content.decode()
    assert MAILED in shown
    assert "Waits to be sent" in shown
    assert f"{page}mail/" not in shown

    OutgoingMail.objects.update(state="failed", error="550 no such user")
    shown = client.get(page).content.decode()
    assert "550 no such user" in shown
    assert f"Send it again to {MAILED}" in shown
    desk = client.get(f"/finance/?month={MONTH}").content.decode()
    assert "Invoices that did not arrive by mail" in desk
    assert client.post(f"{page}mail/").status_code == 302
    assert "Invoices that did not arrive by mail" not in client.get(f"/finance/?month={MONTH}").content.decode()
    assert InvoiceMail.objects.count() == 2
    assert Invoice.objects.get().sha256 == invoice.sha256
