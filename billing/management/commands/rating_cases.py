"""Check the rating against a file of worked cases. Needs no database and no broker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.cases import CaseError, differences, load


class Command(BaseCommand):
    help = "Rate every case of a file and print what differs; exit with 1 if anything does."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON file of cases, see billing/cases.py")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        try:
            cases = load(options["file"])
            for case in cases:
                found = differences(case)
                failed += bool(found)
                self.stdout.write(f"{case.id} ok" if not found else f"{case.id} {case.title}")
                for difference in found:
                    self.stdout.write(f"  {difference}")
        except (CaseError, OSError) as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"{failed} of {len(cases)} cases differ")
