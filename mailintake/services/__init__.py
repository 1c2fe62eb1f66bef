"""Receiving, understanding and placing mail."""
