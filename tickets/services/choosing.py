"""Which promises hold for a ticket: the first rule that fits, else its customer's contract, its queue, the default."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.scope import require_tenant_id
from core.sql import first_row
from sla.enums import Priority
from tickets.enums import Kind
from tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides about the promises of a ticket; ids, None where unknown. `on` is the day of its reception."""

    customer: int | None
    product: int | None
    queue: int
    kind: Kind | str
    priority: Priority | str
    on: date


@dataclass(frozen=True, slots=True)
class Choice:
    """The versions of policy and calendar chosen for a ticket, and why: "rule", "contract", "queue" or "default".

    The contract is the customer's of that day, whoever decided.
    """

    policy: str
    policy_version: int
    calendar_version: int
    contract_id: int | None
    contract_number: str
    reason: str
    rule: str


# Asked of every ticket. Of several contracts that run, the one that began last.
CHOICES = """
    WITH contract AS (
        SELECT id, number, policy_id, calendar_id FROM sla_contract
        WHERE tenant_id = %(tenant)s AND customer_id = %(customer)s
        AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)
        ORDER BY starts_on DESC, id LIMIT 1
    ), rule AS (
        SELECT name, policy_id, calendar_id FROM tickets_promiserule
        WHERE tenant_id = %(tenant)s
        AND (customer_id IS NULL OR customer_id = %(customer)s) AND (product_id IS NULL OR product_id = %(product)s)
        AND (queue_id IS NULL OR queue_id = %(queue)s)
        AND kind IN ('', %(kind)s) AND priority IN ('', %(priority)s)
        ORDER BY position, id LIMIT 1
    )
    SELECT policy.name, policy.current_id, calendar.current_id,
        (SELECT id FROM contract), coalesce((SELECT number FROM contract), ''), chosen.reason, chosen.rule
    FROM (
        SELECT 1 AS rank, policy_id, calendar_id, 'rule' AS reason, name AS rule FROM rule
        UNION ALL SELECT 2, policy_id, calendar_id, 'contract', '' FROM contract
        UNION ALL SELECT 3, policy_id, NULL, 'queue', '' FROM tickets_queue
            WHERE tenant_id = %(tenant)s AND id = %(queue)s
        UNION ALL SELECT 4, id, NULL, 'default', '' FROM sla_policy WHERE tenant_id = %(tenant)s AND is_default
    ) AS chosen
    JOIN sla_policy AS policy ON policy.tenant_id = %(tenant)s AND policy.id = chosen.policy_id
    JOIN sla_policyversion AS version ON version.tenant_id = %(tenant)s AND version.id = policy.current_id
    JOIN sla_calendar AS calendar ON calendar.tenant_id = %(tenant)s AND calendar.current_id IS NOT NULL
        AND calendar.id = coalesce(chosen.calendar_id, version.calendar_id)
    ORDER BY chosen.rank
    LIMIT 1
"""


def facts_of(ticket: Ticket) -> Facts:
    """Those of a ticket, also of one that is not yet written. A day begins at midnight where the ticket is served."""
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    return Facts(
        customer=ticket.customer_id,
        product=ticket.product_id,
        queue=ticket.queue_id,
        kind=ticket.kind,
        priority=ticket.priority,
        on=day_at(ticket.received_at, office.time_zone),
    )


def day_at(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def choose(facts: Facts) -> Choice | None:
    """The promises for a ticket of these facts; None where nothing is promised."""
    asked = {"customer": facts.customer, "product": facts.product, "queue": facts.queue, "on": facts.on}
    found = first_row(CHOICES, tenant=require_tenant_id(), kind=str(facts.kind), priority=str(facts.priority), **asked)
    return Choice(*found) if found else None
