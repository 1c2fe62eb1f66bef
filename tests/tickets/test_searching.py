"""What is typed into the search box, as it is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.searching import LONGEST, MOST_TERMS, NAMES, Operator, Query, Term, TroubleKind, read

PUMP, OIL = Term("pump"), Term("oil", unwanted=True)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("pump -oil", (PUMP, OIL)),
        ('"line three stops"', (Term("line three stops", exact=True),)),
        ('-"line three"', (Term("line three", exact=True, unwanted=True),)),
        ('"pump"', (Term("pump", exact=True),)),
        ("E-203", (Term("E"), Term("203"))),
        ("-E-203", (Term("E 203", exact=True, unwanted=True),)),
        ("12:30", (Term("12"), Term("30"))),
        ("https://x.example/a", tuple(map(Term, ("https", "x", "example", "a")))),
    ],
)
def test_words_and_phrases(typed: str, terms: tuple[Term, ...]) -> None:
    assert read(typed) == Query(terms)


@pytest.mark.parametrize(
    ("typed", "operator", "value"),
    [
        ("from:otto", Operator.FROM, "otto"),
        ("otto@paperi.example", Operator.FROM, "otto@paperi.example"),
        ('to:"Paperi Oy"', Operator.CUSTOMER, "Paperi Oy"),
        ("asiakas:Paperi", Operator.CUSTOMER, "Paperi"),
        ("TILA:avoin", Operator.STATUS, "avoin"),
        ("konsultti:minä", Operator.ASSIGNEE, "minä"),
        ("sisältää:liite", Operator.HAS, "liite"),
    ],
)
def test_operators_in_both_languages(typed: str, operator: Operator, value: str) -> None:
    query = read(f"-{typed} pump")

    assert [(each.operator, each.value, each.unwanted) for each in query.filters] == [(operator, value, True)]
    assert query.terms == (PUMP,)
    assert not query.troubles


@pytest.mark.parametrize("typed", ["2026-11-02", "2.11.2026", "02.11.2026"])
def test_days(typed: str) -> None:
    (before,) = read(f"ennen:{typed}").filters

    assert before.day == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("typed", "kind", "said"),
    [
        ('pump "line three', TroubleKind.UNCLOSED, '"line three'),
        ("status:", TroubleKind.NO_VALUE, "status:"),
        ("colour:red", TroubleKind.NO_OPERATOR, "colour:"),
        ("!!", TroubleKind.NO_WORD, "!!"),
        ("before:31.2.2026", TroubleKind.NO_DATE, "before:31.2.2026"),
        ("has:money", TroubleKind.UNKNOWN, "has:money"),
    ],
)
def test_what_cannot_be_read_is_said(typed: str, kind: TroubleKind, said: str) -> None:
    (trouble,) = read(typed).troubles

    assert (trouble.kind, trouble.typed) == (kind, said)


def test_more_than_is_read_is_said() -> None:
    assert [trouble.kind for trouble in read("a" * (LONGEST + 1)).troubles] == [TroubleKind.TOO_LONG]
    assert [trouble.typed for trouble in read("x " * MOST_TERMS + "left out").troubles] == ["left", "out"]


PIECES = st.one_of(
    st.text(max_size=20),
    st.builds("{}:{}".format, st.sampled_from(sorted(NAMES)), st.text(max_size=12)),
    st.sampled_from(['"', "-", '-"', ":", 'from:"', "before:2026-02-30", "after:9999-12-31"]),
)


@given(st.lists(PIECES, max_size=8).map(" ".join))
def test_every_letter_that_was_typed_is_looked_for_or_told(typed: str) -> None:
    query = read(typed)

    heard = [term.text for term in query.terms] + [each.typed for each in query.filters]
    heard += [trouble.typed for trouble in query.troubles]
    assert all(letter in "".join(heard) for letter in typed[:LONGEST] if letter.isalnum())
    assert all(term.text.replace(" ", "").isalnum() for term in query.terms)
    assert "\n" not in "".join(heard)
