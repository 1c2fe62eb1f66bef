"""`manage.py parse_mail FILE...`: what is understood of mails kept in files, one line of JSON each."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mailintake.record import Record, failure, record_of, record_of_text


class Command(BaseCommand):
    help = "Prints one line of JSON for each file, in the order given. Stores nothing and needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="A mail as received.")
        parser.add_argument("--text", action="store_true", help="The files are bare text bodies without headers.")

    def handle(self, *args: object, **options: Any) -> None:
        for file in options["files"]:
            record = {"file": file, **_read(Path(file), is_text=options["text"])}
            self.stdout.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode())


def _read(path: Path, *, is_text: bool) -> Record:
    try:
        raw = path.read_bytes()
        return record_of_text(raw) if is_text else record_of(raw)
    except Exception as error:  # noqa: BLE001 - one bad file must not keep the others from being read
        return failure(f"{type(error).__name__}: {error}")
