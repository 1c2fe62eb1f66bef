"""An issued invoice goes to its customer by mail, through the outbox like all mail.

The first mail is written in the transaction that keeps the invoice's files, so that there is one for each invoice
whoever is killed; finance may send another.
"""

from collections.abc import Mapping
from email.utils import make_msgid

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.enums import Language
from accounts.services import audit
from billing.documents import stored
from billing.documents.document import Invoice as Document
from billing.documents.identifiers import grouped
from billing.documents.pdf.words import words as looks
from billing.enums import BY_MAIL
from billing.models import Buyer, Invoice, InvoiceFile, InvoiceMail
from billing.models.invoices import InvoiceQuerySet
from billing.services.drafting import BillingRefused
from core.faults import fault_point
from outbox.enums import Fate, MailState, Purpose
from outbox.models import OutgoingMail
from outbox.services.queueing import File, Mail, queue
from outbox.words import fill, words_for
from tickets.models import Queue
from tickets.services.letters import Content

PDF = "pdf"
ON_ITS_WAY = (MailState.QUEUED, MailState.SENDING)
# What reports say of mails that a server had taken.
CAME_BACK = (Fate.SOFT, Fate.HARD, Fate.COMPLAINED)


def mail_made(invoice: Invoice) -> InvoiceMail | None:
    """The one mail that a customer who wants invoices by mail gets; in the transaction that keeps the files.

    None where the customer wants another form, or where `hindrance` has something to say.
    """
    if not wants_mail(invoice) or hindrance(invoice):
        return None
    sent = _write(invoice, by=SYSTEM, again=False)
    fault_point("after-invoice-mail")
    return sent


@transaction.atomic
def send_again(invoice: Invoice, *, by: Actor) -> InvoiceMail:
    """A mail because finance says so, the first or another. Raises BillingRefused where it cannot be."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if not invoice.is_issued:
        raise BillingRefused(_("Only what is issued can be sent."))
    if words := hindrance(invoice):
        raise BillingRefused(words)
    before = list(InvoiceMail.objects.filter(invoice=invoice).select_related("mail")[:1])
    if before and before[0].mail.state in ON_ITS_WAY:
        raise BillingRefused(_("It is on its way already."))
    return _write(invoice, by=by, again=bool(before))


def wants_mail(invoice: Invoice) -> bool:
    """Whether the customer wants invoices by mail."""
    return Buyer.objects.filter(customer=invoice.customer_id, wants__in=BY_MAIL).exists()


def address_of(invoice: Invoice) -> str:
    """Where the customer wants invoices mailed to; empty where they never said."""
    return Buyer.objects.filter(customer=invoice.customer_id).values_list("invoice_email", flat=True).first() or ""


def hindrance(invoice: Invoice) -> str:
    """Why it cannot be mailed, in words; empty where nothing hinders."""
    if not address_of(invoice):
        return _("The customer has no address for invoices.")
    pdf = invoice.files.filter(form=PDF).first()
    if pdf is None:
        return _("Its PDF is not made yet.")
    return "" if pdf.is_sound else _("Its PDF did not pass the check, so it does not leave.")


def undelivered(invoices: InvoiceQuerySet) -> QuerySet[Invoice]:
    """Issued ones whose latest mail did not arrive, or that went by none because of what `hindrance` says."""
    latest = InvoiceMail.objects.filter(invoice=OuterRef("pk")).order_by("-pk").values("mail")[:1]
    lost = OutgoingMail.objects.filter(Q(state=MailState.FAILED) | Q(deliveries__fate__in=CAME_BACK)).values("pk")
    wanting = Buyer.objects.filter(wants__in=BY_MAIL)
    made = InvoiceFile.objects.filter(form=PDF)
    hindered = Q(customer__in=wanting.filter(invoice_email="").values("customer"), pk__in=made.values("invoice"))
    hindered |= Q(customer__in=wanting.values("customer"), pk__in=made.filter(is_sound=False).values("invoice"))
    found = invoices.issued().annotate(latest=Subquery(latest))
    return found.filter(Q(latest__in=lost) | Q(hindered, latest=None)).order_by("ordinal")


def _write(invoice: Invoice, *, by: Actor, again: bool) -> InvoiceMail:
    pdf = invoice.files.get(form=PDF)
    row = queue(_mail(invoice, stored.read(invoice.document), pdf))
    audit.record("invoice.mailed", by=by, target=invoice.number, to=row.to[0], again=again)
    return InvoiceMail.objects.create(invoice=invoice, mail=row, again=again, by_id=by.membership_id)


def _mail(invoice: Invoice, document: Document, pdf: InvoiceFile) -> Mail:
    language = document.language if document.language in Language.values else Language.ENGLISH.value
    purpose = Purpose.CREDIT_NOTE if document.is_credit else Purpose.INVOICE
    told, values = words_for(purpose, language), _values(document, language)
    subject, body = fill(told.subject, values), fill(told.body, values)
    desk = _desk(invoice)
    with translation.override(language):
        content = Content(title=subject, over_title=document.seller.name, body=body)
        html = content.as_html(subject, language)
    return Mail(
        purpose=purpose,
        message_id=make_msgid(domain=desk.rpartition("@")[2]).strip("<>"),
        from_name=document.seller.name,
        from_address=desk,
        reply_to=document.seller.contact.email,
        to=[address_of(invoice)],
        subject=subject,
        text=content.as_text(),
        html=html,
        language=language,
        files=[File(f"{invoice.number}.pdf", "application/pdf", pdf.key, pdf.size)],
        automatic=True,
    )


def _values(document: Document, language: str) -> Mapping[str, str]:
    """Sums and days as the document itself writes them."""
    look = looks(document.language)
    total, day = document.totals.payable, look.day(document.due_on) if document.due_on else ""
    paid = {"sum": look.sum(total, document.currency), "day": day, "reference": grouped(document.payment.reference)}
    with translation.override(language):
        ask, nothing = (
            _("Please pay %(sum)s by %(day)s with the reference %(reference)s."),
            _("There is nothing to pay."),
        )
    return {
        "invoice": document.number,
        "seller": document.seller.name,
        "customer": document.buyer.name,
        "sum": paid["sum"],
        "pay_by": day,
        "reference": paid["reference"],
        "to_pay": ask % paid if total else nothing,
        "credited": ", ".join(item.number for item in document.preceding),
    }


def _desk(invoice: Invoice) -> str:
    """The address of a desk of the company, or of any: their servers and signatures vouch for it."""
    queues = list(Queue.objects.select_related("office").order_by("position", "pk"))
    queues.sort(key=lambda each: each.office.legal_entity_id != invoice.legal_entity_id)
    return queues[0].address if queues else settings.DEFAULT_FROM_EMAIL


def is_on_its_way(mail: OutgoingMail) -> bool:
    """Whether it is not known yet what became of it."""
    return mail.state in ON_ITS_WAY
