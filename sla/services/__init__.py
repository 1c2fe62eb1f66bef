"""What changes calendars, policies and stored promises."""
