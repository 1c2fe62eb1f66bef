"""Attachment bytes: stored under their own digest, so that writing twice is writing once.

The file is written before the row that names it is committed; a crash between the two leaves a file without a row,
never a row without its file. `drop_unnamed` clears such files away after a day.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.utils import timezone

# A file that no row has named for a day never will be: no transaction lasts that long. Whoever stores the same bytes
# again makes a file young again long before.
DROP_AFTER, RENEW_AFTER = timedelta(hours=24), timedelta(hours=12)


class WholeFileStorage(FileSystemStorage):
    """Files that appear whole and on the disk, or not at all; saving a name again replaces its file.

    What an object storage does by itself. Django's own storage opens the final name first, so that a reader, or a
    second writer of the same name, can meet a file that is still being written or that a kill left half.
    """

    def __init__(self, location: str | None = None) -> None:
        super().__init__(location, allow_overwrite=True)

    def _save(self, name: str, content: "File[bytes]") -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")  # readable by its owner only
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(content.chunks())
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
        _sync_directory(path.parent)
        return name

    def drop(self, name: str) -> bool:
        """Delete a file unless it has been written again in the last moment: moved aside first, then looked at."""
        path = Path(self.path(name))
        aside = path.with_name(f".part-gone-{path.name}")
        try:
            os.rename(path, aside)
        except FileNotFoundError:
            return False
        if time.time() - aside.stat().st_mtime < DROP_AFTER.total_seconds():
            os.rename(aside, path)
            return False
        os.unlink(aside)
        return True


def _sync_directory(directory: Path) -> None:
    """Without it a power cut may forget the name of a file whose bytes are safe."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(tenant_id: int, content: bytes, *, archive: str = "") -> str:
    """Keep the bytes and return their key, `<tenant>/<first two hex digits>/<sha256 hex>`.

    An archive's name goes before it: what lies there is kept by law, and `drop_unnamed` never looks at it.
    """
    digest = hashlib.sha256(content).hexdigest()
    key = f"{archive}/{tenant_id}/{digest[:2]}/{digest}".lstrip("/")
    if _age(key) > RENEW_AFTER:
        default_storage.save(key, ContentFile(content))
    return key


def _age(key: str) -> timedelta:
    """How long ago a file was written; a file that is not there, longer than any other."""
    try:
        return timezone.now() - default_storage.get_modified_time(key)
    except FileNotFoundError:
        return timedelta.max


def drop_unnamed(tenant_id: int, named: Callable[[list[str]], Iterable[str]]) -> int:
    """Delete a tenant's files that are a day old and that no row names; returns how many.

    `named` says which of these keys rows name.
    """
    storage = storages["default"]
    root = Path(storage.path(str(tenant_id)))
    if not isinstance(storage, WholeFileStorage) or not root.is_dir():
        return 0
    dropped = 0
    for directory in root.iterdir():
        keys = [f"{tenant_id}/{directory.name}/{file.name}" for file in directory.iterdir()]
        old = [key for key in keys if _age(key) > DROP_AFTER]
        dropped += sum(storage.drop(key) for key in set(old).difference(named(old)))
    return dropped


def load(key: str) -> bytes:
    """The bytes behind a key.

    Raises FileNotFoundError where the storage has lost them.
    """
    with default_storage.open(key, "rb") as file:
        content: bytes = file.read()
    return content
