"""Pages of the desk, split by what they show."""
