"""Fetching tickets with permission: outside the tenant or out of sight 404, in sight without the right 403."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404

from accounts.access import check
from accounts.models import RequesterAddress
from accounts.requests import MemberRequest
from tickets.models import Follower, Notice, Origin, Queue, Rating, SideConversation, Ticket, TicketTag
from tickets.models.drafts import draft_facts
from tickets.models.process import kind_name
from tickets.models.relations import related_of
from tickets.models.tasks import task_facts
from tickets.own_values import values_as_json

RELATED = (
    "status",
    "queue",
    "queue__office",
    "requester",
    "customer",
    "product",
    "module",
    "module__product",
    "assignee__user",
    "contract",
    "parent",
)


def get_ticket(request: MemberRequest, number: int, *, may: str = "tickets.view") -> Ticket:
    """The ticket of that number, with its requester's address as `.requester_email`.

    Where mail to it has come back, `.unreachable_since` and `.unreachable_why` say so; `.snoozed_until` is when the
    member wants to be reminded of it; `.drafts_now` is for `read_drafts`, `.tasks_now` for `read_tasks`; `.tags` are
    its tags and `.following` those who follow it, as `id` and `name`; `.linked_to` and `.linked_from` are what
    `related_of` gives, `.own_values` is for `read_json`, `.kind_name` the team's own name of its kind, `.has_sides`
    whether there are side conversations; `.formerly` says where it lived before, as `source` and `number`;
    `.rating` says how it was, as `score` and `comment`.

    Raises Http404 where the member may not see it, PermissionDenied where they may not do `may`.
    """
    addresses = RequesterAddress.objects.filter(requester=OuterRef("requester")).order_by("-is_primary", "pk")
    tickets = Ticket.objects.visible_to(request.membership).select_related(*RELATED)
    snoozes = Notice.objects.snoozes().filter(ticket=OuterRef("pk"), member=request.membership)
    tags = TicketTag.objects.filter(ticket=OuterRef("pk")).order_by("tag__key")
    following = Follower.objects.present().filter(ticket=OuterRef("pk")).order_by("member__user__name")
    ratings = Rating.objects.filter(ticket=OuterRef("pk"), score__isnull=False).order_by("-answered_at")
    origins = Origin.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    tickets = tickets.annotate(
        formerly=Subquery(origins.values_list(JSONObject(source="source", number="number"))[:1]),
        rating=Subquery(ratings.values_list(JSONObject(score="score", comment="comment"))[:1]),
        drafts_now=draft_facts(),
        linked_to=related_of(request.membership, forwards=True),
        linked_from=related_of(request.membership, forwards=False),
        tags=ArraySubquery(tags.values_list(JSONObject(id="tag", name="tag__name"))),
        own_values=ArraySubquery(values_as_json()),
        kind_name=kind_name(),
        following=ArraySubquery(following.values_list(JSONObject(id="member", name="member__user__name"))),
        tasks_now=task_facts(),
        has_sides=Exists(SideConversation.objects.filter(ticket=OuterRef("pk"))),
        snoozed_until=Subquery(snoozes.values("send_at")),
        requester_email=Subquery(addresses.values("email")[:1]),
        unreachable_since=Subquery(addresses.values("undeliverable_since")[:1]),
        unreachable_why=Subquery(addresses.values("undeliverable_reason")[:1]),
    )
    ticket = get_object_or_404(tickets, number=number)
    ticket.seen_by = request.membership.pk
    if may != "tickets.view":
        check(request.membership, may, ticket)
    return ticket


def get_queue(request: MemberRequest, pk: int) -> Queue:
    """The queue, where it is open to the member; Http404 otherwise."""
    return get_object_or_404(Queue.objects.open_to(request.membership), pk=pk)
