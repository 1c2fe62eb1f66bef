"""A logo that somebody uploads, drawn anew: only pixels come through, however the file was made. Pure."""

import io
import warnings

LARGEST = 2 * 2**20
# What a file of few bytes may claim to be, and what is left of it: 60 mm by 16 mm in print.
MOST_PIXELS = 16_000_000
BOX = (1200, 480)


class NoPicture(ValueError):
    """Neither PNG nor JPEG, broken, or too large."""


def drawn_anew(content: bytes) -> bytes:
    """The picture as a PNG on white, without whatever else the file carried. Raises NoPicture."""
    from PIL import Image  # noqa: PLC0415  # megabytes, which a logo needs once in years

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as broken:
        raise NoPicture("no PNG or JPEG") from broken


def _drawn(content: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415  # likewise

    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NoPicture("too many pixels")
        seen = picture.convert("RGBA")
    seen.thumbnail(BOX)
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    target = io.BytesIO()
    white.save(target, "PNG", optimize=True)
    return target.getvalue()
