"""What contracts cost, in the sentences that everybody reads who may see it."""

from collections.abc import Iterable
from datetime import date

from billing import stored_terms
from billing.models import TermsVersion
from billing.showing import speech, work_types
from billing.versions import periods
from billing.wording import sentences
from sla.models import Contract


def in_plain_words(contracts: Iterable[Contract], *, day: date) -> dict[int, list[str]]:
    """By contract, what the version in force on a day costs; contracts without one are left out."""
    rows, versions = list(contracts), dict[int, dict[int, TermsVersion]]()
    for version in TermsVersion.objects.filter(contract__in=rows):
        versions.setdefault(version.contract_id, {})[version.number] = version
    names = work_types() if versions else {}
    found = {}
    for row in rows:
        own = versions.get(row.pk, {})
        starts = [(version.number, version.valid_from) for version in own.values()]
        for period in periods(starts, first=row.starts_on, last=row.ends_on):
            if period.first <= day and (period.last is None or day <= period.last):
                found[row.pk] = words_of(own[period.number], names)
    return found


def words_of(version: TermsVersion, names: dict[str, str]) -> list[str]:
    """What a version costs, in sentences."""
    terms = stored_terms.read(version.data, version.currency)
    return sentences(terms, speech(version.currency, names))
