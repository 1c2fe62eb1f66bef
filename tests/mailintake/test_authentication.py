from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake.authentication import SenderProof, prove_sender
from mailintake.parsing import parse

OWN = Path(__file__).parents[1] / "data" / "mail"
TRUSTED = frozenset({"mx.vaste.example"})
SERVER = "mx.vaste.example"


def prove(*results: str, sender: str = "agent@firma.example", received: bool = True) -> SenderProof:
    lines = [f"Authentication-Results: {result}" for result in results]
    lines += ["Received: from x by mx.vaste.example"] * received
    head = "\n".join([*lines, f"From: {sender}", "Subject: x"])
    return prove_sender(parse(f"{head}\n\nx".encode()), trusted=TRUSTED)


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        ("dmarc=pass header.from=firma.example", "dmarc=pass firma.example"),
        ("dmarc=pass (p=reject dis=none) header.from=Firma.Example", "dmarc=pass firma.example"),
        ("spf=fail smtp.mailfrom=x.example; dkim=pass header.d=firma.example", "dkim=pass firma.example"),
        ("dkim=pass header.i=@firma.example header.s=s1", "dkim=pass firma.example"),
        ("dkim=fail header.d=a.example; dkim=pass header.d=firma.example", "dkim=pass firma.example"),
    ],
)
def test_an_aligned_pass_proves_the_sender(result: str, detail: str) -> None:
    assert prove(f"{SERVER}; {result}") == SenderProof(True, detail)


def test_a_parent_domain_signs_for_its_children_and_not_the_other_way() -> None:
    assert prove(f"{SERVER}; dkim=pass header.d=firma.example", sender="a@mail.firma.example").passed
    assert not prove(f"{SERVER}; dkim=pass header.d=evil.firma.example").passed
    assert not prove(f"{SERVER}; dkim=pass header.d=example").passed
    assert not prove(f"{SERVER}; dkim=pass header.d=notfirma.example").passed


@pytest.mark.parametrize(
    "result",
    [
        f"{SERVER}; none",
        f"{SERVER}; dmarc=fail header.from=firma.example; dkim=pass header.d=firma.example",
        f"{SERVER}; dmarc=pass header.from=evil.example",
        f"{SERVER}; dmarc=pass",
        f"{SERVER}; dkim=pass header.d=evil.example",
        f"{SERVER}; spf=pass smtp.mailfrom=agent@firma.example",
        f"{SERVER}; dkim=neutral header.d=firma.example",
        f"{SERVER}; (dmarc=pass header.from=firma.example) none",
        f"{SERVER}; x=y z",
        f"{SERVER} 14; dmarc=pass header.from=firma.example",
        f"{SERVER}.evil.example; dmarc=pass header.from=firma.example",
        "mx.evil.example; dmarc=pass header.from=firma.example",
        "; dmarc=pass header.from=firma.example",
        f"{SERVER}; " + "(" * 5_000,
        f"{SERVER}; dmarc=pass header.from=firma.example; " + "x" * 10_000,
    ],
)
def test_everything_else_proves_nothing(result: str) -> None:
    assert not prove(result).passed


def test_only_the_topmost_header_counts() -> None:
    forged = f"{SERVER}; dmarc=pass header.from=firma.example"
    assert not prove(f"{SERVER}; dkim=none", forged).passed
    assert not prove("mx.other.example; none", forged).passed
    assert prove(forged, "mx.other.example; dmarc=fail header.from=firma.example").passed


def test_a_mail_no_server_has_received_is_not_vouched_for() -> None:
    assert not prove(f"{SERVER}; dmarc=pass header.from=firma.example", received=False).passed


@pytest.mark.parametrize(
    "sender", ["a@firma.example, b@evil.example", "a@firma.example\nFrom: a@firma.example", "nobody"]
)
def test_an_unclear_sender_is_never_proven(sender: str) -> None:
    assert not prove(f"{SERVER}; dmarc=pass header.from=firma.example", sender=sender).passed


def test_nothing_is_trusted_by_default() -> None:
    mail = parse((OWN / "outlook_reply_fi.eml").read_bytes())
    assert prove_sender(mail, trusted=TRUSTED).passed
    assert not prove_sender(mail, trusted=frozenset()).passed


@given(st.text(max_size=200))
def test_no_header_raises(value: str) -> None:
    assert not prove(f"{SERVER}; {value}", sender="a@unsaid.example").passed
