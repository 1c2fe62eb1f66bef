"""Promises: contracts, policies, calendars and timers. Knows nothing of tickets."""
