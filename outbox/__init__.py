"""The only door out for mail."""
