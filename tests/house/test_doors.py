"""The functions that look across tenants: a pinned list, and answers that are numbers only."""

import pytest
from django.db import connection

from core.doors import open_door
from tests.conftest import Cast
from tests.house.catalogue import APP, OWNER, ask

# Name and arguments of every function that runs with the owner's rights.
DOORS = {
    "door_absences()",
    "door_aftercare()",
    "door_billing_runs()",
    "door_bulk_actions(how_many integer)",
    "door_due_calls(how_many integer)",
    "door_due_inbound(of_each integer, waiting_since timestamp with time zone)",
    "door_due_mailboxes(failing_at_once integer)",
    "door_due_notices(how_many integer)",
    "door_due_outgoing(how_many integer)",
    "door_due_rules(how_many integer)",
    "door_due_timers(how_many integer)",
    "door_invoice_files()",
    "door_mailbox_by_address(wanted text)",
    "door_scheduled_tickets(how_many integer)",
    "door_reminder_rules()",
    "door_rule_clocks()",
    "door_silent_mailboxes()",
    (
        "search_articles(reader_language text, places integer[], words text[], roots text[], sure double precision[], "
        "whole boolean[], inside boolean[], customer bigint, desk boolean, product bigint, how_many integer)"
    ),
    "search_tickets(any_of text, phrases text, none_of text, no_phrases text, before bigint, how_many integer)",
}
# What keeps the rows of words, reads a search and notes what rules are due; with the caller's own rights only.
HELPERS = {
    "add_words",
    "all_told",
    "any_form",
    "article_stem",
    "billing_entry_kept",
    "billing_frozen",
    "billing_lot_kept",
    "billing_of_issued",
    "collect_words",
    "keep_words",
    "names_told",
    "note_due_rules",
    "parted",
    "words_of",
    "words_wanted",
}
FUNCTIONS = """
    SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_function_result(p.oid),
           p.proowner::regrole::text, p.proconfig, p.proacl::text[]
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1
"""


@pytest.mark.django_db
def test_the_list_of_doors_is_this_one() -> None:
    assert {name for name, *_ in ask(FUNCTIONS)} == DOORS


@pytest.mark.django_db
def test_no_other_function_of_ours_exists() -> None:
    ours = ask("SELECT proname, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace")

    assert {name for name, definer in ours if not definer} == HELPERS
    assert len(ours) == len(DOORS) + len(HELPERS)


@pytest.mark.django_db
def test_a_door_answers_with_numbers_and_only_the_application_may_ask() -> None:
    for name, result, owner, config, rights in ask(FUNCTIONS):
        assert result == "TABLE(tenant_id bigint, id bigint)", name
        assert owner == OWNER, name
        assert config == ["search_path=public, pg_temp"], name
        assert sorted(right.partition("=")[0] for right in rights) == sorted([APP, OWNER]), name


@pytest.mark.django_db
def test_a_table_of_the_callers_own_does_not_stand_in_for_the_real_one(acme: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE mailintake_mailbox (tenant_id bigint, id bigint, address text)")
        cursor.execute("INSERT INTO mailintake_mailbox VALUES (7, 7, 'trap@acme.example')")

        assert open_door("door_mailbox_by_address", "trap@acme.example") == []
        cursor.execute("DROP TABLE pg_temp.mailintake_mailbox")


@pytest.mark.django_db
def test_search_finds_nothing_without_a_tenant_and_nothing_of_another(acme: Cast, globex: Cast) -> None:
    asked = ("rullanostin", "", "", "", 0, 10)
    with globex.scope():
        assert open_door("search_tickets", *asked) == []
    assert open_door("search_tickets", *asked) == []


@pytest.mark.django_db
def test_the_door_opens_for_no_other_role() -> None:
    (right,) = ask("SELECT has_function_privilege('pg_monitor', 'door_silent_mailboxes()', 'EXECUTE')")

    assert right == (False,)
