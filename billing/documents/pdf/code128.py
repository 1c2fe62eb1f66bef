"""Code 128, subset C: pairs of digits as bars, for the payment slip (ISO/IEC 15417)."""

START_C, STOP, MODULO = 105, 106, 103
# A reader needs ten empty modules before and after.
QUIET = 10
# Widths of bars and gaps in turn, by value; the last three of 0 to 102 occur only as a check.
_WIDTHS = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
    123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
    232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
    313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
    111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
    114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
""".split()  # noqa: SIM905  # a list of 107 strings would hide the rest of the file


def widths(digits: str) -> list[int]:
    """Widths of bars and gaps in turn, in modules, from the first bar to the last. Raises ValueError."""
    if not digits.isascii() or not digits.isdigit() or len(digits) % 2:
        raise ValueError("Code 128 C takes pairs of digits")
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    check = (START_C + sum(at * pair for at, pair in enumerate(pairs, start=1))) % MODULO
    return [int(width) for value in (START_C, *pairs, check, STOP) for width in _WIDTHS[value]]


def bars(digits: str) -> tuple[int, list[tuple[int, int]]]:
    """The width of the whole in modules, quiet zones included, and of each bar its place and width."""
    at, drawn = QUIET, []
    for number, width in enumerate(widths(digits)):
        if number % 2 == 0:
            drawn.append((at, width))
        at += width
    return at + QUIET, drawn


def path(digits: str) -> tuple[int, str]:
    """The width of the whole in modules, and the bars as a path of SVG, one unit high."""
    whole, drawn = bars(digits)
    return whole, "".join(f"M{at} 0h{width}v1h-{width}z" for at, width in drawn)
