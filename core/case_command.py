"""What the commands have in common that check a file of worked cases. They need no database and no broker."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.cases import CaseError, Difference


class CaseCommand(BaseCommand):
    """Prints what differs of each case; exits with 1 if anything does."""

    requires_system_checks = ()
    requires_migrations_checks = False
    # Where the format is described.
    described_in = ""

    def results(self, path: Path) -> Iterator[tuple[str, str, list[Difference]]]:
        """Id, title and differences of each case of the file. Raises CaseError or OSError."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=f"JSON file of cases, see {self.described_in}")

    def handle(self, *args: Any, **options: Any) -> None:
        count = failed = 0
        try:
            for name, title, differences in self.results(options["file"]):
                count, failed = count + 1, failed + bool(differences)
                self.stdout.write(f"{name} {title}" if differences else f"{name} ok")
                for difference in differences:
                    self.stdout.write(f"  {difference}")
        except (CaseError, OSError) as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"{failed} of {count} cases differ")
