"""Take over the tickets of another desk; see docs/import.md."""

import io
import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Tenant
from imports.files import Archive, Directory, NoFile, opened
from imports.format import MOST_LINE, OldTicket, Trouble, read_line, read_ticket
from imports.mapping import ZAMMAD, Mapping, WrongMapping
from imports.services.drafts import Options
from imports.services.places import NoQueue
from imports.services.running import Import, Report
from imports.zammad import Zammad


class Command(BaseCommand):
    help = "Take over tickets from a file of JSON Lines, or from answers of Zammad's REST API. May be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the web address of the tenant")
        parser.add_argument("file", type=Path, help="a .jsonl file, or a directory or .zip with Zammad's answers")
        parser.add_argument("--mapping", type=Path, help="a JSON file that says what words of the other desk mean")
        parser.add_argument("--dry-run", action="store_true", help="say what would come, and change nothing")
        parser.add_argument("--clocks", action="store_true", help="count promises of open tickets from now on")
        parser.add_argument("--refused", type=Path, help="write what is refused, and why, to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        now, trial = timezone.now(), options["dry_run"]
        try:
            with opened(options["file"]) as files:
                mapping = _mapping(options["mapping"])
                how = Options(now, clocks=options["clocks"], keeps_files=not trial)
                work = Import(tenant.pk, files, mapping, how, trial=trial, tell=self._tell)
                report = work.run(_tickets(options["file"], files, mapping, now))
        except (NoFile, WrongMapping) as error:
            raise CommandError(str(error)) from None
        except NoQueue:
            raise CommandError(f"{tenant.slug} has no queue yet.") from None
        self._say(report, trial=trial)
        if options["refused"]:
            _write_refused(options["refused"], report.done.troubles)

    def _tell(self, report: Report) -> None:
        done = report.done
        self.stderr.write(f"{done.tickets + done.unchanged + done.continued} tickets, {report.refused} refused")

    def _say(self, report: Report, *, trial: bool) -> None:
        done = report.done
        self.stdout.write("Nothing was changed. It would bring:" if trial else "Taken over:")
        self.stdout.write(
            f"  {done.tickets} tickets, {done.messages} messages, {done.files} files, {done.work} work entries, "
            f"{done.requesters} requesters, {done.customers} customers"
        )
        self.stdout.write(f"  {done.continued} tickets went on, {done.unchanged} were here already")
        self.stdout.write(f"  {report.joined} put together, {report.waiting} wait for a ticket that is not here")
        for (field, word, meaning), count in sorted(report.used.items()):
            self.stdout.write(f"  {field} {word or '(none)'} -> {meaning}: {count}")
        self.stdout.write(f"  {report.refused} refused")
        for trouble in done.troubles:
            self.stdout.write(f"    {trouble}")


def _mapping(path: Path | None) -> Mapping:
    try:
        return Mapping.read(json.loads(path.read_text()) if path else {}, ZAMMAD)
    except (OSError, ValueError) as error:
        raise WrongMapping(f"{path}: {error}") from None


def _tickets(path: Path, files: Directory | Archive, mapping: Mapping, now: datetime) -> Iterator[OldTicket | Trouble]:
    """Out of lines where there are some, else out of Zammad's answers."""
    if lines := _lines(path, files):
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield read_line(line, f"line {number}", mapping, now)
        return
    for found in Zammad(files, mapping.minutes_per_unit).lines():
        yield found if isinstance(found, Trouble) else read_ticket(found[1], found[0], mapping, now)


def _lines(path: Path, files: Directory | Archive) -> Iterator[str] | None:
    if isinstance(files, Archive):
        name = files.lines_name()
        return _cut(io.TextIOWrapper(files.open(name), "utf-8-sig", "replace")) if name else None
    return None if path.is_dir() else _cut(path.open(encoding="utf-8-sig", errors="replace"))


def _cut(file: io.TextIOWrapper) -> Iterator[str]:
    """Lines, none read further than lines may be long."""
    with file:
        while line := file.readline(MOST_LINE + 1):
            yield line
            while len(line) > MOST_LINE and not line.endswith("\n"):
                line = file.readline(MOST_LINE + 1)


def _write_refused(path: Path, troubles: Iterable[Trouble]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for each in troubles:
            facts = {"place": each.place, "id": each.id, "path": each.path, "words": each.words}
            file.write(json.dumps(facts, ensure_ascii=False) + "\n")
