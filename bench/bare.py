"""Bare Django views on the same database: the least SQL and a plain template, to measure the product's pages by.

No session, no menu, no components; the tenant is told to PostgreSQL as in the product, because row-level security is
no option. Served like the product, by `bench.bare:application`, with the tenant's id in VASTE_BENCH_TENANT.
"""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.bare"
application = WSGIHandler()

from accounts.scope import tenant_scope  # noqa: E402  # Django must be set up first
from bench.words import PLAIN  # noqa: E402
from sla.models import Timer  # noqa: E402
from tickets.enums import UNFINISHED  # noqa: E402
from tickets.models import Message, Ticket, TicketEvent  # noqa: E402

TENANT = int(os.environ.get("VASTE_BENCH_TENANT", "0"))
ROWS = """<!doctype html><title>Tickets</title><table>{% for t in rows %}<tr><td>{{ t.number }}<td>
<a href="/tickets/{{ t.number }}/">{{ t.title }}</a><td>{{ t.requester.name }}, {{ t.customer.name }}
<td>{{ t.priority }}<td>{{ t.status }}<td>{{ t.next_due_at|date:"c" }}<td>{{ t.assignee.user.name }}
<td>{{ t.received_at|date:"c" }}</tr>{% endfor %}</table>"""
ONE = """<!doctype html><title>{{ t.number }}</title><h1>{{ t.title }}</h1><p>{{ t.requester.name }},
{{ t.customer.name }}, {{ t.status }}, {{ t.assignee.user.name }}, {{ t.queue.name }}</p><ul>{% for m in timers %}
<li>{{ m.metric }} {{ m.due_at|date:"c" }}{% endfor %}</ul>{% for m in messages %}<h2>{{ m.author_name }},
{{ m.at|date:"c" }}</h2>{{ m.text|linebreaks }}{% endfor %}<ol>{% for e in events %}<li>{{ e.at|date:"c" }}
{{ e.kind }} {{ e.actor_name }}{% endfor %}</ol>"""
LISTED, SHOWN = engines["django"].from_string(ROWS), engines["django"].from_string(ONE)
LIST_RELATED = ("status", "requester", "customer", "assignee__user", "queue")


def listed(request: HttpRequest) -> HttpResponse:
    """The first 50 unfinished tickets of a queue by deadline."""
    with tenant_scope(TENANT):
        rows = Ticket.objects.filter(queue=request.GET["queue"], status_class__in=UNFINISHED)
        page = rows.select_related(*LIST_RELATED).by_next_deadline()[:50]
        return HttpResponse(LISTED.render({"rows": list(page)}))


def found(request: HttpRequest) -> HttpResponse:
    """The newest 50 tickets with a word in their messages, by PostgreSQL's plain full text."""
    with tenant_scope(TENANT), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # the owner, whom no policy keeps from the index
        cursor.execute(PLAIN, [TENANT, request.GET["q"]])
        ids = [pk for (pk,) in cursor.fetchall()]
        rows = Ticket.objects.filter(pk__in=ids).select_related(*LIST_RELATED).order_by("-pk")
        return HttpResponse(LISTED.render({"rows": list(rows)}))


def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """A ticket with its conversation, log and promises."""
    with tenant_scope(TENANT):
        row = Ticket.objects.select_related(*LIST_RELATED).get(number=number)
        context = {
            "t": row,
            "messages": list(Message.objects.filter(ticket=row).order_by("at", "pk")),
            "events": list(TicketEvent.objects.filter(ticket=row).order_by("at", "pk")),
            "timers": list(Timer.objects.of(row.pk)),
        }
        return HttpResponse(SHOWN.render(context))


def reply(request: HttpRequest, number: int) -> HttpResponse:
    """A row of the conversation, a row of the log, and the ticket's last activity."""
    with tenant_scope(TENANT):
        row = Ticket.objects.select_for_update().get(number=number)
        said = Message.objects.create(ticket=row, kind="reply", author_name="Bare", text="Korjaamme tänään.")
        TicketEvent.objects.create(ticket=row, kind="reply", at=said.at, actor_name="Bare", data={"message": said.pk})
        Ticket.objects.filter(pk=row.pk).update(last_activity_at=said.at)
    return HttpResponse(status=302, headers={"Location": f"/tickets/{number}/"})


def nothing(request: HttpRequest) -> HttpResponse:
    """The healthy answer that a start is waited for by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok")


urlpatterns = [
    path("healthz", nothing),
    path("list/", listed),
    path("search/", found),
    path("tickets/<int:number>/", ticket),
    path("tickets/<int:number>/reply/", reply),
]
