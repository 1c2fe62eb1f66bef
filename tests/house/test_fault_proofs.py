"""The list of fault proofs names what is there, and nothing that is there is left off it."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bench.faults.__main__ import FAULTS

ROOT = Path(settings.BASE_DIR)
PROOFS = [(name, proof) for name, fault in FAULTS.items() for proof in (*fault.where, *fault.program[:1])]


@pytest.mark.parametrize(("name", "proof"), PROOFS)
def test_each_proof_is_where_the_list_says(name: str, proof: str) -> None:
    file, _, test = proof.partition("::")
    text = (ROOT / file).read_text()

    assert f"def {test.partition('[')[0]}" in text
    assert not file.startswith("bench/faults/") or (text.startswith(f'"""{name}: ') and "pytest.mark.prove" in text)


def test_every_proof_is_listed() -> None:
    listed = {ROOT / proof for _, proof in PROOFS}

    assert [file.name for file in (ROOT / "bench" / "faults").glob("test_*.py") if file not in listed] == []


def test_without_a_name_it_lists_them() -> None:
    told = subprocess.run([sys.executable, "-m", "bench.faults"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert [line.split()[0] for line in told.stdout.splitlines() if not line.startswith(" ")] == [*FAULTS]


def test_a_fault_that_nobody_knows_is_refused() -> None:
    told = subprocess.run([sys.executable, "-m", "bench.faults", "X99"], cwd=ROOT, capture_output=True, check=False)

    assert told.returncode == 2
