"""What a mail says: the tenant's words or the product's, with named variables filled in.

Variables are written {{name}} and come from a closed list per purpose. The text is never run through a template
engine, so that nothing in it, and nothing in a value, can do more than stand there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from outbox.enums import Purpose
from outbox.models import MailTemplate

VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
COMMON = ("number", "title", "requester", "customer", "desk", "received", "assignee")
VARIABLES: dict[str, tuple[str, ...]] = {
    Purpose.ACKNOWLEDGEMENT: (*COMMON, "response_due"),
    Purpose.DETAILS: (*COMMON, "response_due", "details"),
    Purpose.SOLUTION: (*COMMON, "solution"),
    Purpose.REMINDER: (*COMMON, "promise", "due"),
    Purpose.CONFIRMATION: (*COMMON, "solution"),
    Purpose.CLOSING: (*COMMON, "days"),
    Purpose.SURVEY: COMMON,
    Purpose.INVOICE: ("invoice", "seller", "customer", "sum", "pay_by", "reference", "to_pay"),
    Purpose.CREDIT_NOTE: ("invoice", "seller", "customer", "sum", "credited"),
}
# Only where the tenant invoices from here.
OF_INVOICES = (Purpose.INVOICE, Purpose.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body of a mail, before its links are added."""

    subject: str
    body: str


def default_words(purpose: str, language: str) -> Words:
    """The product's own words in a language."""
    with translation.override(language):
        words = {
            Purpose.ACKNOWLEDGEMENT: Words(
                _("We have received your message: {{title}}"),
                _(
                    "Hello {{requester}},\n\nyour message reached us and is now ticket {{number}}. "
                    "We answer {{response_due}}.\n\nYou can add to it by replying to this mail.\n\n{{desk}}"
                ),
            ),
            Purpose.DETAILS: Words("{{title}}", _("{{number}} is yours now.\n\n{{details}}")),
            Purpose.SOLUTION: Words(
                _("Solution to your ticket: {{title}}"),
                _(
                    "Hello {{requester}},\n\n{{solution}}\n\n"
                    "Does it work now? Tell us with one of the links below.\n\n{{desk}}"
                ),
            ),
            Purpose.REMINDER: Words(
                _("{{promise}}: {{title}}"),
                _("{{number}}: {{promise}}. Deadline {{due}}.\n\nConsultant: {{assignee}}"),
            ),
            Purpose.CONFIRMATION: Words(
                _("Does it work now? {{title}}"),
                _(
                    "Hello {{requester}},\n\nwe solved ticket {{number}} and have not heard from you since:\n\n"
                    "{{solution}}\n\nDoes it work now? Tell us with one of the links below.\n\n{{desk}}"
                ),
            ),
            Purpose.CLOSING: Words(
                _("Closed: {{title}}"),
                _(
                    "Hello {{requester}},\n\nwe solved ticket {{number}} and have not heard from you since, so it "
                    "is closed now. If it still troubles you, open it again within {{days}} days.\n\n{{desk}}"
                ),
            ),
            Purpose.SURVEY: Words(
                _("How was it? {{title}}"),
                _("Hello {{requester}},\n\nticket {{number}} is closed. How was our service?\n\n{{desk}}"),
            ),
            **_of_invoices(),
        }
        return words[Purpose(purpose)]


def _of_invoices() -> dict[Purpose, Words]:
    """In the active language."""
    return {
        Purpose.INVOICE: Words(
            _("Invoice {{invoice}} from {{seller}}: {{sum}}, due {{pay_by}}"),
            _(
                "Hello,\n\nattached is invoice {{invoice}} for {{customer}}. {{to_pay}}\n\n"
                "If anything on it is unclear, just reply to this mail.\n\n{{seller}}"
            ),
        ),
        Purpose.CREDIT_NOTE: Words(
            _("Credit note {{invoice}} from {{seller}}: {{sum}}"),
            _(
                "Hello,\n\nattached is credit note {{invoice}} for {{customer}}: {{sum}}. It takes back the whole "
                "invoice {{credited}}, which you need not pay any more.\n\nIf anything on it is unclear, just "
                "reply to this mail.\n\n{{seller}}"
            ),
        ),
    }


def words_for(purpose: str, language: str) -> Words:
    """The tenant's words for a purpose, or the product's."""
    own = MailTemplate.objects.filter(purpose=purpose, language=language).values_list("subject", "body")
    return next((Words(*words) for words in own), None) or default_words(purpose, language)


def unknown_variables(purpose: str, text: str) -> list[str]:
    """Names in the text that no value exists for."""
    return sorted(set(VARIABLE.findall(text)) - set(VARIABLES[purpose]))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a name without a value stays as it is written, so that a slip is seen and not hidden."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
