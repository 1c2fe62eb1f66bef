"""Requests as the views see them, after the middleware has found tenant and member."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.actors import Actor
from accounts.models import Membership, Tenant, User


class TenantRequest(HttpRequest):
    """A request to a tenant's host."""

    tenant: Tenant
    # Set by django-htmx: whether a fragment is asked for.
    htmx: HtmxDetails


class MemberRequest(TenantRequest):
    """A request of a signed-in member of the tenant."""

    user: User
    membership: Membership
    actor: Actor
