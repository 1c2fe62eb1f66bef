"""Check the clock against a file of worked cases."""

from collections.abc import Iterator
from pathlib import Path

from core.case_command import CaseCommand
from core.cases import Difference, load
from sla.cases import differences, read


class Command(CaseCommand):
    help = "Evaluate every case of a file and print what differs; exit with 1 if anything does."
    described_in = "sla/cases.py"

    def results(self, path: Path) -> Iterator[tuple[str, str, list[Difference]]]:
        file = read(load(path))
        for case in file.cases:
            yield case.id, case.title, differences(case, file.calendars)
