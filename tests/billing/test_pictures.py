"""Logos: drawn anew whatever was uploaded, and refused where nothing can be drawn."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from billing.pictures import BOX, NoPicture, drawn_anew


def picture(kind="PNG", mode="RGB", size=(300, 90), colour="navy", **more):
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, kind, **more)
    return target.getvalue()


def seen(content):
    return Image.open(io.BytesIO(content), formats=["PNG"])


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "L")])
def test_what_is_drawn_is_a_png_of_the_same_picture(kind, mode):
    made = seen(drawn_anew(picture(kind, mode, colour=0)))
    assert (made.mode, made.size) == ("RGB", (300, 90))
    assert max(made.getpixel((150, 45))) <= 2


def test_jpeg_in_the_colours_of_print_is_drawn_too():
    assert seen(drawn_anew(picture("JPEG", "CMYK", colour=(0, 0, 0, 0)))).getpixel((1, 1)) == (255, 255, 255)


def test_what_shines_through_becomes_white():
    made = seen(drawn_anew(picture(mode="RGBA", colour=(255, 0, 0, 0))))
    assert made.getpixel((1, 1)) == (255, 255, 255)


def test_a_large_picture_becomes_small():
    width, height = seen(drawn_anew(picture(size=(3000, 300)))).size
    assert (width, height) == (BOX[0], 120)


def test_nothing_but_pixels_comes_through():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    once = drawn_anew(picture(pnginfo=told, icc_profile=b"secret profile") + b"<?php evil(); ?>")
    assert b"script" not in once
    assert b"iCCP" not in once
    assert b"php" not in once
    assert drawn_anew(once) == once


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# A few bytes that claim to be ten thousand million pixels.
BOMB = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
LARGE = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 5_000, 5_000, 8, 2, 0, 0, 0))


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", BOMB, LARGE,
     picture("GIF", "P", colour=0), picture("BMP"), b"%PDF-1.7", b"\xff\xd8\xff" + b"x" * 500],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused(content):
    with pytest.raises(NoPicture):
        drawn_anew(content)
