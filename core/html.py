"""What a stranger's HTML may still do once it is shown: be read, and nothing else."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

MAX_CHARS = 2_000_000
# nh3 needs time in the square of the depth: 1.1 s for 20,000 open tags, 47 s for 100,000.
MAX_TAGS = 20_000
# The same for ampersands: 0.2 s for 100,000, 31 s for 1,500,000.
MAX_AMPERSANDS = 100_000
# libxml2 silently drops everything below 256 levels: deeper HTML goes the plain way, which loses no word.
MAX_LAYOUT_DEPTH = 200
# inscriptis pads each cell to its column's width: fine for thousands of cells, slow for more.
MAX_LAYOUT_CHARS = 500_000

TAGS = frozenset(
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "  # noqa: SIM905
    "figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong "
    "sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan", "valign"},
    "th": {"align", "colspan", "rowspan", "valign"},
}
# Elements whose content is not prose: it goes together with the tag.
SILENT = frozenset(
    "applet audio canvas embed iframe math noembed noframes noscript object script select style svg template "  # noqa: SIM905
    "textarea title video xmp".split()
)
LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
BREAKING = frozenset("br p div tr li table ul ol h1 h2 h3 h4 h5 h6 hr blockquote pre".split())  # noqa: SIM905

# The default profile indents each div and puts spaces around spans, in the middle of words too.
LAYOUT = ParserConfig(css=CSS_PROFILES["strict"])
OPENING = re.compile(r"<[a-zA-Z]")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<!--.*?(?:-->|\Z)|<[!?][^<>]*>", re.DOTALL)
BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class CleanHtml:
    """HTML that is safe to place in a page, and how many remote images it no longer loads."""

    html: str
    blocked_images: int


@dataclass(slots=True)
class _AttributeFilter:
    """Keeps links that leave by a known scheme and images that came inside the mail."""

    blocked: set[str] = field(default_factory=set)

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        # Brackets in a value would mislead whoever counts tags in the result.
        value = value.strip().replace("<", "%3C").replace(">", "%3E")
        if attribute == "href":
            # A relative link would point into our own pages.
            return value if value.lower().startswith(LINK_SCHEMES) else None
        if attribute == "src" and not value.lower().startswith("cid:"):
            self.blocked.add(value)
            return None
        return value


def sanitise_mail(source: str) -> CleanHtml:
    """Reduce a mail's HTML to an allowlist of tags and attributes.

    No script, style, class, id, form, frame, data-*, hx-* or event attribute survives. Images stay only as `cid:`
    references, for the caller to rewrite to its own attachment addresses; every other image is blocked and counted.
    Links keep http, https, mailto and tel and open outside the page. Never raises: HTML too long or too deep to be
    worth the time is shown as its plain text.
    """
    source = source.replace("\x00", "")
    if _is_costly(source, MAX_CHARS):
        return CleanHtml(text_to_html(_strip(source)), 0)
    keep = _AttributeFilter()
    cleaned = nh3.clean(
        source,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        clean_content_tags=set(SILENT),
        generic_attribute_prefixes=set(),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
    )
    return CleanHtml(cleaned.strip(), len(keep.blocked))


def html_to_text(source: str) -> str:
    """The words of some HTML, laid out with tables and lists, in time linear in its length.

    It reads the sanitised form, so that text and HTML views show the same words. Never raises.
    """
    source = source.replace("\x00", "")
    if _is_costly(source, MAX_LAYOUT_CHARS):
        return _tidy(_strip(source))
    cleaned = sanitise_mail(source).html
    if _depth(cleaned) > MAX_LAYOUT_DEPTH:
        return _tidy(_strip(cleaned))
    return _tidy(str(get_text(cleaned, LAYOUT)))


def text_to_html(text: str) -> str:
    """Plain text as paragraphs; nothing in it is markup."""
    paragraphs = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n"))
    return "\n".join(f"<p>{html.escape(p).replace(chr(10), '<br>')}</p>" for p in paragraphs if p.strip())


def _is_costly(source: str, max_chars: int) -> bool:
    if len(source) > max_chars or source.count("&") > MAX_AMPERSANDS:
        return True
    return sum(1 for _ in OPENING.finditer(source)) > MAX_TAGS


def _depth(cleaned: str) -> int:
    """The nesting of sanitised HTML, where each element is closed."""
    depth = deepest = 0
    for match in TAG.finditer(cleaned):
        closing, name = match.group(1), match.group(2)
        if name is None or name.lower() in VOID:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _strip(source: str) -> str:
    """Text without tags, one pass, no tree: the way out for HTML built to be expensive."""
    pieces: list[str] = []
    position, silent = 0, ""
    for match in TAG.finditer(source):
        if not silent:
            pieces.append(source[position : match.start()])
        position = match.end()
        name = (match.group(2) or "").lower()
        if silent:
            silent = "" if match.group(1) and name == silent else silent
        elif name in SILENT and not match.group(1):
            silent = name
        elif name in BREAKING:
            pieces.append("\n")
    if not silent:
        pieces.append(source[position:])
    return html.unescape("".join(pieces))


def _tidy(text: str) -> str:
    lines = (line.replace("\xa0", " ").rstrip() for line in text.splitlines())
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
