"""Tenants, offices, people, customers, products; tenant scope, actors and the audit log."""
