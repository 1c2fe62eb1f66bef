"""From a mail to an article: what is left says how it was solved, and of whom nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.redaction import Known, redact
from knowledge.stemming import fold

KNOWN = Known(("Otto Oja", "Petri Salonen", "Liisa Virtanen", "Pekka Mäkelä"), ("Kymi Paperi Oyj", "Nordhuolto Ab"))
FINNISH = """Hei Otto!

Vaihdoin suodattimen Petrin ohjeella ja ilmasin kotelon. Virtasen Liisalle soitettu numeroon 040 123 4567.
Kymi Paperin rullain käy taas. Lisää ohjeita: petri.salonen@nordhuolto.example tai https://nordhuolto.example/a
Osoite on Tehtaankatu 12 B, 00140 Helsinki. Pekan mukaan ajuri 10.4.2 ja hälytys E-203 kuuluvat yhteen.

Ystävällisin terveisin
Petri Salonen
Nordhuolto Ab
+358 50 765 4321
"""
ENGLISH = """Hello Mr Oja,

Thanks for your patience.
Pekka found that the driver 10.4.2 blocks port 9100. Restart the spooler, then print again.
Call +44 20 7946 0958 or write to otto.oja@kymi.example. It was Makela's idea.

Kind regards,
Liisa
"""


def test_a_finnish_mail_keeps_what_was_done_and_nobody() -> None:
    told = redact(FINNISH, KNOWN)
    assert "ilmasin kotelon" in told
    assert "ajuri 10.4.2 ja hälytys E-203 kuuluvat yhteen" in told
    for word in ("Otto", "Petri", "Salonen", "Virta", "Liisa", "Peka", "Kymi", "Nordhuolto", "040", "Tehtaankatu"):
        assert word not in told, told
    assert not re.search(r"@|https|00140|terveisin|Hei", told)


def test_people_whom_the_ticket_does_not_know_go_too() -> None:
    told = redact("Tunnukset J. Okaforille, Niina Salolle ja Antille.\nPäivitys tehty.\n\nMikael Lund\nHuolto", KNOWN)
    assert not re.search("Okafor|Niina|Salo|Antille|Mikael|Lund", told), told
    assert told.endswith("Päivitys tehty.")


def test_an_english_mail_as_well() -> None:
    told = redact(ENGLISH, KNOWN)
    assert "the driver 10.4.2 blocks port 9100. Restart the spooler, then print again." in told
    assert not re.search(r"Oja|Pekka|7946|kymi|Makela|Liisa|regards|Hello|Thanks", told, re.IGNORECASE), told


@pytest.mark.parametrize(
    "kept",
    [
        "Paperi oli lopussa.",
        "versio 10.0.19045",
        "portti 9100",
        "koodi 0x80070005",
        "kello 12.30",
        "rivi 5",
        "Virtalähde rikki",
    ],
)
def test_what_only_looks_like_it_stays(kept: str) -> None:
    assert redact(kept, Known(("Otto Oja", "Päivi Virta"), ("Lasi Oy",))) == kept


LETTERS = "abcdefghijklmnoprstuvyäöåé"
NAME = st.text(LETTERS, min_size=3, max_size=12).map(str.capitalize)
FORM = st.sampled_from(["", "n", "lle", "lta", "a", ":n", "kin", "s", "sta"])
AROUND = st.sampled_from(["{}", "Kiitos {}, toimii.", "({})", "a {} b"])
CASE = st.sampled_from([str, str.upper, str.lower])


@settings(max_examples=300, deadline=None)
@given(first=NAME, last=NAME, form=FORM, case=CASE, around=AROUND)
def test_no_given_name_survives(first: str, last: str, form: str, case: object, around: str) -> None:
    said = around.format(case(f"{first}{form} {last}{form}"))  # type: ignore[operator]
    told = redact(f"Korjattu.\n{said}\nLoppu.", Known((f"{first} {last}",)))
    words = {fold(word) for word in re.findall(r"\w+", told)}
    assert not {fold(first), fold(last)} & (words - {"kiitos", "toimii", "korjattu", "loppu", "a", "b"})
