"""Pages about incoming mail."""
