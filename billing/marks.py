"""Marks texts of pure modules for the catalogues of translations; who shows them translates."""


def gettext_noop(message: str) -> str:
    """The message itself; its name is what the extraction of messages looks for."""
    return message
