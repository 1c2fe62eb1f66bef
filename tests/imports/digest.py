"""Everything that an import writes, as one digest: apart from ids, and from when it was written."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import connection

# Ids of rows are told by what the rows are; instants of the import itself as nothing.
TOLD = {
    "tickets": """
        SELECT t.number, t.title, t.kind, t.priority, t.status_class, s.status_class, t.channel, q.name, c.name,
            r.name, t.product_id, m.user_id, t.contract_id, p.number, i.number, t.copies, t.solution, t.received_at,
            t.work_started_at, t.first_responded_at, t.resolved_at, t.closed_at, t.scheduled_until,
            t.last_activity_at, CASE WHEN t.last_word_at < %(began)s THEN t.last_word_at END,
            t.next_metric, t.next_due_at, t.clock_paused_at
        FROM tickets_ticket t JOIN tickets_status s ON s.id = t.status_id JOIN tickets_queue q ON q.id = t.queue_id
        JOIN accounts_requester r ON r.id = t.requester_id LEFT JOIN accounts_customer c ON c.id = t.customer_id
        LEFT JOIN accounts_membership m ON m.id = t.assignee_id LEFT JOIN tickets_ticket p ON p.id = t.parent_id
        LEFT JOIN tickets_ticket i ON i.id = t.merged_into_id
    """,
    "origins": """
        SELECT t.number, o.source, o.external_id, o.number, o.messages, o.work, o.merges_into, o.follows
        FROM tickets_origin o JOIN tickets_ticket t ON t.id = o.ticket_id
    """,
    "messages": """
        SELECT t.number, m.kind, w.user_id, r.name, m.author_name, m.text, m.quoted, m.html, m.at, m.mail_id,
            m.outgoing_id, m.delivered_at, m.caution
        FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id
        LEFT JOIN accounts_membership w ON w.id = m.member_id LEFT JOIN accounts_requester r ON r.id = m.requester_id
    """,
    "files": """
        SELECT t.number, m.mail_id, f.name, f.content_type, f.size, f.storage_key, f.content_id, f.inline
        FROM tickets_attachment f JOIN tickets_ticket t ON t.id = f.ticket_id
        JOIN tickets_message m ON m.id = f.message_id
    """,
    "log": """
        SELECT t.number, e.kind, CASE WHEN e.at < %(began)s THEN e.at END, e.actor_kind, m.user_id, r.name,
            e.actor_name, e.data - 'message' - 'entry', rank() OVER (PARTITION BY t.id ORDER BY e.at, e.id)
        FROM tickets_ticketevent e JOIN tickets_ticket t ON t.id = e.ticket_id
        LEFT JOIN accounts_membership m ON m.id = e.member_id LEFT JOIN accounts_requester r ON r.id = e.requester_id
    """,
    "said in the log": """
        SELECT t.number, e.kind, m.mail_id, m.text, w.minutes FROM tickets_ticketevent e
        JOIN tickets_ticket t ON t.id = e.ticket_id
        LEFT JOIN tickets_message m ON m.id = (e.data->>'message')::bigint
        LEFT JOIN tickets_workentry w ON w.id = (e.data->>'entry')::bigint
    """,
    "work": """
        SELECT t.number, m.user_id, y.name, w.minutes, w.ended_at, w.text FROM tickets_workentry w
        JOIN tickets_ticket t ON t.id = w.ticket_id JOIN accounts_membership m ON m.id = w.member_id
        JOIN tickets_worktype y ON y.id = w.work_type_id
    """,
    "tags": """
        SELECT t.number, g.name FROM tickets_tickettag x JOIN tickets_ticket t ON t.id = x.ticket_id
        JOIN tickets_tag g ON g.id = x.tag_id
    """,
    "words": """
        SELECT t.number, md5(w.words::text) FROM tickets_ticketwords w JOIN tickets_ticket t ON t.id = w.ticket_id
    """,
    "people": """
        SELECT r.name, c.name, r.language, r.phone, a.email, a.is_primary FROM accounts_requester r
        LEFT JOIN accounts_customer c ON c.id = r.customer_id
        LEFT JOIN accounts_requesteraddress a ON a.requester_id = r.id
    """,
    "customers": "SELECT name, country, language FROM accounts_customer",
    "counter": "SELECT last_number FROM tickets_ticketcounter",
}
# What an import must leave alone.
UNTOUCHED = ["outbox_outgoingmail", "outbox_webhookcall", "sla_timer", "tickets_notice", "tickets_accesslink"]


def digests(began: datetime) -> dict[str, tuple[int, str]]:
    """By name how many rows there are and their digest, in the tenant in scope."""
    return {name: _digest(sql, began) for name, sql in TOLD.items()}


def _digest(sql: str, began: datetime) -> tuple[int, str]:
    whole, count = hashlib.sha256(), 0
    asked = f"SELECT told::text FROM ({sql}) AS told ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(asked, {"began": began})
        while rows := cursor.fetchmany(5_000):
            count += len(rows)
            for row in rows:
                whole.update(row[0].encode())
    return count, whole.hexdigest()


def counts() -> dict[str, Any]:
    """Rows of the tables that an import must not write to."""
    found = {}
    with connection.cursor() as cursor:
        for table in UNTOUCHED:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found
