"""`make backup` and `make restore`: one tar file with the database, the uploaded files and the secrets.

python -m helpdesk.embedded.backup create [FILE]        while the services run
python -m helpdesk.embedded.backup restore FILE         while they do not
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote, urlsplit

from helpdesk.embedded.environment import (
    SECRET_NAMES,
    load_secrets,
    require_running,
    service_environment,
    uses_embedded_postgres,
    write_private,
)
from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR, Layout, claim_data_dir, requested_data_dir
from helpdesk.embedded.postgres import TOOL_ENVIRONMENT, run_tool, usable_binaries
from helpdesk.embedded.processes import Guard
from helpdesk.embedded.services import Services, lock, make_directory
from helpdesk.embedded.supervisor import Supervisor

FORMAT = 1
_MANIFEST, _DUMP, _SECRETS, _FILES = "manifest.json", "database.dump", "secrets.json", "files"


def create(layout: Layout, identity: Identity, target: Path) -> Path:
    """Write a backup of the running installation to `target`, which appears only when it is whole.

    The dump comes first: files are never changed, only added, so each file that the dump names is in the archive.
    """
    if uses_embedded_postgres():
        require_running(layout)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    with tempfile.TemporaryDirectory(prefix="vaste-backup-", dir="/tmp" if identity.drops else None) as name:  # noqa: S108
        dump = _staging(Path(name), identity) / _DUMP
        _postgres_tool(layout, identity, "pg_dump", "--format=custom", f"--file={dump}")
        manifest = {"format": FORMAT, "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            _add_bytes(archive, _MANIFEST, json.dumps(manifest).encode())
            _add_bytes(archive, _SECRETS, json.dumps(_secrets(layout)).encode())
            archive.add(dump, _DUMP)
            if layout.files.is_dir():
                archive.add(layout.files, _FILES)
    unfinished.rename(target)
    return target


def restore(layout: Layout, identity: Identity, source: Path) -> Path | None:
    """Put the backup in the place of what the data directory holds.

    The launcher has to be stopped. What was there is kept in a directory beside it, whose path is returned (None if
    there was nothing), and comes back if the restoring fails.
    """
    names = _checked_members(source)
    held = lock(layout, identity)
    former = layout.data / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    try:
        moved = _set_aside(layout, former)
        try:
            with tarfile.open(source) as archive:
                _restore_files(layout, identity.of_programs(BASE_DIR), archive, names)
                write_private(layout, identity, layout.secrets.name, _open(archive, _SECRETS).read())
                _restore_database(layout, identity, archive, held)
        except BaseException:
            _put_back(layout, former, moved)
            raise
    finally:
        os.close(held)
    return former if moved else None


def _secrets(layout: Layout) -> dict[str, str]:
    given = {name: os.environ[name] for name in SECRET_NAMES if os.environ.get(name)}
    return {**load_secrets(layout), **given}


def _postgres_tool(layout: Layout, identity: Identity, name: str, *arguments: str) -> None:
    """Run it on the installation's database as the owner. A password goes by the environment, which `ps` hides."""
    url = urlsplit(os.environ.get("DATABASE_OWNER_URL") or service_environment(layout)["DATABASE_OWNER_URL"])
    env = {**TOOL_ENVIRONMENT, "PGPASSWORD": unquote(url.password or "")}
    if url.password:
        url = url._replace(netloc=f"{url.username}@{url.netloc.rpartition('@')[2]}")
    path = usable_binaries(layout, identity) / name
    result = run_tool(path, f"--dbname={url.geturl()}", *arguments, identity=identity, env=env)
    if result.returncode != 0:
        raise LaunchError(f"{name} failed: {result.stderr.strip()}")


def _staging(directory: Path, identity: Identity) -> Path:
    """A directory below a fresh one of ours that the services' user may write to."""
    if not identity.drops:
        return directory
    directory.chmod(0o711)
    staging = directory / "data"
    staging.mkdir(mode=0o700)
    os.chown(staging, identity.uid, identity.gid)
    return staging


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


def _checked_members(source: Path) -> list[str]:
    """Names of the uploaded files in the archive. Anything but plain files in their places is refused."""
    try:
        with tarfile.open(source) as archive:
            members = [member for member in archive.getmembers() if not member.isdir()]
            manifest = json.load(_open(archive, _MANIFEST))
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        raise LaunchError(f"{source} is no backup of Vaste ({error}).") from error
    if manifest.get("format") != FORMAT:
        raise LaunchError(f"{source} was written by another version of Vaste (format {manifest.get('format')}).")
    files = []
    for member in members:
        path = PurePosixPath(member.name)
        if not member.isfile() or path.is_absolute() or ".." in path.parts:
            raise LaunchError(f"{source} holds {member.name}, which does not belong in a backup.")
        if path.parts[0] == _FILES:
            files.append(member.name)
    return files


def _open(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file


def _set_aside(layout: Layout, former: Path) -> list[Path]:
    """Move away what a restore replaces, the broker's tasks included: they belong to the former state."""
    moved = [path for path in (layout.cluster, layout.valkey, layout.files, layout.secrets) if path.exists()]
    if moved:
        former.mkdir(mode=0o700)
    for path in moved:
        path.rename(former / path.name)
    return moved


def _put_back(layout: Layout, former: Path, moved: list[Path]) -> None:
    failed = layout.data / f"{former.name}-failed"
    for path in (layout.cluster, layout.valkey, layout.files, layout.secrets):
        if path.exists():
            failed.mkdir(mode=0o700, exist_ok=True)
            path.rename(failed / path.name)
    for path in moved:
        (former / path.name).rename(path)
    with contextlib.suppress(OSError):
        former.rmdir()


def _restore_files(layout: Layout, identity: Identity, archive: tarfile.TarFile, names: list[str]) -> None:
    make_directory(layout.files, identity)
    for name in names:
        target = layout.data / PurePosixPath(name)
        _make_parents(target.parent, layout.files, identity)
        _extract(archive, name, target, identity)


def _make_parents(directory: Path, top: Path, identity: Identity) -> None:
    if directory != top and not directory.is_dir():
        _make_parents(directory.parent, top, identity)
        make_directory(directory, identity)


def _extract(archive: tarfile.TarFile, name: str, target: Path, identity: Identity) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if identity.drops:
            os.fchown(descriptor, identity.uid, identity.gid)
        shutil.copyfileobj(_open(archive, name), file)


def _restore_database(layout: Layout, identity: Identity, archive: tarfile.TarFile, held: int) -> None:
    dump = layout.data / "restore.dump"
    dump.unlink(missing_ok=True)
    _extract(archive, _DUMP, dump, identity)
    try:
        with _running_services(layout, identity, held):
            _postgres_tool(layout, identity, "pg_restore", "--single-transaction", "--exit-on-error", str(dump))
    finally:
        dump.unlink()


@contextlib.contextmanager
def _running_services(layout: Layout, identity: Identity, held: int) -> Iterator[None]:
    guard = Guard(hold=held)
    supervisor = Supervisor(guard, print)
    try:
        Services(layout, identity, supervisor).start()
        yield
    finally:
        supervisor.stop()
        guard.close()


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit status 1 with a message where something is wrong."""
    parser = argparse.ArgumentParser(prog="backup", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("action", choices=("create", "restore"))
    parser.add_argument("file", nargs="?", type=Path)
    options = parser.parse_args(arguments)
    try:
        layout, identity = claim_data_dir(requested_data_dir())
        if options.action == "create":
            name = f"vaste-{datetime.now(UTC):%Y%m%dT%H%M%S}.tar"
            print(create(layout, identity, (options.file or layout.backups / name).absolute()))
        elif options.file is None:
            parser.error("restore needs the file")
        else:
            former = restore(layout, identity, options.file.absolute())
            print(f"Restored. The former data is in {former}." if former else "Restored.")
    except LaunchError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
