"""Documents of three legal entities in three languages: every VAT case, caps, zero lines, credit notes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from billing.documents.arithmetic import line_net, summed
from billing.documents.barcode import virtual_barcode
from billing.documents.document import (
    Account,
    Address,
    Adjustment,
    Attachment,
    ContactPoint,
    Identifier,
    Invoice,
    Line,
    Party,
    Payment,
    Preceding,
    Totals,
)
from billing.documents.identifiers import creditor_reference, national_reference
from billing.documents.legal import credit_terms, exemptions, late_interest, late_interest_percent, payment_terms
from billing.documents.money import cents

ISSUED = date(2026, 11, 30)

HUOLTO = Party(
    name="Huoltopalvelu Oy",
    trading_name="Huoltopalvelu",
    legal_id=Identifier("2077474-0", "0212"),
    vat_id="FI20774740",
    legal_text="Kotipaikka Helsinki",
    electronic=Identifier("003720774740", "0216"),
    operator="003721291126",
    address=Address("Mannerheimintie 1", "", "Helsinki", "00100", "", "FI"),
    contact=ContactPoint("Laskutus", "+358 9 123 4567", "laskutus@example.fi"),
)
WARTUNG = Party(
    name="Wartung & Söhne GmbH",
    legal_id=Identifier("HRB 12345 B"),
    vat_id="DE811569869",
    legal_text="Geschäftsführer: Anna Groß, Sitz Berlin",
    electronic=Identifier("DE811569869", "9930"),
    address=Address("Hauptstraße 5", "3. Stock", "Berlin", "10115", "", "DE"),
    contact=ContactPoint("Buchhaltung", "+49 30 123456", "rechnung@example.de"),
)
TUGI = Party(
    name="Tugi OÜ",
    legal_id=Identifier("12345678", "0191"),
    vat_id="EE100931558",
    electronic=Identifier("12345678", "0191"),
    address=Address("Pikk 1", "", "Tallinn", "10123", "", "EE"),
    contact=ContactPoint("Arved", "+372 600 1234", "arved@example.ee"),
)
ASIAKAS = Party(
    name="Asiakas Oyj",
    number=Identifier("C-17"),
    legal_id=Identifier("0112038-9", "0212"),
    vat_id="FI01120389",
    electronic=Identifier("003701120389", "0216"),
    operator="BAWCFI22",
    address=Address("Testikatu 2 A 14", "PL 100", "Espoo", "02100", "", "FI"),
    contact=ContactPoint("Olli Ostaja", "", "osto@example.fi"),
)
KUNDE = Party(
    name="Kunde GmbH",
    legal_id=Identifier("HRB 777"),
    vat_id="DE136695976",
    electronic=Identifier("DE136695976", "9930"),
    operator="DE-OPERATOR",
    address=Address("Am Markt 1", "", "Hamburg", "20095", "", "DE"),
    contact=ContactPoint("Einkauf", "+49 40 9876", "einkauf@example.de"),
)
CUSTOMER = Party(
    name="Customer Inc.",
    legal_id=Identifier("12-3456789"),
    electronic=Identifier("123456789", "0060"),
    operator="US-OPERATOR",
    address=Address("5th Avenue 1", "", "New York", "10001", "NY", "US"),
)
ACCOUNTS = {
    "FI": Account("FI2112345600000785", "Huoltopalvelu Oy", "NDEAFIHH"),
    "DE": Account("DE89370400440532013000", "Wartung & Söhne GmbH", "COBADEFFXXX"),
    "EE": Account("EE382200221020145685", "Tugi OÜ", "HABAEE2X"),
}


def line(number, name, quantity, price, net_of=None, **terms):
    """A line whose net amount follows from the rest; VAT is S 25.5 % unless said otherwise."""
    made = Line(
        id=str(number),
        name=name,
        quantity=Decimal(quantity),
        unit=terms.pop("unit", "HUR"),
        price=Decimal(price),
        net=None,
        category=terms.pop("category", "S"),
        rate=terms.pop("rate", Decimal("25.5")),
        **terms,
    )
    return replace(made, net=line_net(made))


def work(
    category="S", rate=Decimal("25.5"), words=("On-site work", "Remote work", "Travel", "Included in the contract")
):
    """Two tickets and one that the contract covers: hours, minutes at an hourly price, kilometres, nothing."""
    vat = {"category": category, "rate": rate}
    first = {"ticket": "T-1001", "note": "T-1001, 2026-11-17", "starts_on": date(2026, 11, 17), **vat}
    second = {"ticket": "T-1002", "note": "T-1002, 2026-11-18", "ends_on": date(2026, 11, 18), **vat}
    return (
        line(1, words[0], "2.5", "120.00", article="ONSITE", account="3000", **first),
        line(2, words[2], "43", "0.57", unit="KMT", **first),
        line(3, words[1], "50", "100", unit="MIN", base_quantity=Decimal(60), base_unit="MIN", **second),
        line(4, words[1], "0.5", "150.00", description="17-22", **second),
        line(5, words[3], "1", "0.00", ticket="T-1003", **vat),
    )


def invoice(number, seller, buyer, lines, language, **terms):
    """An unfinished document with everything but VAT and totals."""
    issued = terms.pop("issued_on", ISSUED)
    reference = national_reference("".join(sign for sign in number if sign.isdigit()))
    country = seller.address.country
    due = issued + timedelta(days=14)
    return Invoice(
        number=number,
        issued_on=issued,
        type_code=terms.pop("type_code", "380"),
        currency=terms.pop("currency", "EUR"),
        seller=seller,
        buyer=buyer,
        lines=tuple(lines),
        vat=(),
        totals=Totals(),
        payment=Payment(
            "58", "SEPA", reference if country == "FI" else creditor_reference(reference), (ACCOUNTS[country],)
        ),
        due_on=due,
        delivered_on=terms.pop("delivered_on", date(2026, 11, 30)),
        starts_on=terms.pop("starts_on", date(2026, 11, 1)),
        ends_on=terms.pop("ends_on", date(2026, 11, 30)),
        buyer_reference=terms.pop("buyer_reference", "PO-7788"),
        terms=payment_terms(issued, due, language),
        late_interest=late_interest(language),
        late_interest_percent=late_interest_percent(issued) if country == "FI" else None,
        language=language,
        **terms,
    )


def finished(document, paid=Decimal(0)):
    """With VAT, totals, and the barcode where the account is Finnish."""
    whole = summed(document, exemptions(document.language), paid)
    account, payment = whole.payment.accounts[0], whole.payment
    if not account.iban.startswith("FI") or whole.is_credit or whole.currency != "EUR":
        return whole
    barcode = virtual_barcode(account.iban, whole.totals.payable, payment.reference, whole.due_on)
    return replace(whole, payment=replace(payment, virtual_barcode=barcode))


def without_vat_ids(party):
    return replace(party, vat_id="")


def documents():
    """The demo by name."""
    finnish = ("Työ asiakkaan luona, normaali aika", "Etätyö", "Matka", "Sopimukseen sisältyvä työ")
    german = ("Arbeit vor Ort", "Fernwartung", "Anfahrt", "Im Vertrag enthalten")
    made = {
        "fi_domestic": invoice(
            "FI26-000123", HUOLTO, ASIAKAS, work(words=finnish), "fi", notes=("Kiitos!", "Työn \U0001f600")
        ),
        "fi_two_rates": _two_rates(),
        "fi_reverse_charge": invoice("FI26-000124", HUOLTO, KUNDE, work("AE", Decimal(0)), "de"),
        "fi_outside": _outside(),
        "fi_cap_line": _cap_line(),
        "fi_cap_allowance": _cap_allowance(),
        "fi_covered": invoice("FI26-000128", HUOLTO, ASIAKAS, work()[4:], "fi", order="O-5", contract="S-1"),
        "fi_exempt_too": _exempt_too(),
        "fi_export": invoice("FI26-000131", HUOLTO, CUSTOMER, work("G", Decimal(0)), "en"),
        "fi_dollars": _dollars(),
        "fi_attached": _attached(),
        "de_domestic": invoice("DE26-000007", WARTUNG, KUNDE, work(rate=Decimal(19), words=german), "de", **LEITWEG),
        "ee_domestic": invoice("EE26-000001", TUGI, ASIAKAS, work("AE", Decimal(0)), "en", project="P-9"),
        "ee_own": invoice(
            "EE26-000002", TUGI, replace(TUGI, name="Klient AS", **KLIENT), work(rate=Decimal(24)), "en"
        ),
    }
    done = {name: finished(document) for name, document in made.items()}
    done["fi_paid"] = finished(replace(made["fi_domestic"], number="FI26-000140"), paid=Decimal("100.50"))
    done["fi_credit"] = credit(done["fi_domestic"], "FI26-000150", done["fi_domestic"].lines[:1])
    done["de_credit"] = credit(done["de_domestic"], "DE26-000008", done["de_domestic"].lines)
    done["fi_credit_outside"] = credit(done["fi_outside"], "FI26-000151", done["fi_outside"].lines)
    return done


LEITWEG = {"buyer_reference": "04011000-12345-03"}
KLIENT = {
    "legal_id": Identifier("10137025", "0191"),
    "vat_id": "EE100594102",
    "electronic": Identifier("10137025", "0191"),
}


def credit(original, number, lines):
    """What takes back some lines of an invoice."""
    document = replace(
        original,
        number=number,
        type_code="381",
        lines=tuple(lines),
        adjustments=(),
        preceding=(Preceding(original.number, original.issued_on),),
        payment=replace(original.payment, virtual_barcode=""),
        due_on=None,
        terms=credit_terms(original.number, original.language),
        late_interest="",
        late_interest_percent=None,
    )
    return finished(document)


def _two_rates():
    """Work of August 2024 was done at the rate of then."""
    august = {"rate": Decimal(24), "ticket": "T-88", "starts_on": date(2024, 8, 30), "ends_on": date(2024, 8, 30)}
    september = {"ticket": "T-90", "starts_on": date(2024, 9, 2), "ends_on": date(2024, 9, 2)}
    lines = (line(1, "Etätyö", "2", "100.00", **august), line(2, "Etätyö", "1", "100.00", **september))
    days = {"issued_on": date(2024, 9, 30), "delivered_on": date(2024, 9, 2)}
    return invoice(
        "FI24-000900", HUOLTO, ASIAKAS, lines, "fi", starts_on=date(2024, 8, 1), ends_on=date(2024, 9, 30), **days
    )


def _outside():
    """Neither party shows a VAT number (BR-O-02), and no line a rate."""
    return invoice("FI26-000125", without_vat_ids(HUOLTO), CUSTOMER, work("O", None), "en")


def _cap_line():
    cap = line(6, "Kattohinta", "-1", "50.00", unit="C62", ticket="T-1001")
    return invoice("FI26-000126", HUOLTO, ASIAKAS, (*work(), cap), "fi")


def _cap_allowance():
    """A cap of the month as an allowance, a percentage off, and a charge."""
    vat = {"category": "S", "rate": Decimal("25.5")}
    adjustments = (
        Adjustment(Decimal("82.84"), reason="Kuukauden kattohinta", reason_code="95", **vat),
        Adjustment(Decimal("24.14"), base=Decimal("482.84"), percent=Decimal(5), reason="Vuosialennus", **vat),
        Adjustment(Decimal("5.00"), is_charge=True, reason="Laskutuslisä", reason_code="FC", **vat),
    )
    discount = Adjustment(Decimal("10.00"), reason="Hyvitys")
    first = line(1, "Työ", "2.5", "120.00", ticket="T-1001", adjustments=(discount,))
    lines = (first, *work()[1:])
    return invoice("FI26-000127", HUOLTO, ASIAKAS, lines, "fi", adjustments=adjustments)


def _exempt_too():
    """Exempt and zero-rated lines beside taxed ones."""
    lines = (
        line(1, "Koulutus", "1", "200.00", unit="C62", category="E", rate=Decimal(0)),
        line(2, "Etätyö", "0.333333", "99.99"),
        line(3, "Kirja", "3", "19.99", unit="C62", category="Z", rate=Decimal(0)),
        line(4, "Kirja", "1", "7.77", unit="C62", rate=Decimal("13.5")),
    )
    return invoice("FI26-000130", HUOLTO, ASIAKAS, lines, "fi")


def _dollars():
    """Invoiced in dollars, VAT also in euros (art. 230)."""
    document = invoice("FI26-000132", HUOLTO, ASIAKAS, work(), "en", currency="USD", tax_currency="EUR")
    whole = summed(document, {})
    return replace(document, totals=replace(whole.totals, vat_accounting=cents(whole.totals.vat * Decimal("0.86"))))


def _attached():
    report = Attachment("R-1", "Work report", "", b"%PDF-1.7 report", "application/pdf", "report.pdf")
    link = Attachment("R-2", "Status page", "https://status.example.fi/T-1001")
    return invoice("FI26-000133", HUOLTO, ASIAKAS, work(), "en", attachments=(report, link), order="PO-1")
