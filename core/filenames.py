"""Names that strangers give to files, made fit for a list, a header and a disk."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 255
MAX_SUFFIX_BYTES = 20
RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
UNWANTED = re.compile(r'[<>:"|?*]')


def clean_filename(name: str, default: str = "attachment") -> str:
    """A display name without controls, bidi marks, invisible characters or path, at most 255 bytes of UTF-8.

    The ending survives a shortening, since it tells people what the file is. An empty result becomes `default`.
    """
    visible = "".join(" " if char in "\r\n\t" else char for char in name if _is_visible(char))
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", visible))[-1]
    cleaned = re.sub(r" {2,}", " ", UNWANTED.sub("_", last)).strip(" .")
    if RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    return _shorten(cleaned) or default


def _is_visible(char: str) -> bool:
    # Cc controls, Cf bidi and zero-width marks, Cs lone surrogates, Co private use, Zl and Zp line separators.
    return char in "\r\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > MAX_SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    room = MAX_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + suffix
