"""What the month-end desk shows of a company's month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LegalEntity
from billing import ids
from billing.gate import SAID, Code
from billing.models import ClosedMonth, ExportBatch, Invoice, Run, Seller
from billing.services import mailing
from billing.services.drafting import first_and_last
from billing.showing import money_words
from tickets.models import Ticket, WorkEntry

# What one page shows; the rest is counted, and the lists have all of it.
MOST = 100
RECENT = 20
HEAVY = ("document", "inputs", "result")


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket or contract that the gate keeps back, and what it lacks."""

    label: str
    title: str
    url: str
    invoice: Invoice
    words: list[str]


@dataclass(slots=True)
class Month:
    """All that the desk says of a month; `ready` are drafts that can be issued, `blocked` those that cannot."""

    company: LegalEntity
    seller: Seller
    name: str
    exceptions: list[Kept] = field(default_factory=list)
    ready: list[Any] = field(default_factory=list)
    blocked: list[Any] = field(default_factory=list)
    issued: list[Invoice] = field(default_factory=list)
    counts: Mapping[str, Any] = field(default_factory=dict)
    run: Run | None = None
    is_closed: bool = False
    batches: list[ExportBatch] = field(default_factory=list)
    # Issued ones that the customer wants by mail and does not have.
    undelivered: list[Invoice] = field(default_factory=list)

    @property
    def first(self) -> date:
        return first_and_last(self.name)[0]

    @property
    def earlier(self) -> str:
        return _name(self.first - timedelta(days=1))

    @property
    def later(self) -> str:
        return _name(first_and_last(self.name)[1] + timedelta(days=1))

    @property
    def is_over(self) -> bool:
        """Whether its last day lies behind us."""
        return first_and_last(self.name)[1] < timezone.localdate()

    @property
    def to_issue(self) -> str:
        """What would be issued, in words; sums of several currencies stand beside each other."""
        sums: dict[str, Decimal] = {}
        for row in self.ready:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.gross
        return ", ".join(money_words(amount, currency) for currency, amount in sorted(sums.items()))


def asked(query: QueryDict, home: int) -> tuple[list[LegalEntity], LegalEntity | None, str]:
    """The companies, the one that is asked for or the reader's own, and the month, or the one that is over."""
    companies = list(LegalEntity.objects.order_by("name", "pk"))
    wanted = query.get("company", "")
    own = next((each for each in companies if each.pk == home), companies[0] if companies else None)
    company = next((each for each in companies if str(each.pk) == wanted), own)
    return companies, company, month_of(query.get("month", ""))


def month_of(text: str) -> str:
    """A month such as 2026-11; what is none is the month that is over."""
    try:
        return _name(first_and_last(text)[0])
    except ValueError:
        return _name(timezone.localdate().replace(day=1) - timedelta(days=1))


def month_at(company: LegalEntity, name: str) -> Month:
    """Exceptions first, then what is ready, then what is done."""
    seller = Seller.objects.filter(legal_entity=company).first() or Seller()
    seller.legal_entity = company
    found = Month(company, seller, name)
    rows = Invoice.objects.filter(legal_entity=company, month=name)
    drafts = list(_drafts(rows))
    found.exceptions = _exceptions(drafts)
    withlines = [row for row in drafts if row.line_count]
    found.ready = [row for row in withlines if not row.findings]
    found.blocked = [row for row in withlines if row.findings]
    found.issued = list(shown(rows.issued())[:RECENT])
    found.undelivered = list(mailing.undelivered(rows).select_related("customer").defer(*HEAVY)[:MOST])
    found.counts = rows.issued().aggregate(count=Count("pk"), net=Sum("net"))
    found.run = Run.objects.filter(legal_entity=company, month=name).select_related("by__user").order_by("-pk").first()
    found.is_closed = ClosedMonth.objects.filter(legal_entity=company, month=name).exists()
    found.batches = list(ExportBatch.objects.filter(legal_entity=company, month=name)[:RECENT])
    return found


def shown(rows: "QuerySet[Invoice]") -> "QuerySet[Invoice]":
    """With what a row of a list says of each, and without the documents."""
    related = rows.select_related("customer", "contract", "credits", "legal_entity").defer(
        *HEAVY, *(f"credits__{name}" for name in HEAVY)
    )
    return related.prefetch_related("files", Prefetch("credit_notes", Invoice.objects.defer(*HEAVY)))


def mails_of(row: Invoice) -> dict[str, Any]:
    """The mails of an issued invoice, where the next would go, and why there was none though one was wanted."""
    mails = list(row.mails.select_related("mail", "by__user").prefetch_related("mail__deliveries"))
    lacks = mailing.hindrance(row)
    return {
        "mails": mails,
        "mail_to": "" if lacks or (mails and mailing.is_on_its_way(mails[0].mail)) else mailing.address_of(row),
        "unmailed": lacks if lacks and not mails and mailing.wants_mail(row) else "",
    }


def _drafts(rows: Any) -> "QuerySet[Any]":
    drafts = rows.open().select_related("customer", "contract", "tenant").defer(*HEAVY)
    fee, lot = Q(lines__kind="fee"), Q(lines__kind="lot")
    found: QuerySet[Any] = drafts.annotate(
        kept=F("result__exceptions"),
        line_count=Count("lines"),
        ticket_count=Count("lines__ticket", distinct=True),
        fee_count=Count("lines", filter=fee),
        lot_count=Count("lines", filter=lot),
    ).order_by("customer__name", "pk")
    return found


def _exceptions(drafts: Iterable[Any]) -> list[Kept]:
    """One row for each ticket, with all that it lacks; contracts by themselves."""
    entries = {
        ids.pk_of(each["ref"]) for row in drafts for each in row.kept or () if each["ref"].startswith(ids.ENTRY)
    }
    tickets = dict(WorkEntry.objects.filter(pk__in=entries).values_list("pk", "ticket__number")) if entries else {}
    grouped: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    rows = {row.pk: row for row in drafts}
    for row in rows.values():
        for each in row.kept or ():
            ref = each["ref"]
            ticket = str(tickets.get(ids.pk_of(ref), "")) if ref.startswith(ids.ENTRY) else ref
            grouped.setdefault((row.pk, ticket), []).append(each)
    numbers = [int(ref) for _pk, ref in grouped if ref.isdigit()]
    titles = dict(Ticket.objects.filter(number__in=numbers).values_list("number", "title")) if numbers else {}
    return [_kept(rows[pk], ref, found, titles) for (pk, ref), found in list(grouped.items())[:MOST]]


def _kept(row: Invoice, ref: str, found: Iterable[Mapping[str, Any]], titles: Mapping[int, str]) -> Kept:
    words = list(dict.fromkeys(_(SAID[Code(each["code"])][1]) % each["values"] for each in found))
    if ref.isdigit():
        number = int(ref)
        label = f"{row.tenant.subject_prefix}-{number}"
        return Kept(label, titles.get(number, ""), reverse("billing:work", args=[number]), row, words)
    url = reverse("billing:buyer", args=[row.customer_id])
    return Kept(row.contract.number, _("The whole contract waits"), url, row, words)


def _name(day: date) -> str:
    return f"{day:%Y-%m}"
