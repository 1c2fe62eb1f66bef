"""Tenants, people, customers and the audit log."""

from accounts.models.absences import Absence
from accounts.models.audit import AuditEntry
from accounts.models.base import CurrentTenant, TenantManager, TenantModel, TenantQuerySet
from accounts.models.customers import Customer, CustomerDomain, Module, Product, Requester, RequesterAddress
from accounts.models.members import LegalEntity, Membership, Office, Team, TeamMember
from accounts.models.tenants import Tenant, TenantHost
from accounts.models.users import User
from accounts.models.versions import SettingVersion

__all__ = [
    "Absence",
    "AuditEntry",
    "CurrentTenant",
    "Customer",
    "CustomerDomain",
    "LegalEntity",
    "Membership",
    "Module",
    "Office",
    "Product",
    "Requester",
    "RequesterAddress",
    "SettingVersion",
    "Team",
    "TeamMember",
    "Tenant",
    "TenantHost",
    "TenantManager",
    "TenantModel",
    "TenantQuerySet",
    "User",
]
