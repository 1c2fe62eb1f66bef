"""A tenant's colour: its hue in the product's own lightness and chroma, so that every word keeps its contrast."""

import math

# As static/css/tokens.css has them: lightness and chroma of the accent, of text on it, and of its soft ground.
LIGHT, DARK = (0.45, 0.082), (0.78, 0.085)
INK_ON_DARK = (0.20, 0.03)
SOFT_LIGHT, SOFT_DARK = (0.963, 0.011), (0.29, 0.028)
OUR_HUE = 224
# Below it a colour is a grey, which has no hue.
GREY = 0.02


def hue_of(colour: str) -> int | None:
    """The hue in degrees of a colour written as #rrggbb; None for a grey."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return None if math.hypot(a, b) < GREY else round(math.degrees(math.atan2(b, a))) % 360


def colour_of(hue: int, lightness: float = LIGHT[0], chroma: float = LIGHT[1]) -> str:
    """The colour of a hue as #rrggbb; what no screen shows is brought to the nearest it does."""
    return "#" + "".join(f"{round(255 * _curved(part)):02x}" for part in _rgb(hue, lightness, chroma))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colours written as #rrggbb, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def stylesheet(hue: int | None) -> str:
    """The tokens that differ from the product's own; nothing without a hue."""
    if hue is None:
        return ""

    def colour(place: tuple[float, float]) -> str:
        return f"oklch({place[0]:.1%} {place[1]} {hue})"

    accent, ink = f"light-dark({colour(LIGHT)}, {colour(DARK)})", f"light-dark(#fff, {colour(INK_ON_DARK)})"
    soft = f"light-dark({colour(SOFT_LIGHT)}, {colour(SOFT_DARK)})"
    return f":root {{ --v-accent: {accent}; --v-accent-ink: {ink}; --v-accent-soft: {soft}; }}\n"


def _rgb(hue: int, lightness: float, chroma: float) -> tuple[float, float, float]:
    """Linear light, each 0 to 1."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return _in_gamut(red), _in_gamut(green), _in_gamut(blue)


def _in_gamut(part: float) -> float:
    return min(1.0, max(0.0, part))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
