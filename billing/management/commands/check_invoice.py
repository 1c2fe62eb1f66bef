"""Check an invoice that was written to a file. Needs no database and no broker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.documents.checking import check


class Command(BaseCommand):
    help = "Check a Finvoice, Peppol, XRechnung or Factur-X document; print ok, or what is wrong and exit with 1."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="an XML file, or a PDF with one in it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = check(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(str(error)) from error
        for finding in report.findings:
            self.stdout.write(str(finding))
        if report.errors:
            raise CommandError(f"{len(report.errors)} errors")
        self.stdout.write("ok")
