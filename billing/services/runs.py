"""A month's drafts and invoices, one after the other by a worker: each in its own transaction, none twice."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor, member_actor
from accounts.models import LegalEntity
from billing.enums import InvoiceState, RunKind
from billing.models import Invoice, Run, TermsVersion
from billing.services.drafting import BillingRefused, draft, first_and_last, refuse_closed
from billing.services.inputs import NoTerms
from billing.services.issuing import issue
from core.later import after_commit
from sla.models import Contract

MOST_PROBLEMS = 50


@transaction.atomic
def prepare(company: LegalEntity, month: str, *, by: Actor) -> Run:
    """Have the drafts of all the company's contracts with prices made anew. Raises BillingRefused."""
    first, last = first_and_last(month)
    refuse_closed(company.pk, month)
    running = Q(ends_on=None) | Q(ends_on__gte=first.replace(day=1))
    priced = TermsVersion.objects.values("contract")
    rows = Contract.objects.filter(running, legal_entity=company, starts_on__lte=last, pk__in=priced)
    waiting = Invoice.objects.open().filter(legal_entity=company, month=month).values_list("contract", flat=True)
    return _begin(company, month, RunKind.PREPARE, sorted({*rows.values_list("pk", flat=True), *waiting}), by)


@transaction.atomic
def issue_all(company: LegalEntity, month: str, *, by: Actor) -> Run:
    """Have every sound draft of a month issued. Raises BillingRefused where there is none."""
    refuse_closed(company.pk, month)
    drafts = Invoice.objects.open().filter(legal_entity=company, month=month, findings=[], lines__position=1)
    todo = list(drafts.order_by("contract__number").values_list("pk", flat=True))
    if not todo:
        raise BillingRefused(_("There is no draft that could be issued."))
    return _begin(company, month, RunKind.ISSUE, todo, by)


def step(run_id: int) -> bool:
    """Do one of what is left; returns whether more is left. A second worker finds the row held and leaves."""
    run = Run.objects.select_for_update(skip_locked=True).filter(pk=run_id, ended_at=None).first()
    if run is None:
        return False
    if run.todo:
        pk = run.todo.pop(0)
        problem = _problem_of(_ACTS[RunKind(run.kind)], pk, member_actor(run.by) if run.by else SYSTEM, run.month)
        run.done = F("done") + 1
        if problem and len(run.problems) < MOST_PROBLEMS:
            run.problems.append([problem[0], problem[1]])
    run.moved_at = timezone.now()
    run.ended_at = None if run.todo else run.moved_at
    run.save()
    return bool(run.todo)


def _begin(company: LegalEntity, month: str, kind: RunKind, todo: list[int], by: Actor) -> Run:
    LegalEntity.objects.select_for_update().get(pk=company.pk)
    if Run.objects.filter(legal_entity=company, month=month, ended_at=None).exists():
        raise BillingRefused(_("A worker is busy with this month. Wait until it is done."))
    run = Run.objects.create(
        legal_entity=company,
        month=month,
        kind=kind,
        todo=todo,
        total=len(todo),
        by_id=by.membership_id,
        ended_at=None if todo else timezone.now(),
    )
    after_commit("billing.tasks.go_on", run.tenant_id, run.pk)
    return run


def _prepare(pk: int, by: Actor, month: str) -> None:
    draft(Contract.objects.get(pk=pk), month)


def _issue(pk: int, by: Actor, month: str) -> None:
    invoice = Invoice.objects.get(pk=pk)
    if invoice.state != InvoiceState.ISSUED:
        issue(invoice, by=by)


_ACTS: dict[RunKind, Callable[[int, Actor, str], None]] = {RunKind.PREPARE: _prepare, RunKind.ISSUE: _issue}


def _problem_of(act: Callable[[int, Actor, str], None], pk: int, by: Actor, month: str) -> tuple[str, str] | None:
    """Whose it was and why it could not be done; what was begun of it is rolled back."""
    try:
        with transaction.atomic():
            act(pk, by, month)
    except (BillingRefused, NoTerms, Invoice.DoesNotExist, Contract.DoesNotExist, ValueError) as refusal:
        row = Contract.objects.filter(pk=pk).first() if act is _prepare else _contract_of(pk)
        return (row.number if row else str(pk)), str(refusal)
    return None


def _contract_of(pk: int) -> Contract | None:
    invoice = Invoice.objects.filter(pk=pk).select_related("contract").first()
    return invoice.contract if invoice else None
