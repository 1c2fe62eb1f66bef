"""Who works for whom, over everything that can be named."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from accounts.standing_in import Entry, Person, covered_by, resolve, stand_in_of

PEOPLE = range(1, 8)
substitutes_of = st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE))


@given(substitutes_of, st.sampled_from(PEOPLE))
def test_whoever_is_found_is_there_and_was_led_to(substitutes: dict[int, int | None], member: int) -> None:
    found = stand_in_of(member, substitutes)
    led: list[int | None] = [member]
    # Nobody is asked twice on a way that ends, so a way of so many steps goes round.
    for _ in PEOPLE:
        if led[-1] in substitutes:
            led.append(substitutes[led[-1]])
    if found is None:
        assert led[-1] is None or led[-1] in substitutes
    else:
        assert found not in substitutes
        assert found == led[-1]


@given(st.sampled_from(PEOPLE))
def test_whoever_is_there_works_themselves(member: int) -> None:
    assert stand_in_of(member, {}) == member


def test_a_chain_leads_on_and_a_loop_to_nobody() -> None:
    assert stand_in_of(1, {1: 2, 2: 3}) == 3
    assert stand_in_of(1, {1: 2, 2: 1}) is None
    assert stand_in_of(3, {1: 2, 2: 1, 3: 1}) is None
    assert stand_in_of(1, {1: 1}) is None


def test_names_and_days_come_along() -> None:
    konsta, liisa, aino = Person(1, "Konsta"), Person(2, "Liisa"), Person(3, "Aino")
    away = resolve([Entry(konsta, date(2026, 11, 30), liisa), Entry(liisa, None, aino)])

    assert {pk: (each.until, each.stand_in) for pk, each in away.items()} == {
        1: (date(2026, 11, 30), aino),
        2: (None, aino),
    }
    assert [each.member for each in covered_by(3, away)] == [konsta, liisa]
    assert covered_by(2, away) == []
