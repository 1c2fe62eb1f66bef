"""Attachment bytes: stored under their own digest, so that writing twice is writing once.

The file is written before the row that names it is committed; a crash between the two leaves a file without a row,
never a row without its file.
"""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def store(tenant_id: int, content: bytes) -> str:
    """Keep the bytes and return their key, `<tenant>/<first two hex digits>/<sha256 hex>`."""
    digest = hashlib.sha256(content).hexdigest()
    key = f"{tenant_id}/{digest[:2]}/{digest}"
    if default_storage.exists(key):
        if default_storage.size(key) == len(content):
            return key
        # What a process left that was killed while it wrote.
        default_storage.delete(key)
    saved = default_storage.save(key, ContentFile(content))
    if saved != key:
        # Another worker was faster with the same bytes.
        default_storage.delete(saved)
    return key


def load(key: str) -> bytes:
    """The bytes behind a key.

    Raises FileNotFoundError where the storage has lost them.
    """
    with default_storage.open(key, "rb") as file:
        content: bytes = file.read()
    return content
