"""One thing wrong in a document is found, by the rule that is about it."""

from collections import Counter

import pytest

from billing.documents.checking import check_all
from tests.billing.documents.mutations import MUTATIONS

NAMES = [f"{mutation.form}: {mutation.document}: {mutation.name}" for mutation in MUTATIONS]


@pytest.fixture(scope="module")
def reports(emitted):
    """What the check says of each; the official rules run once for all of them."""
    broken = [mutation.change(emitted[mutation.document, mutation.form].decode()).encode() for mutation in MUTATIONS]
    return dict(zip(NAMES, check_all(broken), strict=True))


@pytest.mark.parametrize(("name", "mutation"), list(zip(NAMES, MUTATIONS, strict=True)), ids=NAMES)
def test_a_mutation_is_caught(reports, name, mutation):
    codes = [finding.code for finding in reports[name].errors]

    assert any(code.startswith(mutation.rule) for code in codes), [str(finding) for finding in reports[name].findings]


def test_no_two_mutations_are_one():
    assert not [name for name, count in Counter(NAMES).items() if count > 1]
