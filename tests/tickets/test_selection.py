"""What a list's address may say."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tickets.selection import COLUMNS, FIELDS, GROUPS, OPEN, SORTS, Condition, Selection, UnknownSelection, parse, read

values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
conditions = st.builds(
    Condition, st.sampled_from(FIELDS), st.lists(values, min_size=1, max_size=4, unique=True).map(tuple), st.booleans()
)


@given(
    st.lists(conditions, max_size=5, unique_by=lambda condition: condition.field),
    st.sampled_from(["", *SORTS]),
    st.sampled_from(["", *GROUPS]),
    st.lists(st.sampled_from(COLUMNS), unique=True),
)
def test_an_address_says_all_of_a_selection(asked: list[Condition], sort: str, group: str, columns: list[str]) -> None:
    selection = Selection((), sort, group, tuple(name for name in COLUMNS if name in columns))
    for condition in [OPEN, *asked]:
        selection = selection.having(condition)

    assert parse(selection.query) == selection
    assert parse(parse(selection.query).query) == selection


@pytest.mark.parametrize(
    "query",
    [
        "order_by=title",
        "customer__name=x",
        "tenant=2",
        "status__in=1",
        "sort=title",
        "sort=-pk",
        "group=tenant",
        "column=requester__user__password",
        "not=tenant",
        "assignee=" + "&assignee=".join(map(str, range(31))),
    ],
)
def test_only_what_is_on_the_list_is_read(query: str) -> None:
    with pytest.raises(UnknownSelection):
        read(QueryDict(query))


def test_nothing_said_of_the_status_means_open_tickets() -> None:
    assert parse("priority=high").conditions == (OPEN, Condition("priority", ("high",)))
    assert parse("").without("status").conditions == (Condition("status", ("any",)),)
    assert parse("status=any").asked == ()
    assert [parse(query).order for query in ("", "status=any", "status=any&sort=quiet")] == [
        "deadline",
        "newest",
        "quiet",
    ]
