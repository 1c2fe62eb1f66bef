"""Every address of the product, and who may do what there. A new address needs one line here."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

EVERYBODY = ("ada", "liisa", "aino", "konsta", "fiona")
ADMIN = ("ada",)
LEADS = ("ada", "liisa")
DESK = ("ada", "liisa", "aino")
WRITERS = ("ada", "liisa", "aino", "konsta")
READERS = ("ada", "liisa", "fiona")
SEES_ALL = ("ada", "liisa", "aino", "fiona")
# Requesters with a session at the portal: who asked, a colleague, their company's key user, and another company's.
REQUESTERS = ("otto", "oona", "kaisa", "vera")
THEIRS, NOT_THEIRS = ("otto", "kaisa"), ("oona", "vera")
# For anybody who has the address: sign-in, and the pages behind mail links.
PUBLIC: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One address: its methods, who may, what its parameters stand for (names of Stock.ids, or "=" and a constant).

    Whoever may not gets 403, those in `blind` 404, because they may not even know of the thing.
    """

    methods: str
    who: tuple[str, ...]
    blind: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)

    @property
    def is_portal(self) -> bool:
        """Whether it is for requesters, whose sessions are of another kind."""
        return bool(self.who) and set(self.who) <= set(REQUESTERS)

    @property
    def foreign_params(self) -> list[str]:
        """The parameters that name a thing of one tenant."""
        return [name for name, value in self.params.items() if not value.startswith("=")]

    def kwargs(
        self, ids: dict[str, Any], other: dict[str, Any] | None = None, swap: frozenset[str] = frozenset()
    ) -> Any:
        """The parameters for a tenant's things; those in `swap` for the other tenant's."""
        return {
            name: value[1:] if value.startswith("=") else (other if other and name in swap else ids)[value]
            for name, value in self.params.items()
        }


def row(methods: str, who: tuple[str, ...], blind: tuple[str, ...] = (), **params: str) -> Row:
    return Row(methods, who, blind, params)


KONSTA = ("konsta",)
# Posted to by programs, which have no session that could be abused: no form token, a signature instead.
FORGEABLE = frozenset({"mailintake:hook"})

ADDRESSES = {
    # Signing in, and what belongs to one's own account.
    "account_login": row("GET POST", PUBLIC),
    "account_logout": row("GET POST", PUBLIC),
    "account_request_login_code": row("GET POST", PUBLIC),
    "account_confirm_login_code": row("GET POST", PUBLIC),
    "account_inactive": row("GET", PUBLIC),
    "account_signup": row("GET POST", PUBLIC),
    "account_reset_password": row("GET POST", PUBLIC),
    "account_reset_password_done": row("GET", PUBLIC),
    "account_reset_password_from_key": row("GET POST", PUBLIC, uidb36="=1", key="=set-password"),
    "account_reset_password_from_key_done": row("GET", PUBLIC),
    "mfa_authenticate": row("GET POST", PUBLIC),
    "mfa_reauthenticate": row("GET POST", EVERYBODY),
    "account_reauthenticate": row("GET POST", EVERYBODY),
    "account_change_password": row("GET POST", EVERYBODY),
    "account_set_password": row("GET POST", EVERYBODY),
    "styleguide": row("GET", PUBLIC),
    "first_steps": row("GET", ADMIN),
    # Tickets.
    "tickets:home": row("GET", EVERYBODY),
    "tickets:every": row("GET", EVERYBODY),
    "tickets:arrange": row("GET", EVERYBODY),
    "tickets:export": row("POST", EVERYBODY),
    "tickets:choose_field": row("GET", EVERYBODY),
    "tickets:choose": row("GET", EVERYBODY, field="=customer"),
    "tickets:view_add": row("GET POST", EVERYBODY),
    "tickets:view": row("GET", EVERYBODY, pk="view"),
    "tickets:view_edit": row("GET POST", LEADS, pk="view"),
    "tickets:view_save": row("POST", LEADS, pk="view"),
    "tickets:view_remove": row("POST", LEADS, pk="view"),
    "tickets:followed": row("GET", EVERYBODY),
    "tickets:wishes": row("GET POST", EVERYBODY),
    "tickets:alerts": row("GET", EVERYBODY),
    "tickets:people": row("GET", DESK, KONSTA, number="ticket"),
    "tickets:follow": row("POST", SEES_ALL, KONSTA, number="ticket"),
    "tickets:unfollow": row("POST", SEES_ALL, KONSTA, number="ticket"),
    "tickets:ready": row("GET", DESK, KONSTA, number="ticket"),
    "tickets:articles": row("GET", SEES_ALL, KONSTA, number="ticket"),
    "tickets:article_draft": row("GET POST", DESK, KONSTA, number="solved_ticket"),
    "tickets:article_insert": row("POST", DESK, KONSTA, number="ticket", pk="article"),
    "tickets:response_insert": row("POST", DESK, KONSTA, number="ticket", pk="response"),
    "tickets:macro_lay": row("POST", DESK, KONSTA, number="ticket", pk="macro"),
    "tickets:macro_run": row("POST", DESK, KONSTA, number="ticket", pk="macro"),
    "tickets:responses": row("GET", EVERYBODY),
    "tickets:response_add": row("GET POST", EVERYBODY),
    "tickets:response": row("GET POST", LEADS, pk="response"),
    "tickets:response_remove": row("POST", LEADS, pk="response"),
    "tickets:macros": row("GET", EVERYBODY),
    "tickets:macro_add": row("GET POST", EVERYBODY),
    "tickets:macro": row("GET POST", LEADS, pk="macro"),
    "tickets:macro_remove": row("POST", LEADS, pk="macro"),
    "tickets:mine": row("GET", EVERYBODY),
    "tickets:waiting": row("GET", EVERYBODY),
    "tickets:unassigned": row("GET", EVERYBODY),
    "tickets:handover": row("GET", ("ada", "liisa", "konsta"), pk="member"),
    "tickets:handover_write": row("GET POST", ("ada", "liisa", "konsta"), pk="member"),
    "tickets:search": row("GET", EVERYBODY),
    "tickets:queue": row("GET", SEES_ALL, KONSTA, pk="queue"),
    "tickets:create": row("GET POST", DESK),
    "tickets:bulk": row("POST", EVERYBODY),
    "tickets:bulk_do": row("POST", EVERYBODY),
    "tickets:bulk_result": row("GET", ("konsta",), pk="bulk", blind=("ada", "liisa", "aino", "fiona")),
    "tickets:bulk_back": row("POST", ("konsta",), pk="bulk", blind=("ada", "liisa", "aino", "fiona")),
    "tickets:detail": row("GET", SEES_ALL, KONSTA, number="ticket"),
    "tickets:write": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:live": row("GET", SEES_ALL, KONSTA, number="ticket"),
    "tickets:live_rows": row("GET", EVERYBODY),
    "tickets:drafts": row("GET", EVERYBODY),
    "tickets:draft": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:draft_take": row("POST", ("ada", "liisa"), ("aino", "konsta"), number="ticket", pk="draft"),
    "tickets:draft_drop": row("POST", ("aino",), ("ada", "liisa", "konsta"), number="ticket", pk="draft"),
    "tickets:undo": row("POST", ("aino",), ("ada", "liisa", "konsta"), number="ticket", pk="reply"),
    "tickets:start": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:take": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:tag_add": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:tag_remove": row("POST", DESK, KONSTA, number="ticket", pk="tag"),
    "tickets:incident": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:links": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:unlink": row("POST", DESK, KONSTA, number="ticket", pk="relation"),
    "tickets:merge": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:split": row("GET POST", DESK, KONSTA, number="ticket", pk="message"),
    "tickets:task_add": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:task_tick": row("POST", DESK, KONSTA, number="ticket", pk="task"),
    "tickets:task_lift": row("POST", DESK, KONSTA, number="ticket", pk="task"),
    "tickets:task_remove": row("POST", DESK, KONSTA, number="ticket", pk="task"),
    "tickets:side_ask": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:side_write": row("POST", DESK, KONSTA, number="ticket", pk="side"),
    "tickets:side_settle": row("POST", DESK, KONSTA, number="ticket", pk="side"),
    "tickets:side_file": row("GET", SEES_ALL, KONSTA, pk="side_file"),
    "tickets:jump": row("GET", EVERYBODY),
    "tickets:caller": row("GET", DESK),
    "tickets:contacts": row("GET", DESK),
    "tickets:contact_add": row("GET POST", DESK),
    "tickets:contact": row("GET", DESK, pk="contact"),
    "tickets:contact_to_ticket": row("POST", DESK, pk="contact"),
    "tickets:print": row("GET", SEES_ALL, KONSTA, number="ticket"),
    "tickets:hand_over": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:resolve": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:restored": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:close": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:reopen": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:status": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:snooze": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:wake": row("POST", DESK, KONSTA, number="ticket"),
    "tickets:edit": row("GET POST", DESK, KONSTA, number="ticket"),
    "tickets:why": row("GET", SEES_ALL, KONSTA, number="ticket", metric="=resolution", cycle="=0"),
    "tickets:original": row("GET", SEES_ALL, KONSTA, number="ticket", pk="message"),
    "tickets:attachment": row("GET", SEES_ALL, KONSTA, pk="attachment"),
    # Mail that no ticket claims.
    "mailintake:triage": row("GET", DESK),
    "mailintake:triage_mail": row("GET", DESK, pk="mail"),
    "mailintake:accept": row("POST", DESK, pk="mail"),
    "mailintake:link": row("POST", DESK, pk="mail"),
    "mailintake:discard": row("POST", DESK, pk="mail"),
    # Mailboxes and the mail log.
    "mailintake:mailboxes": row("GET", ADMIN),
    "mailintake:mailbox_add": row("GET POST", ADMIN),
    "mailintake:mailbox": row("GET POST", ADMIN, pk="mailbox"),
    "mailintake:mailbox_result": row("GET", ADMIN, pk="mailbox"),
    "mailintake:mailbox_test": row("POST", ADMIN, pk="mailbox"),
    "mailintake:mailbox_older": row("POST", ADMIN, pk="mailbox"),
    "mailintake:mailbox_sign_in": row("GET POST", ADMIN, pk="mailbox"),
    "mailintake:signed_in": row("GET", ADMIN),
    "mailintake:mailbox_hook": row("GET POST", ADMIN, pk="mailbox"),
    "mailintake:mailbox_hook_end": row("POST", ADMIN, pk="mailbox"),
    # Signed by whoever posts, without cookies; see FORGEABLE.
    "mailintake:hook": row("POST", PUBLIC, token="hook_token"),
    "mailintake:log": row("GET", LEADS),
    "mailintake:log_in": row("GET", LEADS, pk="mail"),
    "mailintake:log_raw": row("GET", LEADS, pk="mail"),
    "mailintake:log_let_in": row("POST", LEADS, pk="spare_mail"),
    "mailintake:log_read_again": row("POST", LEADS, pk="spare_mail"),
    "mailintake:log_erase": row("POST", ADMIN, pk="spare_mail"),
    "mailintake:log_out": row("GET", LEADS, pk="outgoing"),
    "mailintake:log_again": row("POST", LEADS, pk="outgoing"),
    # Settings of the desk.
    "tickets:settings": row("GET", LEADS),
    "tickets:queues": row("GET", ADMIN),
    "tickets:queue_add": row("GET POST", ADMIN),
    "tickets:queue_settings": row("GET POST", ADMIN, pk="queue"),
    "tickets:teams": row("GET", ADMIN),
    "tickets:team_add": row("GET POST", ADMIN),
    "tickets:team": row("GET POST", ADMIN, pk="team"),
    "tickets:statuses": row("GET", ADMIN),
    "tickets:status_add": row("GET POST", ADMIN),
    "tickets:status_settings": row("GET POST", ADMIN, pk="status"),
    "tickets:promise_rules": row("GET", ADMIN),
    "tickets:promise_rule_add": row("GET POST", ADMIN),
    "tickets:promise_rule": row("GET POST", ADMIN, pk="promise_rule"),
    "tickets:promise_rule_remove": row("POST", ADMIN, pk="promise_rule"),
    "tickets:promise_trial": row("GET", LEADS),
    "tickets:apply_promises": row("GET POST", ADMIN),
    "tickets:reminders": row("GET", LEADS),
    "tickets:reminder_add": row("GET POST", LEADS),
    "tickets:reminder": row("GET POST", LEADS, pk="reminder"),
    "tickets:rules": row("GET", LEADS),
    "tickets:rule_add": row("GET POST", LEADS),
    "tickets:rule": row("GET POST", LEADS, pk="rule"),
    "tickets:rule_conditions": row("GET", LEADS, pk="rule"),
    "tickets:rule_keep": row("POST", LEADS, pk="rule"),
    "tickets:rule_trial": row("GET", LEADS, pk="rule"),
    "tickets:rule_switch": row("POST", LEADS, pk="rule"),
    "tickets:rule_remove": row("POST", LEADS, pk="spare_rule"),
    "tickets:rule_log": row("GET", LEADS),
    "tickets:rule_log_of": row("GET", LEADS, pk="rule"),
    "tickets:rule_undo": row("POST", LEADS, pk="rule_run"),
    "tickets:versions": row("GET", LEADS, thing="=rule", pk="rule"),
    "tickets:version_restore": row("POST", LEADS, thing="=rule", pk="rule", version="rule_version"),
    "tickets:starters": row("GET", ADMIN),
    "tickets:starter": row("GET POST", ADMIN, key="=consultants"),
    "tickets:work_types": row("GET", ADMIN),
    "tickets:work_type_add": row("GET POST", ADMIN),
    "tickets:work_type": row("GET POST", ADMIN, pk="work_type"),
    "tickets:own_fields": row("GET", ADMIN),
    "tickets:own_field_add": row("GET POST", ADMIN),
    "tickets:own_fields_preview": row("GET", ADMIN),
    "tickets:own_field": row("GET POST", ADMIN, pk="own_field"),
    "tickets:own_field_choices": row("POST", ADMIN, pk="own_field"),
    "tickets:own_field_rule_add": row("POST", ADMIN, pk="own_field"),
    "tickets:own_field_rule_remove": row("POST", ADMIN, pk="own_rule"),
    "tickets:kinds": row("GET", ADMIN),
    "tickets:kind": row("GET POST", ADMIN, kind="=fault"),
    "tickets:ladder": row("GET POST", ADMIN, pk="policy"),
    # The workspace, people, offices, customers, products.
    "accounts:workspace": row("GET POST", ADMIN),
    "accounts:profile": row("GET POST", EVERYBODY),
    "accounts:my_absences": row("GET", EVERYBODY),
    "accounts:my_absence_add": row("GET POST", EVERYBODY),
    "accounts:absence": row("GET POST", ("ada", "liisa", "konsta"), pk="absence"),
    "accounts:absence_end": row("POST", ("ada", "liisa", "konsta"), pk="absence"),
    "accounts:absences": row("GET", LEADS),
    "accounts:absence_add": row("GET POST", LEADS),
    "accounts:two_step": row("GET", EVERYBODY),
    "accounts:two_step_on": row("GET POST", EVERYBODY),
    "accounts:two_step_off": row("GET POST", EVERYBODY),
    "accounts:two_step_codes": row("GET POST", EVERYBODY),
    "accounts:two_step_codes_file": row("GET", EVERYBODY),
    "accounts:people": row("GET", ADMIN),
    "accounts:person_add": row("GET POST", ADMIN),
    "accounts:person": row("GET POST", ADMIN, pk="member"),
    "accounts:person_end": row("POST", ADMIN, pk="member"),
    "accounts:person_invite": row("POST", ADMIN, pk="member"),
    "accounts:offices": row("GET", ADMIN),
    "accounts:office_add": row("GET POST", ADMIN),
    "accounts:office": row("GET POST", ADMIN, pk="office"),
    "accounts:entities": row("GET", ADMIN),
    "accounts:entity_add": row("GET POST", ADMIN),
    "accounts:entity": row("GET POST", ADMIN, pk="entity"),
    "accounts:products": row("GET", LEADS),
    "accounts:product_add": row("GET POST", LEADS),
    "accounts:product": row("GET POST", LEADS, pk="product"),
    "accounts:module_add": row("GET POST", LEADS, product_pk="product"),
    "accounts:module": row("GET POST", LEADS, product_pk="product", pk="module"),
    "accounts:customers": row("GET", LEADS),
    "accounts:customer_add": row("GET POST", LEADS),
    "accounts:customer": row("GET POST", LEADS, pk="customer"),
    "accounts:requesters": row("GET", LEADS),
    "accounts:requester_add": row("GET POST", LEADS),
    "accounts:requester": row("GET POST", LEADS, pk="requester"),
    # Promises.
    "sla:calendars": row("GET", ADMIN),
    "sla:calendar_add": row("GET POST", ADMIN),
    "sla:calendar": row("GET POST", ADMIN, pk="calendar"),
    "sla:special_days": row("GET POST", ADMIN, pk="calendar", year="=2026"),
    "sla:policies": row("GET", ADMIN),
    "sla:policy_add": row("GET POST", ADMIN),
    "sla:policy": row("GET POST", ADMIN, pk="policy"),
    "sla:contracts": row("GET", LEADS),
    "sla:contract_add": row("GET POST", LEADS),
    "sla:contract": row("GET POST", LEADS, pk="contract"),
    # Articles at the desk, and the public guides.
    "knowledge:articles": row("GET", EVERYBODY),
    "knowledge:add": row("GET POST", WRITERS),
    "knowledge:categories": row("GET", LEADS),
    "knowledge:category_add": row("GET POST", LEADS),
    "knowledge:category": row("GET POST", LEADS, pk="category"),
    "knowledge:file": row("GET", EVERYBODY, pk="article_file"),
    "knowledge:file_remove": row("POST", WRITERS, pk="article_file"),
    "knowledge:article": row("GET", EVERYBODY, pk="article"),
    "knowledge:edit": row("GET POST", WRITERS, pk="article"),
    "knowledge:upload": row("POST", WRITERS, pk="article"),
    "knowledge:publish": row("POST", LEADS, pk="article"),
    "knowledge:withdraw": row("POST", LEADS, pk="article"),
    "knowledge:retire": row("GET POST", LEADS, pk="article"),
    "knowledge:bring_back": row("POST", LEADS, pk="article"),
    "knowledge:answers_read": row("POST", WRITERS, pk="article"),
    "knowledge:versions": row("GET", EVERYBODY, pk="article", language="=fi"),
    "knowledge:restore": row("POST", WRITERS, pk="article", version="article_version"),
    "knowledge:switches": row("GET POST", ADMIN),
    "help:robots": row("GET", PUBLIC),
    "help:start": row("GET", PUBLIC),
    "help:article": row("GET", PUBLIC, slug="article_slug"),
    "help:opened": row("POST", PUBLIC, slug="article_slug"),
    "help:feedback": row("POST", PUBLIC, slug="article_slug"),
    "help:file": row("GET", PUBLIC, pk="article_file"),
    # What became of the promises, and the wall board.
    "reports:promises": row("GET", READERS),
    "reports:behind": row("GET", READERS),
    "reports:export": row("POST", READERS),
    "reports:board": row("GET", DESK),
    "reports:linked": row("GET", PUBLIC, token="board_token"),
    "reports:boards": row("GET", ADMIN),
    "reports:board_add": row("GET POST", ADMIN),
    "reports:board_revoke": row("POST", ADMIN, pk="board"),
    # Tables that are loaded.
    "imports:tables": row("GET POST", ADMIN),
    "imports:table": row("GET POST", ADMIN, pk="table"),
    "imports:refused": row("GET", ADMIN, pk="done_table"),
    "imports:table_remove": row("POST", ADMIN, pk="spare_table"),
    # Mail that goes out.
    "outbox:templates": row("GET", ADMIN),
    "outbox:template": row("GET POST", ADMIN, purpose="=details", language="=fi"),
    "outbox:template_reset": row("POST", ADMIN, purpose="=details", language="=fi"),
    "outbox:transport": row("GET POST", ADMIN),
    "outbox:transport_remove": row("POST", ADMIN),
    "outbox:signing": row("GET POST", ADMIN),
    "outbox:signing_check": row("POST", ADMIN, pk="signing_key"),
    "outbox:signing_remove": row("POST", ADMIN, pk="signing_key"),
    # Calls to other programs.
    "outbox:webhooks": row("GET", ADMIN),
    "outbox:webhook_add": row("GET POST", ADMIN),
    "outbox:webhook": row("GET POST", ADMIN, pk="webhook"),
    "outbox:webhook_secret": row("POST", ADMIN, pk="webhook"),
    "outbox:webhook_test": row("POST", ADMIN, pk="webhook"),
    "outbox:webhook_remove": row("POST", ADMIN, pk="spare_webhook"),
    "outbox:webhook_again": row("POST", ADMIN, pk="webhook_call"),
    # Behind mail links: the token is the right.
    "portal:work": row("GET", PUBLIC, token="work_token"),
    "portal:code": row("POST", PUBLIC, token="work_token"),
    "portal:new_code": row("POST", PUBLIC, token="work_token"),
    "portal:new_link": row("POST", PUBLIC, token="work_token"),
    "portal:work_file": row("GET", PUBLIC, token="work_token", pk="work_file"),
    "portal:act": row("POST", PUBLIC, token="work_token", verb="=start"),
    "portal:confirm": row("GET", PUBLIC, token="confirm_token"),
    "portal:works": row("POST", PUBLIC, token="confirm_token"),
    "portal:broken": row("POST", PUBLIC, token="confirm_token"),
    "portal:new_confirm_link": row("POST", PUBLIC, token="confirm_token"),
    "portal:confirm_file": row("GET", PUBLIC, token="confirm_token", pk="confirm_file"),
    "portal:rate": row("GET POST", PUBLIC, token="rate_token"),
    # The portal: its door, and what requesters find behind it.
    "portal:sign_in": row("GET POST", PUBLIC),
    "portal:type_code": row("GET POST", PUBLIC),
    "portal:style": row("GET", PUBLIC),
    "portal:logo": row("GET", PUBLIC),
    "portal:leave": row("POST", REQUESTERS),
    "portal:tickets": row("GET", REQUESTERS),
    "portal:ask": row("GET POST", REQUESTERS),
    "portal:suggest": row("POST", REQUESTERS),
    "portal:solved": row("POST", REQUESTERS),
    "portal:ticket": row("GET", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:write": row("POST", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:ticket_works": row("POST", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:ticket_broken": row("POST", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:ticket_close": row("POST", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:ticket_invite": row("POST", THEIRS, NOT_THEIRS, number="ticket"),
    "portal:file": row("GET", THEIRS, NOT_THEIRS, pk="attachment"),
    "portal:picture": row("GET", THEIRS, NOT_THEIRS, pk="attachment"),
    "portal:details": row("GET POST", REQUESTERS),
    "portal:data": row("GET", REQUESTERS),
    "portal:wish": row("POST", REQUESTERS),
    # The desk's side of it.
    "portal:settings": row("GET POST", ADMIN),
    "portal:aftercare": row("GET POST", ADMIN),
    "portal:access": row("GET POST", LEADS, pk="requester"),
    "portal:invite": row("POST", LEADS, pk="requester"),
}


def names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    """Every named address in the resolver; one without a name stands here as its pattern, and so has no row."""
    found: list[str] = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            found.append(prefix + (entry.name or str(entry.pattern)))
        else:
            found += names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
    return found
