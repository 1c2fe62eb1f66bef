"""All settings by name and by what they do, for the index and its search."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Membership


@dataclass(frozen=True, slots=True)
class Setting:
    """A page of the settings; `url_name` may belong to an app that is not installed, and then it is left out."""

    url_name: str
    icon: str
    name: Promise
    about: Promise
    roles: tuple[Role, ...] = (Role.ADMIN,)

    @property
    def url(self) -> str:
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""

    def answers(self, words: list[str]) -> bool:
        """Whether each word stands in the name or the description."""
        text = f"{self.name} {self.about}".lower()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Section:
    """Settings under one heading."""

    name: Promise
    settings: tuple[Setting, ...]


BOTH = (Role.ADMIN, Role.LEAD)
SECTIONS = (
    Section(
        _("Mail"),
        (
            Setting(
                "mailintake:mailboxes", "inbox", _("Mailboxes"), _("Addresses whose mail becomes tickets, IMAP server")
            ),
            Setting("outbox:transport", "send", _("Sending mail"), _("Your own SMTP server for outgoing mail")),
            Setting(
                "outbox:signing", "lock", _("Signing mail"), _("DKIM keys, and the DNS records that publish them")
            ),
            Setting(
                "outbox:templates",
                "file-text",
                _("Mail texts"),
                _("Words of acknowledgements, solutions and reminders, in each language"),
            ),
            Setting(
                "mailintake:log", "history", _("Mail log"), _("Every mail in and out, quarantine, send again"), BOTH
            ),
        ),
    ),
    Section(
        _("People and desk"),
        (
            Setting(
                "accounts:workspace",
                "building",
                _("Workspace"),
                _("Name, prefix of ticket numbers, rules for everybody"),
            ),
            Setting(
                "knowledge:switches",
                "book-2",
                _("Knowledge base"),
                _("Articles for colleagues and customers, public help"),
            ),
            Setting("accounts:people", "users", _("People"), _("Members, invitations and roles")),
            Setting("accounts:absences", "calendar", _("Absences"), _("Who is away, and who stands in"), BOTH),
            Setting("tickets:teams", "user-share", _("Teams"), _("Members who share queues, team leads")),
            Setting("tickets:queues", "layout-list", _("Queues"), _("Address of the desk, office, who works them")),
            Setting("reports:boards", "photo", _("Wall boards"), _("A screen in the office, by a link of its own")),
            Setting("accounts:offices", "map-pin", _("Offices"), _("Time zone, language, currency, companies")),
        ),
    ),
    Section(
        _("Customers and products"),
        (
            Setting(
                "accounts:customers", "users", _("Customers"), _("Companies, mail domains and named experts"), BOTH
            ),
            Setting(
                "accounts:requesters", "user-question", _("Requesters"), _("People who ask, their addresses"), BOTH
            ),
            Setting("accounts:products", "truck", _("Products"), _("Modules, words in mails and named experts"), BOTH),
            Setting(
                "imports:tables",
                "file-type-csv",
                _("Import"),
                _("Customers, requesters and products out of CSV files"),
            ),
            Setting(
                "sla:contracts", "file-text", _("Contracts"), _("What customers have bought, and until when"), BOTH
            ),
            Setting(
                "billing:switches",
                "receipt-euro",
                _("Invoicing"),
                _("What work costs, companies and customers on invoices, bank accounts, e-invoicing addresses"),
            ),
        ),
    ),
    Section(
        _("Self-service"),
        (
            Setting(
                "portal:settings",
                "user-question",
                _("Portal"),
                _("Requesters ask and follow their tickets: who may sign in, key users, look, colour and logo"),
            ),
            Setting(
                "portal:aftercare",
                "thumb-up",
                _("After a solution"),
                _("Ask again whether it works, close what nobody answers, reopening, ratings (CSAT)"),
            ),
        ),
    ),
    Section(
        _("Promises"),
        (
            Setting(
                "sla:policies",
                "clock",
                _("Promises"),
                _("Response and resolution times by priority, reminders and alarms (SLA)"),
            ),
            Setting(
                "tickets:promise_rules",
                "filter",
                _("Rules for promises"),
                _("Which tickets get which promises, by customer, product, queue, kind and priority"),
            ),
            Setting(
                "tickets:promise_trial",
                "search",
                _("Try promises out"),
                _("What a ticket is promised, each deadline and why"),
                BOTH,
            ),
            Setting(
                "tickets:apply_promises",
                "refresh",
                _("Promises of open tickets"),
                _("Give them the present versions of promises and calendars"),
            ),
            Setting(
                "tickets:reminders",
                "bell-plus",
                _("Reminders"),
                _("Tickets that nobody touches, requesters who hear nothing or do not answer"),
                BOTH,
            ),
            Setting(
                "reports:promises",
                "chart-bar",
                _("Promises kept"),
                _("Report by customer and contract, CSV, Excel"),
                BOTH,
            ),
            Setting("sla:calendars", "calendar", _("Calendars"), _("Opening hours, holidays and half days")),
            Setting("outbox:webhooks", "bell-plus", _("Webhooks"), _("Calls to an on-call pager or another program")),
        ),
    ),
    Section(
        _("Tickets"),
        (
            Setting(
                "tickets:own_fields",
                "file-text",
                _("Fields"),
                _("Your own fields and classifications, when they are shown and when they are needed"),
            ),
            Setting(
                "tickets:rules",
                "sparkles",
                _("Rules"),
                _("What happens by itself: routing, automation, tickets that nobody answers"),
                BOTH,
            ),
            Setting(
                "tickets:starters",
                "copy",
                _("Ways of working"),
                _("Templates of a process to begin with: fields, statuses, rules, responses, views"),
            ),
            Setting("tickets:kinds", "copy", _("Kinds of tickets"), _("Rename them, switch off what you do not use")),
            Setting("tickets:statuses", "circle-half-2", _("Statuses"), _("Rename them and add your own")),
            Setting(
                "tickets:responses", "message-2", _("Canned responses"), _("Texts for answers, in each language"), BOTH
            ),
            Setting(
                "tickets:macros", "sparkles", _("Macros"), _("Text, note and what a ticket gets, in one go"), BOTH
            ),
            Setting("tickets:work_types", "clock-hour-4", _("Kinds of work"), _("Remote, on site, travel")),
        ),
    ),
)


def sections_for(member: Membership, wanted: str = "") -> list[tuple[Promise, list[Setting]]]:
    """What the member may open and the search finds, without empty sections."""
    words = wanted.lower().split()
    found = [
        (
            section.name,
            [each for each in section.settings if member.has_role(*each.roles) and each.answers(words) and each.url],
        )
        for section in SECTIONS
    ]
    return [(name, settings) for name, settings in found if settings]
