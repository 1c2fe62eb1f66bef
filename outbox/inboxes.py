"""Whose mailbox an address leads to, however it is written."""

# Their users get mail to the address with or without the dots.
WITHOUT_DOTS = frozenset({"gmail.com", "googlemail.com"})


def inbox_of(address: str) -> str:
    """The address as mails are counted by it: lower case, without an extension (RFC 5233, `otto+any@`).

    Not one to write to: what stands before the plus is not everywhere a mailbox.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in WITHOUT_DOTS else local}@{domain}"[:254]
