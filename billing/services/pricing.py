"""What a contract costs from a day on, and what is bought beforehand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services import audit
from billing import ids
from billing.enums import Preset
from billing.models import PrepaidLot, TermsVersion
from billing.services.inputs import terms_of
from billing.services.invoiced import not_charged, taken_of
from sla.models import Contract


class PricingError(Exception):
    """Says in words why it cannot be so."""


@transaction.atomic
def price(
    contract: Contract, *, valid_from: date, preset: Preset, data: Mapping[str, Any], by: Actor, note: str = ""
) -> TermsVersion:
    """Let a contract cost this from a day on, as its next version; what was in force before stays as it was.

    `data` are terms of one version as `billing.rating.format` reads them. Raises FormatError where it cannot, and
    NoTerms where the contract has ended before that day.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    versions = list(TermsVersion.objects.filter(contract=contract))
    version = TermsVersion(
        contract=contract,
        number=versions[-1].number + 1 if versions else 1,
        valid_from=valid_from,
        currency=versions[0].currency if versions else contract.legal_entity.currency,
        preset=preset,
        data=dict(data),
        note=note,
        made_by_id=by.membership_id,
    )
    terms_of(contract, [*versions, version])
    version.save(force_insert=True)
    audit.record("contract.priced", by=by, target=contract, number=version.number, valid_from=valid_from.isoformat())
    return version


@transaction.atomic
def sell_lot(lot: PrepaidLot, *, by: Actor) -> None:
    """Add minutes that the customer has bought beforehand."""
    lot.made_by_id = by.membership_id
    lot.save(force_insert=True)
    audit.record("contract.lot_sold", by=by, target=lot.contract, minutes=lot.minutes)


@transaction.atomic
def withdraw_lot(lot: PrepaidLot, *, by: Actor) -> None:
    """Take back a lot that was entered by mistake. Raises PricingError where an invoice has used or charged it."""
    contract = Contract.objects.select_for_update().get(pk=lot.contract_id)
    if taken_of(contract, ()).lots.get(ids.lot_id(lot.pk)):
        raise PricingError(_("An invoice has used of it already."))
    if not PrepaidLot.objects.filter(not_charged(), pk=lot.pk).exists():
        raise PricingError(_("An invoice has charged it already. Make its credit note first."))
    lot.withdrawn_at = timezone.now()
    lot.save(update_fields=["withdrawn_at"])
    audit.record("contract.lot_withdrawn", by=by, target=contract, minutes=lot.minutes)
