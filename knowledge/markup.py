"""HTML of articles: from the editor to what is stored, and from there to readers.

Stored is the project's sanitised HTML (core.html) with pictures as `cid:` and the number of their file. Trix knows no
tables, so its page carries each as an attachment with the table as its content (static/js/article_editor.js).
"""

import html
import json
import re
from collections.abc import Callable
from typing import Any

from core.html import sanitise_mail

FIGURE = re.compile(
    r"<figure\b[^>]*?\bdata-trix-attachment=(\"[^\"]*\"|'[^']*')[^>]*>.*?</figure>", re.DOTALL | re.IGNORECASE
)
SOURCE = re.compile(r"(<img\b[^>]*?\bsrc=)([\"'])[^\"']*?/knowledge/files/(\d+)/[^\"']*\2", re.IGNORECASE)
CID = re.compile(r"(<img\b[^>]*?\bsrc=\")cid:(\d+)\"", re.IGNORECASE)
HEADING = re.compile(r"<(/?)h1\b", re.IGNORECASE)


def clean(source: str) -> str:
    """What is stored of a text, whoever sent it: no script, style, class or foreign picture survives."""
    unpacked = FIGURE.sub(_unpacked, source[:500_000])
    named = SOURCE.sub(r'\1"cid:\3"', unpacked)
    # The page's own title is its only first heading.
    return HEADING.sub(r"<\1h2", sanitise_mail(named).html)


def _unpacked(match: re.Match[str]) -> str:
    """A table or a picture as plain HTML; other attachments of the editor are nothing."""
    try:
        told: Any = json.loads(html.unescape(match[1][1:-1]))
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    if isinstance(content := told.get("content"), str):
        return content
    url = told.get("url")
    name = html.escape(str(told.get("filename") or ""))
    return f'<img src="{html.escape(url)}" alt="{name}">' if isinstance(url, str) else ""


def for_readers(body: str, address: Callable[[int], str]) -> str:
    """A stored text as a page shows it, its pictures at their addresses."""
    return CID.sub(lambda match: f'{match[1]}{html.escape(address(int(match[2])))}"', body)


def pictures(body: str) -> list[int]:
    """The numbers of the files that a text shows."""
    return [int(match[2]) for match in CID.finditer(body)]
