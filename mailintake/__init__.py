"""Bytes in, tickets out."""
