"""Whether the receiving server vouches for the sender, read from the one header it wrote itself."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

import authres

from mailintake.parsing import ParsedMail

MAX_HEADER = 8_192


@dataclass(frozen=True, slots=True)
class SenderProof:
    """`passed`: the From domain itself is proven. `detail`: the evidence, or why there is none."""

    passed: bool
    detail: str


class Property(Protocol):
    type: str
    name: str
    value: str


class Result(Protocol):
    method: str
    result: str
    properties: list[Property]


def prove_sender(mail: ParsedMail, *, trusted: Set[str]) -> SenderProof:
    """Judge by the topmost Authentication-Results header, if its authserv-id is in `trusted` (lower case).

    Only that one counts. Servers prepend, so whatever stands below it, or below a header of an unknown server, may
    have come with the mail (RFC 8601, 7.1). `trusted` may only name servers that add the header to every mail. Passes
    with dmarc=pass for the From domain, or with dkim=pass signed by that domain or its parent; dmarc=fail refuses.
    """
    domain = mail.from_.domain
    if not domain or len(mail.headers.all("from")) != 1:
        return SenderProof(False, "no single sender")
    if "received" not in mail.headers:
        return SenderProof(False, "no server has received it")
    top = mail.headers.get("authentication-results")
    if not top:
        return SenderProof(False, "no Authentication-Results")
    read = _read(top)
    if read is None:
        return SenderProof(False, "Authentication-Results unreadable")
    server, results = read
    if server not in trusted:
        return SenderProof(False, f"{server} is not trusted")
    return _judge(domain, results)


def _read(value: str) -> tuple[str, list[Result]] | None:
    if len(value) > MAX_HEADER:
        return None
    try:
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except (authres.AuthResError, RecursionError, ValueError):
        return None
    return str(header.authserv_id).lower(), list(header.results)


def _judge(domain: str, results: list[Result]) -> SenderProof:
    verdicts = {
        result.result.lower() for result in results if result.method == "dmarc" and _value(result, "from") == domain
    }
    if "fail" in verdicts:
        return SenderProof(False, f"dmarc=fail {domain}")
    if "pass" in verdicts:
        return SenderProof(True, f"dmarc=pass {domain}")
    for result in results:
        signer = _value(result, "d") or _value(result, "i").rpartition("@")[2]
        if result.method == "dkim" and result.result.lower() == "pass" and _is_aligned(domain, signer):
            return SenderProof(True, f"dkim=pass {signer}")
    return SenderProof(False, f"nothing aligned with {domain}")


def _is_aligned(domain: str, signer: str) -> bool:
    """The signer is the domain or a parent of it with a name of its own, never a subdomain run by someone else."""
    return bool(signer) and (domain == signer or ("." in signer and domain.endswith(f".{signer}")))


def _value(result: Result, name: str) -> str:
    for found in result.properties:
        if found.type == "header" and found.name.lower() == name:
            return str(found.value).strip().lower().rstrip(".")
    return ""
