"""What a mail says, and that nothing in a value can do more than stand there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.enums import Purpose
from outbox.models import MailTemplate
from outbox.words import VARIABLES, default_words, fill, unknown_variables, words_for
from tests.conftest import Cast

WORDED = [
    Purpose.ACKNOWLEDGEMENT,
    Purpose.DETAILS,
    Purpose.SOLUTION,
    Purpose.REMINDER,
    Purpose.CONFIRMATION,
    Purpose.INVOICE,
    Purpose.CREDIT_NOTE,
]


@pytest.mark.parametrize("purpose", WORDED)
@pytest.mark.parametrize("language", ["en", "fi"])
def test_the_products_own_words_use_only_what_has_a_value(purpose: Purpose, language: str) -> None:
    words = default_words(purpose, language)

    assert unknown_variables(purpose, words.subject + words.body) == []
    values = {name: f"<{name}>" for name in VARIABLES[purpose]}
    assert "{{" not in fill(words.subject + words.body, values)


@pytest.mark.django_db
def test_a_tenants_words_win_in_their_language_only(acme: Cast, globex: Cast) -> None:
    with acme.scope():
        MailTemplate.objects.create(purpose=Purpose.SOLUTION, language="en", subject="Done: {{title}}", body="Done.")
        own, other = words_for(Purpose.SOLUTION, "en"), words_for(Purpose.SOLUTION, "fi")
    with globex.scope():
        stranger = words_for(Purpose.SOLUTION, "en")

    assert (own.subject, own.body) == ("Done: {{title}}", "Done.")
    assert other == default_words(Purpose.SOLUTION, "fi")
    assert stranger == default_words(Purpose.SOLUTION, "en")


def test_values_are_put_in_once_and_never_read_as_words() -> None:
    values = {"title": "{{desk}} {% now %} \\1", "desk": "Acme"}

    assert fill("{{title}} / {{ desk }} / {{unknown}}", values) == "{{desk}} {% now %} \\1 / Acme / {{unknown}}"


def test_unknown_names_are_named_once_each_in_order() -> None:
    assert unknown_variables(Purpose.SOLUTION, "{{zebra}} {{number}} {{ants}} {{ zebra }}") == ["ants", "zebra"]


@given(st.text(max_size=200))
def test_text_without_variables_stays_as_it_is(text: str) -> None:
    assert fill(text, {}) == text
