"""Technique without nouns: HTML, tokens, template helpers, row-level security operations."""
