"""Which fields are shown and needed: by hand, and whatever the rules are."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.requirements import FILLED, Effect, Outcome, Rule, Stage, Wanted, Where, circle, evaluate

KEYS = ("a", "b", "c", "d")
MARKS = ("1", "2", "yes", FILLED)
KINDS, ROLES = ("fault", "order"), ("agent", "lead")


def few(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


rules = st.builds(
    Rule,
    st.sampled_from(Effect),
    few(KINDS),
    few(ROLES),
    st.none() | st.builds(Where, st.sampled_from((*KEYS, "gone")), st.sampled_from(MARKS)),
)
fields = st.tuples(
    *(st.builds(Wanted, st.just(key), few(KINDS), st.lists(rules, max_size=3).map(tuple)) for key in KEYS)
)
marks = st.dictionaries(st.sampled_from(KEYS), few(MARKS))

CAUSE = Wanted("cause", frozenset({"fault"}), (Rule(Effect.RESOLVED),))
PART = Wanted("part", rules=(Rule(Effect.SHOWN, where=Where("cause", "7")), Rule(Effect.MADE)))
SERIAL = Wanted("serial", rules=(Rule(Effect.SHOWN, where=Where("part", FILLED)),))
BILL = Wanted("bill", rules=(Rule(Effect.MADE, kinds=frozenset({"order"}), roles=frozenset({"lead"})),))
ALL = (CAUSE, PART, SERIAL, BILL)


@pytest.mark.parametrize(
    ("kind", "stage", "roles", "filled", "outcome"),
    [
        ("fault", Stage.MADE, "agent", {}, Outcome(("cause", "bill"), (), ())),
        ("fault", Stage.RESOLVED, "agent", {}, Outcome(("cause", "bill"), ("cause",), ("cause",))),
        (
            "fault",
            Stage.MADE,
            "agent",
            {"cause": "7"},
            Outcome(("cause", "part", "bill"), ("part",), ("part",)),
        ),
        (
            "fault",
            Stage.RESOLVED,
            "agent",
            {"cause": "7", "part": "", "serial": ""},
            Outcome(("cause", "part", "serial", "bill"), ("cause", "part"), ()),
        ),
        # The field above is not for this kind, so that those below it are hidden, whatever they hold.
        ("order", Stage.RESOLVED, "agent", {"cause": "7", "part": ""}, Outcome(("bill",), (), ())),
        ("order", Stage.MADE, "lead", {}, Outcome(("bill",), ("bill",), ("bill",))),
    ],
)
def test_a_field_is_shown_and_needed_as_its_rules_say(
    kind: str, stage: Stage, roles: str, filled: dict[str, str], outcome: Outcome
) -> None:
    has = {key: frozenset({FILLED, mark} - {""}) for key, mark in filled.items()}

    assert evaluate(ALL, has, kind=kind, stage=stage, roles=frozenset({roles})) == outcome


@given(fields, marks, st.sampled_from(KINDS), few(ROLES))
def test_missing_is_required_is_shown_and_later_stages_need_no_less(
    fields: tuple[Wanted, ...], has: dict[str, frozenset[str]], kind: str, roles: frozenset[str]
) -> None:
    made, resolved = (evaluate(fields, has, kind=kind, stage=stage, roles=roles) for stage in Stage)

    for found in (made, resolved):
        assert set(found.missing) <= set(found.required) <= set(found.shown)
        assert not any(has.get(key) for key in found.missing)
    assert made.shown == resolved.shown
    assert set(made.required) <= set(resolved.required)
    # What nobody sees changes nothing.
    seen = {key: value for key, value in has.items() if key in made.shown}
    assert evaluate(fields, seen, kind=kind, stage=Stage.RESOLVED, roles=roles) == resolved


@given(fields, marks, st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_the_order_of_fields_decides_nothing(
    fields: tuple[Wanted, ...], has: dict[str, frozenset[str]], kind: str, random: Random
) -> None:
    mixed = random.sample(fields, len(fields))

    one, other = (evaluate(each, has, kind=kind, stage=Stage.RESOLVED) for each in (fields, mixed))

    assert [set(one.shown), set(one.missing)] == [set(other.shown), set(other.missing)]


@given(fields)
def test_fields_of_a_circle_are_found_and_never_shown(fields: tuple[Wanted, ...]) -> None:
    """Each whose only way to be shown is by the next one stays hidden, and evaluation ends."""
    found = circle(fields)
    assert not found or found[0] == found[-1]
    ring = set(found)
    closed = tuple(
        replace(
            field,
            rules=tuple(r for r in field.rules if r.effect != Effect.SHOWN or (r.where and r.where.field in ring)),
        )
        if field.key in ring
        else field
        for field in fields
    )
    everything = {key: frozenset(MARKS) for key in KEYS}

    assert not ring & set(evaluate(closed, everything, kind="fault", stage=Stage.MADE).shown)
