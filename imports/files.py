"""An export as a directory or a zip archive: names beside one another, and no way out of it."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

# A file that a desk sent by mail is smaller; larger ones are refused before they are read.
MOST_BYTES = 100 * 2**20
# What reading a damaged or encrypted entry of an archive raises.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


class NoFile(ValueError):
    """A name that leads to no file of the export; the words say why."""


class Store(Protocol):
    """Files by their name, with forward slashes, relative to the export."""

    def names(self, directory: str) -> list[str]:
        """The files directly in a directory, in order."""

    def read(self, name: str) -> bytes:
        """Raises NoFile."""


def checked(name: str) -> PurePosixPath:
    """The name as a path inside the export.

    Raises NoFile for one that could lead out of it.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\x00" in name or not path.parts:
        raise NoFile(f"“{name}” is no path inside the export")
    return path


class Directory:
    """An export that lies open on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def names(self, directory: str) -> list[str]:
        place = self._root / checked(directory)
        if not place.is_dir():
            return []
        return sorted(f"{directory}/{file.name}" for file in place.iterdir() if file.is_file())

    def read(self, name: str) -> bytes:
        path = (self._root / checked(name)).resolve()
        if not path.is_relative_to(self._root) or not path.is_file():
            raise NoFile(f"there is no file “{name}” in the export")
        if path.stat().st_size > MOST_BYTES:
            raise NoFile(f"“{name}” is larger than {MOST_BYTES // 2**20} MB")
        return path.read_bytes()


class Archive:
    """An export in one zip file; nothing is unpacked on the disk."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._known = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}

    def names(self, directory: str) -> list[str]:
        parent = checked(directory)
        return sorted(name for name in self._known if PurePosixPath(name).parent == parent)

    def read(self, name: str) -> bytes:
        entry = self._known.get(str(checked(name)))
        if entry is None:
            raise NoFile(f"there is no file “{name}” in the export")
        try:
            with self._archive.open(entry) as file:
                content = file.read(MOST_BYTES + 1)
        except (*BROKEN, OSError) as error:
            raise NoFile(f"“{name}” cannot be read: {error}") from None
        if len(content) > MOST_BYTES:
            raise NoFile(f"“{name}” is larger than {MOST_BYTES // 2**20} MB")
        return content

    def open(self, name: str) -> IO[bytes]:
        """A large file to be read bit by bit."""
        return self._archive.open(self._known[name])

    def lines_name(self) -> str | None:
        """The name of the archive's one file of JSON Lines."""
        found = [name for name in self._known if name.endswith(".jsonl") and "/" not in name]
        return found[0] if len(found) == 1 else None


@contextmanager
def opened(path: Path) -> Iterator[Directory | Archive]:
    """The export at a path: a directory, an archive, or what lies beside a file of lines.

    Raises NoFile for something else.
    """
    if path.is_dir():
        yield Directory(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield Archive(archive)
    elif path.is_file():
        yield Directory(path.parent)
    else:
        raise NoFile(f"There is no {path}.")
