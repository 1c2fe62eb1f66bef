"""What PostgreSQL itself says of its tables, and which of the models are whose."""

from typing import Any

from django.apps import apps
from django.db import connection, models

from core.rls import is_tenant_model

OWNER = "vaste_owner"
APP = "vaste_app"


def ask(sql: str, *args: object) -> list[tuple[Any, ...]]:
    """The rows of a statement, as the role that is in force."""
    with connection.cursor() as cursor:
        cursor.execute(sql, args or None)
        return list(cursor.fetchall())


def models_of_tables() -> list[type[models.Model]]:
    """Every model with a table of its own, the hidden ones of many-to-many fields too."""
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def tenant_models() -> list[type[models.Model]]:
    return [model for model in models_of_tables() if is_tenant_model(model) and model._meta.label not in GLOBAL]


# Tables outside every tenant, and why. Whoever adds one argues for it here.
GLOBAL = {
    "accounts.Tenant": "decides the scope, so it cannot lie inside one",
    "accounts.TenantHost": "leads from a host name to the tenant, before there is a scope",
    "accounts.User": "one person, one address, a membership in each tenant they work for",
    "accounts.User_groups": "carries a member into the grants of a team; the groups' names are random",
    "accounts.User_user_permissions": "Django's own; unused, since grants hang on objects",
    "auth.Group": "what a team's grants hang on; no name of it says anything of a tenant",
    "auth.Group_permissions": "Django's own; unused, since grants hang on objects",
    "auth.Permission": "the names of permissions, the same for all",
    "contenttypes.ContentType": "the names of models, the same for all",
    "sessions.Session": "read before the tenant's middleware can know whose it is; it carries its tenant",
    "account.EmailAddress": "allauth's list of verified addresses of the global users",
    "account.EmailConfirmation": "allauth's open confirmations of those addresses",
    "mfa.Authenticator": "the second step of the global users, its secrets sealed",
    "guardian.GroupObjectPermission": "guardian's generic grants; unused, a rule of the house forbids them",
    "guardian.UserObjectPermission": "guardian's generic grants; unused, a rule of the house forbids them",
}
APPEND_ONLY = {
    "accounts.AuditEntry",
    "accounts.SettingVersion",
    "billing.ClosedMonth",
    "billing.ExportBatch",
    "billing.ExportedInvoice",
    "billing.InvoiceFile",
    "billing.InvoicedEntry",
    "billing.InvoicedLot",
    "billing.InvoicedTicket",
    "billing.PoolMove",
    "billing.TermsVersion",
    "knowledge.ArticleVersion",
    "tickets.TicketEvent",
}
