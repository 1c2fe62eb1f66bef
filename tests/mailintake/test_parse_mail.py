"""The command of support: one line of JSON for each file, whatever the file is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from bench.mutations import damage
from mailintake.record import record_of, record_of_text

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data" / "mail"
KEYS = {
    *("file", "from", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references", "text"),
    *("reply_text", "attachments", "attachment_names", "attachment_sizes", "is_auto_reply", "is_bounce"),
    *("bounce_recipients", "is_feedback_report", "error"),
}


def parse_mail(*files: Path, **options: Any) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("parse_mail", *map(str, files), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_file_has_a_line_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "noise.eml").write_bytes(b"\x00\xff" * 100)
    files = [OWN / "outlook_reply_fi.eml", tmp_path / "noise.eml", tmp_path / "missing.eml", OWN / "bounce_dsn.eml"]

    records = parse_mail(*files)

    assert [record["file"] for record in records] == [str(file) for file in files]
    assert [record["error"] is None for record in records] == [True, False, False, True]
    assert all(record.keys() >= KEYS and record.keys() == records[0].keys() for record in records)
    assert records[2]["error"].startswith("FileNotFoundError: ")


def test_a_bounce_is_told_in_full() -> None:
    [record] = parse_mail(OWN / "bounce_dsn.eml")
    assert (record["is_bounce"], record["is_auto_reply"], record["attachments"]) == (True, True, 1)
    assert (
        record["bounce_recipients"][0].items()
        >= {"address": "eino@asiakas.example", "dsn": "5.1.1", "hard": True}.items()
    )
    assert record["bounced_ids"] == ["90.c3d4@vaste.example"]


def test_a_bare_text_is_parted_too(tmp_path: Path) -> None:
    plain, html = tmp_path / "a.txt", tmp_path / "a.html"
    plain.write_text("Toimii.\n\nOn 3.2.2026 Tuki <tuki@vaste.example> wrote:\n> Kokeile.\n")
    html.write_text('<?xml version="1.0"?><html><body><p>Toimii.</p><p>From: x</p></body></html>')
    assert [record["reply_text"] for record in parse_mail(plain, html, text=True)] == ["Toimii.", "Toimii.\n\nFrom: x"]


def test_a_bare_winmail_dat_is_opened() -> None:
    assert record_of(b"\x78\x9f\x3e\x22\x01\x00")["error"] is None


def test_it_runs_where_nothing_was_ever_started(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "VASTE_DATA_DIR": str(tmp_path / "var"), "HOME": str(tmp_path)}
    command = [sys.executable, "manage.py", "parse_mail", str(OWN / "latin1_text.eml")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True)
    assert json.loads(done.stdout)["subject"] == "Häiriö Jyväskylässä"


@pytest.mark.skipif("VASTE_SHARED" not in os.environ, reason="VASTE_SHARED does not name the shared mail corpus")
def test_the_corpus_is_understood_above_all_bars() -> None:
    corpus = Path(os.environ["VASTE_SHARED"]) / "data" / "mail"
    command = [sys.executable, "bench/mail_corpus.py", str(corpus)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.rstrip().endswith("below the bar: nothing"), done.stdout[-2_000:] + done.stderr
    assert done.returncode == 0


SOURCES = sorted(OWN.rglob("*.eml"))


@pytest.mark.parametrize("source", SOURCES, ids=[path.stem for path in SOURCES])
def test_damaged_mails_are_read_all_the_same(source: Path) -> None:
    """A short form of bench/fuzz_mail.py."""
    raw = source.read_bytes()
    for number in range(40):
        damaged = damage(raw, f"{source.name}:{number}")
        assert json.loads(json.dumps(record_of(damaged))).keys() >= KEYS - {"file"}
        assert record_of_text(damaged)["error"] is None
