"""Attachment bytes: stored under their own digest, so that writing twice is writing once.

The file is written before the row that names it is committed; a crash between the two leaves a file without a row,
never a row without its file.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage


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


def _sync_directory(directory: Path) -> None:
    """Without it a power cut may forget the name of a file whose bytes are safe."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(tenant_id: int, content: bytes) -> str:
    """Keep the bytes and return their key, `<tenant>/<first two hex digits>/<sha256 hex>`."""
    digest = hashlib.sha256(content).hexdigest()
    key = f"{tenant_id}/{digest[:2]}/{digest}"
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(content))
    return key


def load(key: str) -> bytes:
    """The bytes behind a key.

    Raises FileNotFoundError where the storage has lost them.
    """
    with default_storage.open(key, "rb") as file:
        content: bytes = file.read()
    return content
