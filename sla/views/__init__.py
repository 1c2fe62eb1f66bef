"""Pages of calendars, policies and contracts."""
