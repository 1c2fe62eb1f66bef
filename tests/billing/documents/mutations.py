"""Documents with one thing wrong: which document of the demo, what is changed, and which rule must say so."""

import re
from collections.abc import Callable
from dataclasses import dataclass

PEPPOL, CII, FINVOICE, XRECHNUNG = "peppol", "facturx", "finvoice", "xrechnung"


@dataclass(frozen=True)
class Mutation:
    """`change` gets the text of the document and returns the broken one."""

    name: str
    document: str
    form: str
    rule: str
    change: Callable[[str], str]


def swap(old, new, count=1):
    """That text by another; it must be there."""

    def change(text):
        assert old in text, f"{old} is not in the document"
        return text.replace(old, new, count)

    return change


def cut(pattern, count=1):
    """Without what the pattern finds; it must find something."""
    return substitute(pattern, "", count)


def substitute(pattern, new, count=1):
    def change(text):
        changed, number = re.subn(pattern, new, text, count=count, flags=re.DOTALL)
        assert number, f"{pattern} is not in the document"
        return changed

    return change


def twice(pattern):
    """With what the pattern finds standing there twice."""
    return substitute(f"({pattern})", r"\1\1")


def of(document, form, *rows):
    return [Mutation(name, document, form, rule, change) for name, rule, change in rows]


def tag(name):
    return rf"<{name}[ >].*?</{name}>\s*"


LINE_SUM = '<cbc:LineExtensionAmount currencyID="EUR">482.84</cbc:LineExtensionAmount>'
TAX_SCHEME = (
    "<cac:PartyTaxScheme><cbc:CompanyID>FI20774740</cbc:CompanyID>"
    "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
)
MUTATIONS = [
    *of(
        "fi_domestic", PEPPOL,
        ("sum of lines", "BR-CO-10", swap(LINE_SUM, LINE_SUM.replace("482.84", "482.85"))),
        ("reference with cents", "VASTE-REFERENCE", swap("260001234</cbc:PaymentID", "260001234.01</cbc:PaymentID")),
        ("business process", "PEPPOL-EN16931-R007", swap(":billing:01:1.0", ":billing:03:1.0")),
        ("rules that nobody knows", "VASTE-SPECIFICATION", swap("peppol.eu:2017:poacc", "example.eu:2017:poacc")),
        ("reference of a line", "PEPPOL-EN16931-R101", swap(">130</cbc:DocumentType", ">50</cbc:DocumentType")),
        ("taxes of an island", "VASTE-ISLANDS", swap("<cbc:ID>S</cbc:ID>", "<cbc:ID>M</cbc:ID>", 99)),
        ("an empty register", "VASTE-EMPTY-ATTRIBUTE", substitute(r'(<cbc:CompanyID schemeID=)"0212"', r'\1""')),
        ("total with VAT", "BR-CO-15", swap("605.96</cbc:TaxInclusiveAmount", "606.96</cbc:TaxInclusiveAmount")),
        ("payable", "BR-CO-16", swap("605.96</cbc:PayableAmount", "600.00</cbc:PayableAmount")),
        ("VAT off by a cent", "BR-CO-17", substitute(r"123\.12(</cbc:TaxAmount>\s*<cac:TaxCategory)", r"123.13\1")),
        ("VAT total", "BR-CO-14", swap("123.12", "123.22")),
        ("taxable amount", "BR-S-08", swap("482.84</cbc:TaxableAmount", "482.00</cbc:TaxableAmount")),
        ("line off by a cent", "PEPPOL-EN16931-R120", swap("83.33", "83.34")),
        ("negative quantity", "PEPPOL-EN16931-R120", swap(">2.5</cbc:Invoiced", ">-2.5</cbc:Invoiced")),
        ("negative price", "BR-27", swap(">120.00</cbc:Price", ">-120.00</cbc:Price")),
        ("zero base quantity", "PEPPOL-EN16931-R121", swap(">60</cbc:Base", ">0</cbc:Base")),
        ("base of another unit", "PEPPOL-EN16931-R130", swap('"MIN">60', '"HUR">60')),
        ("a rate of no country", "VASTE-RATE", swap("<cbc:Percent>25.5<", "<cbc:Percent>23.5<", 9)),
        ("rate of one line", "BR-S-01", substitute(r"(<cac:ClassifiedTaxCategory>.*?<cbc:Percent>)25.5", r"\g<1>24")),
        ("no buyer reference", "PEPPOL-EN16931-R003", cut(tag("cbc:BuyerReference"))),
        ("no seller endpoint", "PEPPOL-EN16931-R020", cut(tag("cbc:EndpointID"))),
        ("endpoint check digit", "VASTE-ADDRESS", swap("003701120389", "003701120388")),
        ("endpoint scheme", "BR-CL-25", swap('schemeID="0216">0037011', 'schemeID="0999">0037011')),
        ("business id", "VASTE-BUSINESS-ID", swap(">2077474-0<", ">2077474-1<")),
        ("seller VAT number", "BR-CO-09", swap("FI20774740", "FI20774741")),
        ("no seller VAT number", "BR-S-02", cut(r"<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>\s*")),
        ("IBAN check digits", "BR-DE-19", swap("FI2112345600000785", "FI2112345600000758")),
        ("no account", "BR-61", cut(tag("cac:PayeeFinancialAccount"))),
        ("BIC", "VASTE-BIC", swap("NDEAFIHH", "NDEAFI")),
        ("BIC of another country", "VASTE-BIC", swap("NDEAFIHH", "NDEASESS")),
        ("viitenumero", "VASTE-REFERENCE", substitute(r"(<cbc:PaymentID>\d+)\d(</)", r"\g<1>9\2")),
        ("means of payment", "BR-CL-16", swap(">58</cbc:PaymentMeansCode", ">99</cbc:PaymentMeansCode")),
        ("due before issue", "VASTE-DUE", swap("2026-12-14", "2026-11-14")),
        ("price of half a cent", "PEPPOL-EN16931-R120", swap(">150.00</cbc:Price", ">150.01</cbc:Price")),
        ("direct debit", "PEPPOL-EN16931-R061", swap(">58</cbc:PaymentMeans", ">59</cbc:PaymentMeans")),
        ("no way to pay", "VASTE-PAYMENT", cut(tag("cac:PaymentMeans"))),
        ("no payment reference", "VASTE-REFERENCE", cut(tag("cbc:PaymentID"))),
        ("no business id", "VASTE-BUSINESS-ID", cut(r'<cbc:CompanyID schemeID="0212">2077474-0</cbc:CompanyID>')),
        ("no street", "VASTE-POSTAL-ADDRESS", cut(tag("cbc:StreetName"))),
        ("VAT number of another kind", "BR-S-02", swap("<cbc:ID>VAT</cbc:ID>", "<cbc:ID>TIN</cbc:ID>")),
        ("no due date", "VASTE-DUE", cut(tag("cbc:DueDate"))),
        ("a day that is none", "VASTE-NOT-A-DATE", swap("<cbc:IssueDate>2026-11-30", "<cbc:IssueDate>2026-11-31")),
        ("day the other way round", "VASTE-NOT-A-DATE",
         swap("<cbc:IssueDate>2026-11-30", "<cbc:IssueDate>30.11.2026")),
        ("period backwards", "BR-29", swap("<cbc:EndDate>2026-11-30", "<cbc:EndDate>2026-10-30")),
        ("line outside the period", "PEPPOL-EN16931-R110",
         swap("<cbc:StartDate>2026-11-17", "<cbc:StartDate>2026-10-17")),
        ("one amount in dollars", "PEPPOL-EN16931-R051", swap('currencyID="EUR">300.00', 'currencyID="USD">300.00')),
        ("no such currency", "BR-CL-04", swap(">EUR</cbc:Document", ">EUX</cbc:Document")),
        ("no such country", "BR-CL-14", swap(">FI</cbc:Identification", ">FX</cbc:Identification")),
        ("no such unit", "BR-CL-23", swap('unitCode="KMT"', 'unitCode="KILO"')),
        ("no such VAT category", "BR-CL-17", swap("<cbc:ID>S</cbc:ID>", "<cbc:ID>Q</cbc:ID>", 9)),
        ("line number twice", "VASTE-LINE-TWICE", substitute(r"(<cac:InvoiceLine>\s*<cbc:ID>)2", r"\g<1>1")),
        ("a line twice", "BR-CO-10", twice(tag("cac:InvoiceLine"))),
        ("no lines", "BR-16", cut(tag("cac:InvoiceLine"), 0)),
        ("VAT group twice", "VASTE-VAT-TWICE", twice(tag("cac:TaxSubtotal"))),
        ("a reason where VAT is charged", "BR-S-10",
         substitute(r"(<cac:TaxCategory>.*?</cbc:Percent>)", r"\1<cbc:TaxExemptionReason>x</cbc:TaxExemptionReason>")),
        ("no buyer name", "BR-07", cut(r"<cbc:RegistrationName>Asiakas Oyj</cbc:RegistrationName>")),
        ("no number", "BR-02", swap("<cbc:ID>FI26-000123</cbc:ID>", "")),
        ("not an invoice", "BR-CL-01", swap(">380<", ">999<")),
        ("credit note as invoice", "VASTE-CREDIT", swap(">380<", ">381<")),
        ("three decimals", "BR-DEC", swap("482.84</cbc:TaxExclusive", "482.840</cbc:TaxExclusive")),
        ("decimal comma", "VASTE-NOT-A-NUMBER", swap("482.84</cbc:TaxExclusive", "482,84</cbc:TaxExclusive")),
        ("an empty element", "PEPPOL-EN16931-R008", substitute(r"<cbc:Note>.*?</cbc:Note>", "<cbc:Note></cbc:Note>")),
        ("profile of nobody", "PEPPOL-EN16931-R004", swap("billing:3.0<", "billing:2.0<")),
        ("process of nobody", "PEPPOL-EN16931-R007", swap("billing:01:1.0", "ordering:01:1.0")),
        ("hidden sign in a name", "VASTE-INVISIBLE", swap("Asiakas Oyj</cbc:Reg", "Asiakas\u202eOyj</cbc:Reg")),
        ("mail address", "BR-DE-28", swap("laskutus@example.fi", "laskutus@@example.fi")),
        ("element in the wrong place", "SCHEMA",
         substitute(r"(<cbc:ID>FI26-000123</cbc:ID>)(\s*)(<cbc:Iss.*?</cbc:IssueDate>)", r"\3\2\1")),
        ("a DTD", "VASTE-NOT-READABLE",
         swap("?>\n", '?>\n<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n')),
        ("not closed", "VASTE-NOT-READABLE", swap("</Invoice>", "")),
    ),
    *of(
        "fi_cap_allowance", PEPPOL,
        ("allowances", "BR-CO-11", swap("106.98</cbc:Allowance", "106.99</cbc:Allowance")),
        ("percentage", "PEPPOL-EN16931-R040", swap(">5</cbc:Multiplier", ">6</cbc:Multiplier")),
        ("allowance as charge", "BR-CO-12", swap(">false<", ">true<")),
        ("neither allowance nor charge", "PEPPOL-EN16931-R043", swap(">false<", ">maybe<")),
    ),
    *of(
        "fi_reverse_charge", XRECHNUNG,
        ("no buyer VAT number", "VASTE-REVERSE-CHARGE",
         cut(r"<cac:PartyTaxScheme>\s*<cbc:CompanyID>DE.*?</cac:PartyTaxScheme>\s*")),
        ("no reason", "BR-AE-10", cut(r"<cbc:TaxExemptionReasonCode>.*?</cbc:TaxExemptionReason>\s*")),
        ("no words for it", "VASTE-REVERSE-CHARGE", cut(tag("cbc:TaxExemptionReason"))),
        ("reason of another category", "PEPPOL-EN16931-P0104", swap("VATEX-EU-AE", "VATEX-EU-O")),
        ("VAT on reverse charge", "BR-AE-05", swap("<cbc:Percent>0<", "<cbc:Percent>19<")),
        ("German VAT number", "BR-CO-09", swap("<cbc:CompanyID>DE136695976", "<cbc:CompanyID>DE136695967")),
        ("no telephone", "BR-DE-6", cut(tag("cbc:Telephone"))),
        ("no reference", "BR-DE-15", cut(tag("cbc:BuyerReference"))),
        ("no process", "PEPPOL-EN16931-R001", cut(tag("cbc:ProfileID"))),
    ),
    *of(
        "de_domestic", XRECHNUNG,
        ("Leitweg-ID", "VASTE-LEITWEG", swap("04011000-12345-03", "04011000-12345-30")),
        ("RF reference", "VASTE-REFERENCE", substitute(r"<cbc:PaymentID>RF\d\d", "<cbc:PaymentID>RF00")),
    ),
    *of(
        "fi_outside", PEPPOL,
        ("VAT number outside the scope", "BR-O-02",
         swap("<cac:PartyLegalEntity>", TAX_SCHEME + "<cac:PartyLegalEntity>")),
        ("another category beside", "BR-O-11",
         substitute(r"(<cac:Class\w*>\s*)<cbc:ID>O</cbc:ID>", r"\1<cbc:ID>E</cbc:ID><cbc:Percent>0</cbc:Percent>")),
    ),
    *of(
        "fi_credit", PEPPOL,
        ("no reference to the invoice", "VASTE-CREDIT", cut(tag("cac:BillingReference"))),
        ("named twice", "VASTE-CREDIT", twice(tag("cac:BillingReference"))),
        ("credits itself", "VASTE-CREDIT",
         substitute(r"(<cac:InvoiceDocumentReference>\s*<cbc:ID>)[^<]*", r"\g<1>FI26-000150")),
        ("later than itself", "VASTE-CREDIT",
         substitute(r"(Reference>\s*<cbc:ID>[^<]*</cbc:ID>\s*<cbc:IssueDate>)2026", r"\g<1>2027")),
        ("negative", "VASTE-NEGATIVE", substitute(r'(currencyID="EUR">)(?=\d)', r"\1-", 0)),
    ),
    *of(
        "fi_attached", PEPPOL,
        ("a program as attachment", "BR-CL-24", swap('mimeCode="application/pdf"', 'mimeCode="application/x-sh"')),
        ("not base 64", "SCHEMA", substitute(r"(filename=\"report.pdf\">)[^<]*", r"\1#not base 64#")),
    ),
    *of(
        "fi_domestic", CII,
        ("grand total", "BR-CO-15", swap("605.96</ram:Grand", "605.69</ram:Grand")),
        ("VAT", "BR-CO-17", swap("123.12</ram:Calculated", "123.21</ram:Calculated")),
        ("line", "PEPPOL-EN16931-R120", swap("24.51", "25.41")),
        ("due before issue", "VASTE-DUE", swap("20261214", "20261014")),
        ("date form", "VASTE-NOT-A-DATE", swap(">20261214<", ">2026-12-14<")),
        ("IBAN", "BR-DE-19", swap("FI2112345600000785", "FI2112345600000784")),
        ("OVT", "VASTE-ADDRESS", swap("003720774740", "003720774741")),
        ("line number twice", "VASTE-LINE-TWICE", swap("<ram:LineID>2<", "<ram:LineID>1<")),
        ("currency of the VAT", "PEPPOL-EN16931-R051",
         swap('TaxTotalAmount currencyID="EUR"', 'TaxTotalAmount currencyID="SEK"')),
        ("unit", "FX-SCH", swap('unitCode="KMT"', 'unitCode="KILO"')),
        ("no seller", "BR-06", cut(tag("ram:SellerTradeParty"))),
    ),
    *of(
        "fi_domestic", FINVOICE,
        ("sum of rows", "BR-CO-10", swap("482,84</RowsTotal", "482,48</RowsTotal")),
        ("total with VAT", "BR-CO-15", swap("605,96</InvoiceTotalVatIncluded", "605,69</InvoiceTotalVatIncluded")),
        ("VAT of a row", "VASTE-ROW-VAT", swap("76,50</RowVatAmount", "67,50</RowVatAmount")),
        ("VAT total", "BR-CO-14", swap("123,12</InvoiceTotalVatAmount", "123,21</InvoiceTotalVatAmount")),
        ("row", "PEPPOL-EN16931-R120", swap("24,51</RowVatExcluded", "24,15</RowVatExcluded")),
        ("amount to pay", "BR-CO-16", swap("605,96</Epi", "606,95</Epi")),
        ("viitenumero", "VASTE-REFERENCE", substitute(r"(<EpiRemit[^>]*>\d+)\d(</)", r"\g<1>9\2")),
        ("viitenumero with cents", "VASTE-FINVOICE-SHAPE", substitute(r"(<EpiRemit[^>]*>\d+)", r"\1.01")),
        ("kind of reference", "VASTE-REFERENCE", swap('"SPY"', '"ISO"')),
        ("other account", "VASTE-FINVOICE-ORDER", substitute(r'(<EpiAccountID[^>]*>)[^<]*', r"\1FI3715903000000776")),
        ("IBAN", "BR-DE-19", swap("FI2112345600000785", "FI2112345600000785".replace("85", "58"), 2)),
        ("other due date", "VASTE-FINVOICE-ORDER", substitute(r"(<EpiDateOptionDate[^>]*>)\d+", r"\g<1>20261220")),
        ("barcode", "VASTE-BARCODE", substitute(r"(<VirtualBankBarcode>\d{20})\d", r"\g<1>9")),
        ("day of the order", "VASTE-FINVOICE-ORDER", substitute(r"(<EpiDate [^>]*>)\d+", r"\g<1>20261129")),
        ("kind of account", "VASTE-FINVOICE-SHAPE", swap('SchemeName="IBAN"', 'SchemeName="XX"')),
        ("who pays the bank", "VASTE-FINVOICE-SHAPE", swap('ChargeOption="SLEV"', 'ChargeOption="FREE"')),
        ("keeps no standard", "BR-01", cut(tag("SpecificationIdentifier"))),
        ("barcode too short", "VASTE-BARCODE", substitute(r"(<VirtualBankBarcode>)\d", r"\1")),
        ("decimal point", "VASTE-FINVOICE-SHAPE", swap("482,84</RowsTotal", "482.84</RowsTotal")),
        ("form of a day", "VASTE-FINVOICE-SHAPE",
         swap('<InvoiceDate Format="CCYYMMDD">', '<InvoiceDate Format="YYMMDD">')),
        ("a day that is none", "VASTE-NOT-A-DATE", swap(">20261130</InvoiceDate", ">20261131</InvoiceDate")),
        ("order of elements", "VASTE-FINVOICE-SHAPE",
         substitute(r"(<InvoiceNumber>.*?</InvoiceNumber>)(\s*)(<InvoiceDate.*?</InvoiceDate>)", r"\3\2\1")),
        ("number too long", "VASTE-FINVOICE-SHAPE",
         swap("<InvoiceNumber>FI26-000123", "<InvoiceNumber>FI26-000123-000123-000123")),
        ("unknown element", "VASTE-FINVOICE-SHAPE",
         swap("<InvoiceNumber>", "<InvoiceColour>red</InvoiceColour><InvoiceNumber>")),
        ("no payment order", "VASTE-FINVOICE-SHAPE", cut(tag("EpiDetails"))),
        ("no unit", "BR-23", substitute(r' QuantityUnitCode="h" QuantityUnitCodeUN="HUR"(>2,5<)', r"\1")),
        ("no such unit", "BR-CL-23", swap('QuantityUnitCodeUN="KMT"', 'QuantityUnitCodeUN="KIL"')),
        ("OVT of the receiver", "VASTE-ADDRESS", swap("003701120389", "003701120398")),
        ("no receiver", "VASTE-FINVOICE-SHAPE", cut(tag("ToIdentifier"))),
        ("one amount in crowns", "PEPPOL-EN16931-R051", swap('Identifier="EUR">300,00', 'Identifier="SEK">300,00')),
        ("old version", "VASTE-FINVOICE-VERSION", swap('Version="3.0"', 'Version="1.3"')),
        ("no reference of the buyer", "PEPPOL-EN16931-R003", cut(tag("BuyerReferenceIdentifier"))),
        ("type of invoice", "VASTE-FINVOICE-SHAPE", swap(">INV01<", ">INV1<")),
        ("an attribute too many", "VASTE-FINVOICE-SHAPE", swap("<InvoiceNumber>", '<InvoiceNumber SchemeID="0216">')),
        ("unit too long", "VASTE-FINVOICE-SHAPE", swap('UnitCode="h"', 'UnitCode="Arbeitsstunden!"')),
        ("foreign digits", "VASTE-FINVOICE-SHAPE", swap(">482,84</RowsTotal", ">\u0664\u0668\u0662,84</RowsTotal")),
        ("two words for a bank", "VASTE-FINVOICE-SHAPE", swap(">NDEAFIHH</SellerBic", ">NDEA FIHH</SellerBic")),
        ("no such time", "VASTE-FINVOICE-SHAPE", substitute(r"\dT\d\d:", "0T25:")),
    ),
    *of(
        "fi_credit", FINVOICE,
        ("positive", "VASTE-FINVOICE-SIGN", swap(">-", ">", 99)),
        ("asks for money", "VASTE-FINVOICE-ORDER", swap(">0,00</EpiInstructed", ">376,50</EpiInstructed")),
        ("no original", "VASTE-CREDIT", cut(tag("OriginalInvoiceNumber"))),
        ("types disagree", "VASTE-FINVOICE-TYPE", swap(">381<", ">380<")),
    ),
]  # fmt: skip
