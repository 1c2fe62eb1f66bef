"""Invoices: drafts that may change, and what was issued, which the database itself keeps as it is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, LegalEntity, Membership, TenantManager, TenantModel, TenantQuerySet
from billing.enums import InvoiceKind, InvoiceState
from billing.models.contracts import PrepaidLot
from sla.models import Contract
from tickets.models import Ticket, WorkEntry

DIGITS, CENTS = 14, 2


class Series(TenantModel):
    """The numbers of one company's financial year. Whoever issues holds this row, so that none is left out."""

    legal_entity = TenantForeignKey(LegalEntity, related_name="+")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
    last_on = models.DateField(null=True)

    objects: ClassVar[TenantManager["Series"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "legal_entity", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.legal_entity_id}/{self.year}"


class InvoiceQuerySet(TenantQuerySet["Invoice"]):
    def issued(self) -> "InvoiceQuerySet":
        return self.filter(state=InvoiceState.ISSUED)

    def open(self) -> "InvoiceQuerySet":
        """Drafts, approved or not."""
        return self.exclude(state=InvoiceState.ISSUED)

    def live(self) -> "InvoiceQuerySet":
        """Issued invoices that no credit note took back."""
        return self.issued().filter(kind=InvoiceKind.INVOICE, credit_notes=None)


InvoiceManager = TenantManager.from_queryset(InvoiceQuerySet)


class Invoice(TenantModel):
    """What a contract costs for a month, or the credit note that takes it back.

    `document` is the invoice as EN 16931 sees it, `inputs` and `result` what it was rated from and what came out, all
    as canonical JSON; `sha256` is over them and the hash of the invoice before it in the series. Once issued, nothing
    of it changes: the database refuses. `findings` say what keeps a draft from being issued.
    """

    legal_entity = TenantForeignKey(LegalEntity, related_name="+")
    customer = TenantForeignKey(Customer, related_name="+")
    contract = TenantForeignKey(Contract, related_name="+")
    kind = models.CharField(max_length=8, choices=InvoiceKind, default=InvoiceKind.INVOICE)
    state = models.CharField(max_length=8, choices=InvoiceState, default=InvoiceState.DRAFT)
    month = models.CharField(_("Month"), max_length=7)
    with_fees = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=DIGITS, decimal_places=CENTS)
    tax = models.DecimalField(max_digits=DIGITS, decimal_places=CENTS)
    gross = models.DecimalField(max_digits=DIGITS, decimal_places=CENTS)
    document = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    rated_at = models.DateTimeField(default=timezone.now)
    approved_by = TenantForeignKey(Membership, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    credits = TenantForeignKey("self", null=True, related_name="credit_notes")
    reason = models.CharField(_("Why it is credited"), max_length=200, blank=True)
    series = TenantForeignKey(Series, null=True, related_name="+")
    ordinal = models.PositiveIntegerField(null=True)
    number = models.CharField(_("Number"), max_length=16, null=True)  # noqa: DJ001  # unique where there is one
    reference = models.CharField(max_length=25, blank=True)
    # The company's logo as it was then, by its key in the archive.
    logo_key = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = TenantForeignKey(Membership, null=True, related_name="+")
    previous_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects: ClassVar[InvoiceManager["Invoice"]] = InvoiceManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="invoice_number"),
            models.UniqueConstraint(fields=["tenant", "series", "ordinal"], name="invoice_ordinal"),
            models.UniqueConstraint(
                fields=["tenant", "contract", "month"],
                condition=Q(kind="invoice") & ~Q(state="issued"),
                name="invoice_draft_once",
            ),
            models.UniqueConstraint(fields=["tenant", "credits"], name="invoice_credited_once"),
            models.CheckConstraint(
                condition=~Q(state="issued")
                | Q(number__isnull=False, series__isnull=False, issued_on__isnull=False, issued_at__isnull=False)
                & ~Q(sha256=""),
                name="invoice_issued_whole",
            ),
            models.CheckConstraint(condition=Q(kind="credit") ^ Q(credits=None), name="invoice_credits_one"),
        ]
        indexes = [
            models.Index(fields=["tenant", "legal_entity", "month", "state"], name="invoice_of_month"),
            models.Index(fields=["tenant", "customer", "-issued_on"], name="invoice_of_customer"),
            models.Index(fields=["tenant", "-issued_on", "-id"], name="invoice_by_day"),
        ]
        ordering = ["-issued_on", "-id"]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"

    @property
    def is_issued(self) -> bool:
        return self.state == InvoiceState.ISSUED

    @property
    def is_credit(self) -> bool:
        return self.kind == InvoiceKind.CREDIT


class InvoiceLine(TenantModel):
    """A line for reports: what the document says of it, and what it was rated from. Frozen with its invoice."""

    invoice = TenantForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    ticket = TenantForeignKey(Ticket, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    item = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    why = models.CharField(max_length=500, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=DIGITS, decimal_places=CENTS)
    minutes = models.IntegerField(default=0)
    first = models.DateField()
    last = models.DateField()
    reasons = models.JSONField(default=list)

    objects: ClassVar[TenantManager["InvoiceLine"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "invoice", "position"], name="invoice_line_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.position}"


class InvoicedEntry(TenantModel):
    """That an invoice has an entry of work. At most one has it; a credit note releases it."""

    invoice = TenantForeignKey(Invoice, related_name="entries")
    entry = TenantForeignKey(WorkEntry, related_name="+")
    released_by = TenantForeignKey(Invoice, null=True, related_name="+")

    objects: ClassVar[TenantManager["InvoicedEntry"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "entry"], condition=Q(released_by=None), name="entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} on {self.invoice_id}"


class InvoicedLot(TenantModel):
    """That an invoice has charged a lot of prepaid time. At most one has it; a credit note releases it."""

    invoice = TenantForeignKey(Invoice, related_name="+")
    lot = TenantForeignKey(PrepaidLot, related_name="charges")
    released_by = TenantForeignKey(Invoice, null=True, related_name="+")

    objects: ClassVar[TenantManager["InvoicedLot"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "lot"], condition=Q(released_by=None), name="lot_once")
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} on {self.invoice_id}"


class InvoicedTicket(TenantModel):
    """What an invoice took of a ticket: minutes against its cap, its own price, and what that price still covers."""

    invoice = TenantForeignKey(Invoice, related_name="+")
    ticket = TenantForeignKey(Ticket, related_name="+")
    minutes = models.IntegerField(default=0)
    priced = models.IntegerField(default=0)
    left = models.IntegerField(null=True)

    objects: ClassVar[TenantManager["InvoicedTicket"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "invoice", "ticket"], name="invoiced_ticket_once")]
        indexes = [models.Index(fields=["tenant", "ticket"], name="invoiced_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} on {self.invoice_id}"


class PoolMove(TenantModel):
    """Minutes that an invoice took from included or prepaid time (negative), or a credit note gave back."""

    invoice = TenantForeignKey(Invoice, related_name="+")
    contract = TenantForeignKey(Contract, related_name="+")
    # The month of included time, or the id of a lot as rating calls it.
    pool = models.CharField(max_length=10, choices=[("included", "included"), ("lot", "lot")])
    key = models.CharField(max_length=20)
    minutes = models.IntegerField()

    objects: ClassVar[TenantManager["PoolMove"]] = TenantManager()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "contract", "pool", "key"], name="pool_moves")]

    def __str__(self) -> str:
        return f"{self.minutes} of {self.pool} {self.key}"


class InvoiceFile(TenantModel):
    """An invoice as a file, written once; whoever asks again gets these bytes. Unsound ones stay here."""

    invoice = TenantForeignKey(Invoice, related_name="files")
    form = models.CharField(max_length=14)
    key = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    is_sound = models.BooleanField()
    findings = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["InvoiceFile"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "invoice", "form"], name="invoice_file_once")]

    def __str__(self) -> str:
        return f"{self.invoice_id}.{self.form}"


class FilesDue(TenantModel):
    """An issued invoice whose files a worker still has to make; gone when they are there."""

    invoice = TenantForeignKey(Invoice, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["FilesDue"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "invoice"], name="files_due_once")]
        indexes = [models.Index(fields=["next_at"], name="files_due_at")]

    def __str__(self) -> str:
        return f"files of {self.invoice_id}"
