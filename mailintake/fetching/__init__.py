"""Talking to the servers that mail is fetched from. Network only: no table is read or written in here."""
