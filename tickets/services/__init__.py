"""Verbs that change tickets: one transaction, the ticket locked, an event for each change."""
