"""Closed lists of what costs and who pays."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InvoiceLanguage(TextChoices):
    """Languages that invoices are written in."""

    ENGLISH = "en", _("English")
    FINNISH = "fi", _("Finnish")
    GERMAN = "de", _("German")


class Delivery(TextChoices):
    """How a customer wants invoices."""

    PDF = "pdf", _("PDF, which finance hands over")
    EMAIL = "email", _("PDF by mail")
    FACTUR_X = "factur_x", _("PDF by mail with its data in it (Factur-X, ZUGFeRD)")
    FINVOICE = "finvoice", "Finvoice 3.0"
    PEPPOL = "peppol", "Peppol BIS 3"
    XRECHNUNG = "xrechnung", "XRechnung 3"


BY_MAIL = frozenset({Delivery.EMAIL, Delivery.FACTUR_X})
E_INVOICES = frozenset({Delivery.FINVOICE, Delivery.PEPPOL, Delivery.XRECHNUNG})


class Preset(TextChoices):
    """The contracts that most customers have (billing.presets), and what is composed freely."""

    FIXED_FEE = "fixed_fee", _("Fixed fee")
    RETAINER = "retainer", _("Fee with included hours")
    PREPAID_HOURS = "prepaid_hours", _("Prepaid hours")
    TIME_AND_MATERIAL = "time_and_material", _("Time and material")
    PER_TICKET = "per_ticket", _("Per ticket")


class Credit(TextChoices):
    """What the customer gets for a promise that was broken."""

    UNDECIDED = "undecided", _("Not decided yet")
    NONE = "none", _("No credit")
    CREDITED = "credited", _("Credited")


class InvoiceKind(TextChoices):
    """What it is; the second only ever takes the first back."""

    INVOICE = "invoice", _("Invoice")
    CREDIT = "credit", _("Credit note")


class InvoiceState(TextChoices):
    """How far it has come; issued is the end."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")


class RunKind(TextChoices):
    """What a worker does with the invoices of a month."""

    PREPARE = "prepare", _("Drafts are being prepared")
    ISSUE = "issue", _("Invoices are being issued")


class Target(TextChoices):
    """Which program gets a batch of invoices."""

    CSV = "csv", _("Neutral lines, CSV")
    XLSX = "xlsx", _("Neutral lines, XLSX")
    FINVOICE = "finvoice", _("Finvoice, ZIP")
    DATEV = "datev", "DATEV"
    JOURNAL = "journal", _("Journal, such as for SAP")
    XERO = "xero", "Xero"
    QUICKBOOKS = "quickbooks", "QuickBooks Online"


# Those that are made for a company only once its books are set up.
PROGRAMS = (Target.DATEV, Target.JOURNAL, Target.XERO, Target.QUICKBOOKS)
# Those in which a customer has an account of its own.
BY_ACCOUNT = (Target.DATEV, Target.JOURNAL)
