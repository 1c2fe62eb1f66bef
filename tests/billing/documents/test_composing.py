"""Whatever is rated can leave: sound in every format, with the sums of the rating, and so can its credit note."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.documents.checking import own_findings
from billing.documents.composing import Facts, composed, credited, issued
from billing.documents.emitting import EMITTERS
from billing.documents.findings import Severity
from billing.rating.engine import rate
from billing.rating.format import read_inputs
from tests.billing.documents.demo import documents
from tests.billing.documents.recount import recount
from tests.billing.drawn import cases
from tests.sla.drawn import EXAMPLES

FIRST, LAST, DUE = date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 14)
# One document for each pair of countries: who sells, who buys, and which account is paid.
SIDES = {(one.seller.address.country, one.buyer.address.country): one for one in documents().values()}


@pytest.mark.parametrize("form", sorted(EMITTERS))
@EXAMPLES
@given(case=cases(), data=st.data())
def test_whatever_is_rated_can_leave(form, case, data):
    fit = [sides for sides in sorted(SIDES) if "xrechnung" not in form or sides[1] == "DE"]
    seller, buyer = data.draw(st.sampled_from(fit))
    model = SIDES[seller, buyer]
    contract = case["contract"] | {
        "currency": "EUR",
        "seller": {"country": seller},
        "buyer": {"country": buyer, "vat_id": model.buyer.vat_id},
    }
    result = rate(read_inputs(case | {"contract": contract}))
    assume(result.lines)
    facts = Facts(
        model.seller,
        model.buyer,
        model.payment.accounts[0],
        model.language,
        "S-1",
        FIRST,
        LAST,
        buyer_reference="PO-1",
    )
    invoice = issued(composed(result, facts), "FI26-100001", LAST, DUE)

    for document in (invoice, credited(invoice, "FI26-100002", DUE, "Wrong hours")):
        emitted = EMITTERS[form](document)
        assert [str(found) for found in own_findings(emitted) if found.severity is Severity.ERROR] == []
        found = recount(emitted)
        assert (found["net"], found["gross"]) == (result.totals.net, result.totals.gross)
        assert sum((amount for _base, amount in found["groups"].values()), Decimal(0)) == result.totals.tax
