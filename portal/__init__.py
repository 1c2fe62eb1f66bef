"""Pages for people without a desk login."""
