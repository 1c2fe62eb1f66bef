"""A database as a busy installation has it after years: tenants, people, tickets, conversations, logs, promises.

Rows go in by COPY, from one process for each core; what follows from them is made by PostgreSQL itself. Foreign keys,
triggers and indexes of the large tables are out of the way meanwhile, and made again from their own definitions, so
that they are those of the migrations. Run by bench/pages.py on the throw-away database of its run, as the owner.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from django.db import connection

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.models import Membership, Office, Tenant
from accounts.scope import tenant_scope
from accounts.services.tenants import add_member, create_tenant, join_team
from bench.fill_rows import LONG, MESSAGES, Share
from helpdesk.embedded.layout import BASE_DIR
from tickets.models import Queue, Status
from tickets.services.setup import Desk, grant_queue, prepare_desk

TENANTS, LARGEST, CORES = 20, 0.4, 2
AGENTS, QUEUES, CUSTOMERS = 20, 10, 2_000
BIG = ("tickets_ticket", "tickets_message", "tickets_ticketevent", "sla_timer", "tickets_ticketwords")
# What a session of the owner may take while nobody else works.
ROOM = "SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2; SET work_mem = '256MB'"
# How a row of the log, a promise, a file and the words follow from tickets and messages, for ids between two.
FOLLOWING = [
    """
    INSERT INTO tickets_ticketevent
        (tenant_id, ticket_id, kind, at, recorded_at, actor_kind, member_id, actor_name, data)
    SELECT t.tenant_id, t.id, entry.kind, entry.at, entry.at, 'member', m.id, u.name, entry.data
    FROM tickets_ticket t
    JOIN LATERAL (SELECT min(id) AS id FROM accounts_membership WHERE tenant_id = t.tenant_id) first ON true
    JOIN accounts_membership m ON m.id = coalesce(t.assignee_id, first.id) JOIN accounts_user u ON u.id = m.user_id
    CROSS JOIN LATERAL (VALUES
        ('received', t.received_at, '{"channel": "mail"}'::jsonb),
        ('status', t.received_at, jsonb_build_object('class', 'new', 'status', (
            SELECT s.id FROM tickets_status s WHERE s.tenant_id = t.tenant_id AND s.status_class = 'new'))),
        ('policy', t.received_at, (
            SELECT jsonb_build_object('rule', '', 'policy', p.name, 'reason', 'default', 'contract', '', 'priority',
                t.priority, 'policy_version', v.id, 'calendar_version', c.current_id)
            FROM sla_policy p JOIN sla_policyversion v ON v.id = p.current_id
            JOIN sla_calendar c ON c.id = v.calendar_id WHERE p.tenant_id = t.tenant_id)),
        ('assigned', t.work_started_at, jsonb_build_object('name', u.name, 'before', null, 'member', m.id)),
        ('status', t.last_activity_at, jsonb_build_object('class', t.status_class, 'status', t.status_id))
    ) AS entry (kind, at, data)
    WHERE t.id > %s AND t.id <= %s AND (entry.kind <> 'assigned' OR t.assignee_id IS NOT NULL)
        AND entry.at IS NOT NULL
    """,
    """
    INSERT INTO tickets_ticketevent
        (tenant_id, ticket_id, kind, at, recorded_at, actor_kind, member_id, requester_id, actor_name, data)
    SELECT tenant_id, ticket_id, CASE kind WHEN 'requester' THEN 'message' ELSE kind END, at, at,
        CASE kind WHEN 'requester' THEN 'requester' ELSE 'member' END, member_id, requester_id, author_name,
        jsonb_build_object('message', id)
    FROM tickets_message WHERE ticket_id > %s AND ticket_id <= %s
    """,
    """
    INSERT INTO sla_timer (tenant_id, subject, metric, cycle, state, started_at, due_at, target_seconds,
        elapsed_seconds, paused_seconds, fulfilled_at, next_action_at, next_step, policy_version_id,
        calendar_version_id)
    SELECT t.tenant_id, t.id, metric, 0, CASE WHEN ended IS NULL THEN 'running' ELSE 'met' END,
        t.received_at, coalesce(t.next_due_at, t.received_at + interval '5 days'), 144000, 0, 0, ended,
        CASE WHEN ended IS NULL THEN now() + interval '30 days' END, NULL, v.id, c.current_id
    FROM tickets_ticket t JOIN sla_policy p ON p.tenant_id = t.tenant_id
    JOIN sla_policyversion v ON v.id = p.current_id JOIN sla_calendar c ON c.id = v.calendar_id
    CROSS JOIN LATERAL (
        VALUES ('first_response', t.first_responded_at), ('resolution', t.resolved_at)
    ) AS promised (metric, ended)
    WHERE t.id > %s AND t.id <= %s
    """,
    """
    INSERT INTO tickets_attachment
        (tenant_id, ticket_id, message_id, name, content_type, size, storage_key, content_id, inline)
    SELECT tenant_id, ticket_id, id, 'kuva-' || ticket_id || '.jpg', 'image/jpeg', 100000, md5(id::text), '', false
    FROM tickets_message WHERE ticket_id %% 20 = 0 AND kind = 'note' AND ticket_id > %s AND ticket_id <= %s
    """,
    """
    INSERT INTO tickets_ticketwords (tenant_id, ticket_id, words)
    SELECT tenant_id, id, words_of(tenant_id, all_told(tenant_id, id)) FROM tickets_ticket
    WHERE id > %s AND id <= %s
    """,
]


@dataclass(frozen=True, slots=True)
class Filled:
    """Where the pages are asked for: the largest tenant, one of its agents, a queue, and two tickets of hers."""

    tenant: Tenant
    agent: Membership
    queue: int
    short: int
    long: int
    tickets: int
    steps: dict[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.steps.values())


def fill(tickets: int = 1_000_000, *, tenants: int = TENANTS) -> Filled:
    """Fill the database of the default connection, empty but for its migrations, with so many tickets in all."""
    steps, url = Steps(), owner_url()
    shares, tenant, agent = people(url, tickets, tenants)
    steps.done("people")
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(ROOM)
        put_back = take_away(line)
        in_processes(url, shares)
        steps.done("tickets and messages")
        line.execute("CREATE INDEX fill_messages ON tickets_message (ticket_id)")
        line.execute("ANALYZE tickets_ticket, tickets_message")
        follow(url, shares)
        line.execute("DROP INDEX fill_messages")
        steps.done("log, promises, words")
        in_threads(url, put_back)
        steps.done("indexes and keys")
        set_counters(line)
        line.execute("VACUUM ANALYZE")
        steps.done("analyse")
    largest = shares[0]
    last = 1000 + largest["count"]
    return Filled(tenant, agent, largest["queues"][0], last - 1, last, tickets, steps.taken)


class Steps:
    """What each step took, in seconds."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._began = time.monotonic()

    def done(self, name: str) -> None:
        now = time.monotonic()
        self.taken[name], self._began = now - self._began, now


def owner_url() -> str:
    """The owner's connection string to the database that Django's own connection is at."""
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("host", "port", "user", "password", "dbname") if facts.get(name)}
    return psycopg.conninfo.make_conninfo(**wanted)


def share_of(tickets: int, number: int, tenants: int) -> int:
    """How many tickets a tenant has: the first most, the others the rest in equal parts."""
    largest = int(tickets * LARGEST)
    return largest if number == 0 else (tickets - largest) // (tenants - 1)


def people(url: str, tickets: int, tenants: int) -> tuple[list[Share], Tenant, Membership]:
    """Tenants with desks and members, made by the services, and their customers; the largest, and an agent of it."""
    shares: list[Share] = []
    places, first, first_message = [], 1, 1
    for number in range(tenants):
        tenant = create_tenant(
            slug=f"desk{number}", name=f"Desk {number}", language="fi", time_zone="Europe/Helsinki", country="FI"
        )
        count = share_of(tickets, number, tenants)
        share = {"tenant": tenant.pk, "first": first, "first_message": first_message, "count": count}
        share |= {"begin": 0, "end": count, "largest": number == 0}
        with tenant_scope(tenant.pk):
            agent = _desk(share, tenant, number)
        shares.append(share)
        places.append((tenant, agent))
        first, first_message = first + count, first_message + count * MESSAGES + LONG
    with psycopg.connect(url, autocommit=True) as line:
        for share in shares:
            _customers(line, share)
    return shares, *places[0]


def _desk(share: Share, tenant: Tenant, number: int) -> Membership:
    office = Office.objects.get()
    desk = prepare_desk(office, address=f"support@{tenant.slug}.example", today=date(2026, 1, 1))
    members = []
    for place in range(AGENTS if share["largest"] else 3):
        # The first is the agent whose pages are asked for, the last administers.
        role = Role.ADMIN if place and place == (AGENTS if share["largest"] else 3) - 1 else Role.AGENT
        email = f"agent{place}@{tenant.slug}.example"
        members.append(add_member(email=email, name=f"Aino Agentti{place}", roles=[role], office=office, by=SYSTEM))
        join_team(desk.team, members[-1])
    queues = [desk.queue, *_queues(desk, office, QUEUES - 1 if share["largest"] else 2)]
    share["queues"] = [queue.pk for queue in queues]
    share["members"] = [(member.pk, f"Aino Agentti{place}") for place, member in enumerate(members)]
    share["statuses"] = dict(Status.objects.filter(is_default=True).values_list("status_class", "pk"))
    share["customers"] = CUSTOMERS if share["largest"] else CUSTOMERS // TENANTS
    share["office"] = office.pk
    return Membership.objects.select_related("user", "office").get(pk=members[0].pk)


def _queues(desk: Desk, office: Office, count: int) -> Iterator[Queue]:
    for number in range(count):
        queue = Queue.objects.create(name=f"Jono {number}", address=desk.queue.address, office=office)
        grant_queue(desk.team, queue)
        yield queue


def _customers(line: "psycopg.Connection[Any]", share: Share) -> None:
    """Customers with two requesters each, whose ids follow one another."""
    ids = {"tenant": share["tenant"], "office": share["office"], "count": share["customers"]}
    made = """
        WITH made AS (
            INSERT INTO accounts_customer (tenant_id, name, business_id, country, city, office_id, language)
            SELECT %(tenant)s, 'Yritys ' || n || ' Oy', '', 'FI', '', %(office)s, 'fi'
            FROM generate_series(1, %(count)s) AS n RETURNING id
        ) SELECT min(id) FROM made
    """
    share["first_customer"] = line.execute(made, ids).fetchone()[0]  # type: ignore[index]
    asking = """
        WITH made AS (
            INSERT INTO accounts_requester
                (tenant_id, name, customer_id, language, title, phone, created_at, sees_company, takes_receipts,
                takes_surveys)
            SELECT %(tenant)s, 'Pyytäjä ' || n, %(first)s + n / 2, 'fi', '', '', now(), false, true, true
            FROM generate_series(0, 2 * %(count)s - 1) AS n RETURNING id, tenant_id
        ), written AS (
            INSERT INTO accounts_requesteraddress
                (tenant_id, requester_id, email, is_primary, undeliverable_reason)
            SELECT tenant_id, id, 'p' || id || '@yritys.example', true, '' FROM made
        ) SELECT min(id) FROM made
    """
    ids["first"] = share["first_customer"]
    share["first_requester"] = line.execute(asking, ids).fetchone()[0]  # type: ignore[index]


def take_away(line: "psycopg.Connection[Any]") -> list[str]:
    """Drop foreign keys and indexes of the large tables, still their triggers; returns what puts all of it back."""
    keys = line.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(BIG)],
    ).fetchall()
    indexes = line.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
        "(SELECT FROM pg_constraint WHERE conname = indexname)",
        [list(BIG)],
    ).fetchall()
    for table, name, _ in keys:
        line.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        line.execute(f'DROP INDEX "{name}"')
    for table in ("tickets_ticket", "tickets_message", "tickets_attachment"):
        line.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    back = [definition for _, definition in sorted(indexes, key=lambda index: "gin" not in index[1])]
    back += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in keys]
    return back


def in_processes(url: str, shares: list[Share]) -> None:
    """One process for each core, with as many tickets each."""
    rest, half = shares[1:], shares[0]["count"] // 2
    parts: list[list[Share]] = [[shares[0] | {"end": half}], [shares[0] | {"begin": half}]]
    for number, share in enumerate(rest):
        parts[number % CORES].append(share)
    running = []
    for part in parts:
        process = subprocess.Popen([sys.executable, "-m", "bench.fill_rows"], stdin=subprocess.PIPE, cwd=BASE_DIR)
        assert process.stdin is not None
        process.stdin.write(json.dumps({"url": url, "shares": part}).encode())
        process.stdin.close()
        running.append(process)
    assert [process.wait() for process in running] == [0] * len(running)


def follow(url: str, shares: list[Share]) -> None:
    """What PostgreSQL makes of tickets and messages itself, each half by a session of its own."""
    last = shares[-1]["first"] + shares[-1]["count"]
    ends = [last * number // 4 for number in range(5)]

    def make(first: int, end: int) -> None:
        with psycopg.connect(url, autocommit=True) as line:
            line.execute(ROOM)
            for statement in FOLLOWING:
                line.execute(statement, [first, end])

    with ThreadPoolExecutor(CORES) as hands:
        list(hands.map(make, ends[:-1], ends[1:]))


def in_threads(url: str, statements: list[str]) -> None:
    """Indexes side by side, then keys, which wait for one another anyway."""

    def run(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as line:
            line.execute(ROOM)
            line.execute(statement)

    with ThreadPoolExecutor(CORES) as hands:
        list(hands.map(run, [each for each in statements if each.startswith("CREATE")]))
    for statement in statements:
        if not statement.startswith("CREATE"):
            run(statement)


def set_counters(line: "psycopg.Connection[Any]") -> None:
    """What numbers the next rows goes on behind those that were copied; triggers work again."""
    for table in ("tickets_ticket", "tickets_message"):
        line.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    line.execute(
        "INSERT INTO tickets_ticketcounter (tenant_id, last_number) "
        "SELECT tenant_id, max(number) FROM tickets_ticket GROUP BY 1"
    )
    for table in ("tickets_ticket", "tickets_message", "tickets_attachment"):
        line.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
