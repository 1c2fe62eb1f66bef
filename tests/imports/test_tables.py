"""Tables as spreadsheets save them, and what their rows do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Customer, CustomerDomain, Product, Requester
from imports.columns import matched
from imports.models import LoadedTable
from imports.tables import MOST_BYTES, NoTable, TableTrouble, read_table
from tests.conftest import Cast

PEOPLE = (
    "Nimi;Sähköposti;Yritys;Puhelin;Kieli;Turha\n"
    "Uusi Henkilö;Uusi@Paperi.example;Paperi Oy;'+358 40 1;suomi;x\n"
    "Otto Ojanen;otto@paperi-acme.example;;;;\n"
    ";tyhja@paperi.example;;;;\n"
    "=cmd|'/c calc'!A0;outo@paperi.example;Olematon Oy;;;\n"
    "Toinen;uusi@paperi.example;;;;\n"
    "Kolmas;ei osoite;;;klingon;\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_how_a_table_is_written_is_found_out(encoding: str, delimiter: str) -> None:
    lines = [["Nimi", '"Kau; pun, ki"'], ["Sähkö Öy", "Pori"], ["", ""], ["'=1+1", "a"]]
    table = read_table("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))

    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert table.head == ("Nimi", "Kau; pun, ki")
    assert table.rows == ((2, ("Sähkö Öy", "Pori")), (4, ("=1+1", "a")))


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", TableTrouble.EMPTY),
        (b"Nimi\n\n", TableTrouble.EMPTY),
        (b"a" * (MOST_BYTES + 1), TableTrouble.TOO_LARGE),
        (b"Nimi\n" + b"x\n" * 1_000_000, TableTrouble.TOO_MANY_ROWS),
        (b"Nimi\n" + b"x" * 9_000_000, TableTrouble.TOO_LONG),
        (b"Nimi\n" + b"x" * 20_000, TableTrouble.TOO_LONG),
        (b";" * 101 + b"\nx", TableTrouble.TOO_WIDE),
        (b"Nimi\nA\x00B", TableTrouble.NO_TEXT),
        ("Nimi\nA".encode("utf-16"), TableTrouble.NO_TEXT),
        (b"Nimi\n\x81\x8d", TableTrouble.NO_TEXT),
        (b"PK\x03\x04\x00\x00", TableTrouble.NO_TEXT),
    ],
)
def test_what_is_no_table_says_why(content: bytes, trouble: TableTrouble) -> None:
    with pytest.raises(NoTable) as error:
        read_table(content)
    assert error.value.trouble == trouble


def test_columns_are_known_by_their_words() -> None:
    head = ("Asiakas", "E-MAIL", "Puhelin", "Koko nimi")
    assert matched("requesters", head) == {
        "name": 3, "email": 1, "customer": 0, "phone": 2, "title": -1, "language": -1,
    }  # fmt: skip
    assert matched("customers", ("Asiakas", "Y-tunnus"))["name"] == 0


def load(ada: Client, kind: str, text: str) -> str:
    """The address of the preview."""
    file = SimpleUploadedFile("taulukko.csv", text.encode())
    answer = ada.post(reverse("imports:tables"), {"kind": kind, "file": file})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return answer.url


def bring(ada: Client, kind: str, text: str) -> LoadedTable:
    """As one does who takes the columns that were found."""
    table = read_table(text.encode())
    url = load(ada, kind, text)
    answer = ada.post(url, matched(kind, table.head))
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return LoadedTable.objects.latest("pk")


@pytest.mark.django_db
def test_a_preview_tells_and_writes_nothing_until_it_is_confirmed(acme: Cast) -> None:
    ada = acme.client("ada")
    url = load(ada, "requesters", PEOPLE)
    page = ada.get(url).content.decode()

    assert "UTF-8" in page
    assert "semicolons between cells" in page
    assert "There is no customer “Olematon Oy”. Load the customers first." in page
    with acme.scope():
        assert Requester.objects.count() == 1
        row = bring(ada, "requesters", PEOPLE)
        assert (row.new, row.changed, row.left, row.refused) == (1, 1, 0, 4)
        new = Requester.objects.with_address("uusi@paperi.example").get()
        assert (new.name, new.customer, new.phone, new.language) == ("Uusi Henkilö", acme.customer, "+358 40 1", "fi")
        assert acme.requester.refreshed().name == "Otto Ojanen"
        assert AuditEntry.objects.filter(action="table.imported").count() == 1
    refused = ada.get(f"{url.replace(str(row.pk - 1), str(row.pk))}refused/")
    lines = refused.content.decode("utf-8-sig").splitlines()
    assert refused["Content-Disposition"] == 'attachment; filename="taulukko-refused.csv"'
    assert lines[0] == "Nimi;Sähköposti;Yritys;Puhelin;Kieli;Turha;Reason"
    assert lines[2].startswith("'=cmd|'/c calc'!A0;")
    assert [line.rpartition(";")[2] for line in lines[1:]] == [
        "Has no name.",
        "There is no customer “Olematon Oy”. Load the customers first.",
        "Is there already, in row 2.",
        "“ei osoite” is no mail address.",
    ]
    with acme.scope():
        again = bring(ada, "requesters", PEOPLE)
        assert (again.new, again.changed, again.left, again.refused) == (0, 0, 2, 4)
        mended = bring(ada, "requesters", refused.content.decode("utf-8-sig").replace("Olematon Oy", "Paperi Oy"))
        assert (mended.new, mended.changed, mended.refused) == (1, 1, 2)
        assert Requester.objects.with_address("outo@paperi.example").get().name == "=cmd|'/c calc'!A0"


@pytest.mark.django_db
def test_customers_and_products_are_known_again(acme: Cast) -> None:
    ada = acme.client("ada")
    text = (
        "Asiakas,Y-tunnus,Maa,Kaupunki,Verkkotunnukset,Asiantuntija\n"
        "Sellu Oy,123-4,fi,Pori,sellu.example sellu2.example,Konsta Consultant\n"
        "Paperi Oy,,,Tampere,PAPERI-ACME.example,\n"
        "Kartonki Oy,,XXX,,,\n"
        "Lauta Oy,,,,paperi-acme.example,\n"
        "Vaneri Oy,,,,,Nobody\n"
    )
    with acme.scope():
        row = bring(ada, "customers", text)
        assert (row.new, row.changed, row.refused) == (1, 1, 3)
        sellu = Customer.objects.get(business_id="123-4")
        assert (sellu.country, sellu.expert, sellu.office) == ("FI", acme.konsta, acme.office)
        assert CustomerDomain.objects.filter(customer=sellu).count() == 2
        assert acme.customer.refreshed().city == "Tampere"
        assert bring(ada, "customers", text).left == 2
        assert bring(ada, "customers", "Nimi;Y-tunnus\nSellu Oyj;123-4\n").changed == 1
        assert sellu.refreshed().name == "Sellu Oyj"
        products = "Tuote;Avainsanat\nHissi;Nosturi, HISSI\nHissi;\n"
        assert [bring(ada, "products", products).new, bring(ada, "products", products).left] == [1, 1]
        assert Product.objects.get().keywords == ["nosturi", "hissi"]


@pytest.mark.django_db
def test_columns_can_be_corrected_and_a_file_is_imported_once(acme: Cast) -> None:
    ada = acme.client("ada")
    url = load(ada, "products", "Mikä\nHissi\n")

    assert "Say below which column it is: Name" in ada.get(url).content.decode()
    assert ada.post(url).status_code == 422
    assert "Hissi" in ada.get(url, {"name": "0"}).content.decode()
    assert "A column is missing" in ada.get(url, {"name": "7"}).content.decode()
    assert ada.post(url, {"name": "0"}).status_code == 302
    assert "Some rows" not in ada.post(url, {"name": "0"}).content.decode()
    with acme.scope():
        assert Product.objects.get().name == "Hissi"
    bad = ada.post(reverse("imports:tables"), {"kind": "products", "file": SimpleUploadedFile("a.csv", b"\x00")})
    assert bad.status_code == 422
    assert "Save the table as “CSV UTF-8”" in bad.content.decode()
