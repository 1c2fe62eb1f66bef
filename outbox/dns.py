"""Asking DNS for a record. Network: never inside a tenant's scope."""

import dns.exception
import dns.resolver

ANSWER_SECONDS = 10


class NoAnswer(Exception):
    """The name servers did not answer."""


def text_records(name: str) -> list[str]:
    """The TXT records of a name, each in one piece; none for a name without.

    Raises NoAnswer.
    """
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=ANSWER_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise NoAnswer(str(error)) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
