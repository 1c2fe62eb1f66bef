"""What changes people, tenants and the audit log."""
