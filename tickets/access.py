"""Fetching tickets with permission: outside the tenant or out of sight 404, in sight without the right 403."""

from datetime import datetime
from functools import cache
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404

from accounts.access import check
from accounts.models import Module, Product, RequesterAddress
from accounts.requests import MemberRequest
from accounts.written import written_once
from sla.models import Contract
from tickets.models import Follower, Notice, Origin, Queue, Rating, Relation, SideConversation, Ticket, TicketTag
from tickets.models.drafts import draft_facts
from tickets.models.process import kind_name
from tickets.models.tasks import task_facts
from tickets.models.tickets import TicketQuerySet
from tickets.navigation import work_of
from tickets.own_values import values_as_json


def get_ticket(request: MemberRequest, number: int, *, may: str = "tickets.view") -> Ticket:
    """The ticket of that number.

    Raises Http404 where the member may not see it, PermissionDenied where they may not do `may`.
    """
    near = Ticket.objects.select_related("status", "queue__office", "requester", "customer", "assignee__user")
    ticket = get_object_or_404(near.visible_to(request.membership), number=number)
    ticket.seen_by = request.membership.pk
    if may != "tickets.view":
        check(request.membership, may, ticket)
    return ticket


def get_whole_ticket(request: MemberRequest, number: int) -> Ticket:
    """The ticket of that number with all that its page shows beside its columns; raises Http404 as `get_ticket`.

    `.requester_email` is where its requester is written to; where mail to it has come back, `.unreachable_since` and
    `.unreachable_why` say so. `.snoozed_until` is when the member wants to be reminded of it; `.drafts_now` is for
    `read_drafts`, `.tasks_now` for `read_tasks`; `.tags` are its tags and `.following` those who follow it, as `id`
    and `name`; `.own_values` is for `read_json`, `.kind_name` the team's own name of its kind; `.has_relations` and
    `.has_sides` say whether to look for them; `.formerly` says where it lived before, as `source` and `number`,
    `.rating` how it was, as `score` and `comment`. `.product_name`, `.module_name`, `.contract_number` and
    `.parent_number` are None where it has none.
    """
    member = request.membership
    ticket: Any = get_object_or_404(_whole().visible_to(member), number=number)
    ticket.seen_by = member.pk
    address = ticket.address_now or {"email": None, "since": None, "why": ""}
    ticket.requester_email, ticket.unreachable_why = address["email"], address["why"]
    ticket.unreachable_since = _moment(address["since"])
    ticket.snoozed_until = _moment({each["member"]: each["until"] for each in ticket.snoozes_now}.get(member.pk))
    # The page knows the member's queues in any case.
    known = {queue.pk: queue for queue in work_of(request).queues}
    if ticket.queue_id in known:
        ticket.queue = known[ticket.queue_id]
    return cast(Ticket, ticket)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


@cache
def _whole() -> TicketQuerySet:
    """Made once: most of what such a query costs is to make it, then to plan its joins, then to compile it.

    So what few tickets have is asked for by its name and not joined, and nothing depends on who asks.
    """
    addresses = RequesterAddress.objects.filter(requester=OuterRef("requester")).order_by("-is_primary", "pk")
    address = JSONObject(email="email", since="undeliverable_since", why="undeliverable_reason")
    snoozes = Notice.objects.snoozes().filter(ticket=OuterRef("pk"))
    tags = TicketTag.objects.filter(ticket=OuterRef("pk")).order_by("tag__key")
    following = Follower.objects.present().filter(ticket=OuterRef("pk")).order_by("member__user__name")
    ratings = Rating.objects.filter(ticket=OuterRef("pk"), score__isnull=False).order_by("-answered_at")
    origins = Origin.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    relations = Relation.objects.filter(Q(ticket=OuterRef("pk")) | Q(other=OuterRef("pk")))
    rows = Ticket.objects.select_related("requester", "customer", "assignee__user").annotate(
        formerly=Subquery(origins.values_list(JSONObject(source="source", number="number"))[:1]),
        rating=Subquery(ratings.values_list(JSONObject(score="score", comment="comment"))[:1]),
        drafts_now=draft_facts(),
        has_relations=Exists(relations),
        has_sides=Exists(SideConversation.objects.filter(ticket=OuterRef("pk"))),
        tags=ArraySubquery(tags.values_list(JSONObject(id="tag", name="tag__name"))),
        own_values=ArraySubquery(values_as_json()),
        kind_name=kind_name(),
        following=ArraySubquery(following.values_list(JSONObject(id="member", name="member__user__name"))),
        tasks_now=task_facts(),
        snoozes_now=ArraySubquery(snoozes.values_list(JSONObject(member="member", until="send_at"))),
        address_now=Subquery(addresses.values_list(address)[:1]),
        product_name=Subquery(Product.objects.filter(pk=OuterRef("product")).values("name")),
        module_name=Subquery(Module.objects.filter(pk=OuterRef("module")).values("name")),
        contract_number=Subquery(Contract.objects.filter(pk=OuterRef("contract")).values("number")),
        parent_number=Subquery(Ticket.objects.filter(pk=OuterRef("parent")).values("number")),
    )
    return written_once(rows)


def get_queue(request: MemberRequest, pk: int) -> Queue:
    """The queue, where it is open to the member; Http404 otherwise."""
    return get_object_or_404(Queue.objects.open_to(request.membership), pk=pk)
