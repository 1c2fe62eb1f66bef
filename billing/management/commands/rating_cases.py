"""Check the rating against a file of worked cases."""

from collections.abc import Iterator
from pathlib import Path

from billing.cases import differences, read
from core.case_command import CaseCommand
from core.cases import Difference, load


class Command(CaseCommand):
    help = "Rate every case of a file and print what differs; exit with 1 if anything does."
    described_in = "billing/cases.py"

    def results(self, path: Path) -> Iterator[tuple[str, str, list[Difference]]]:
        for case in read(load(path)):
            yield case.id, case.title, differences(case)
