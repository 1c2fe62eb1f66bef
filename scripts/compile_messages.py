"""Compiles locale/*/LC_MESSAGES/*.po with polib, so that no machine needs gettext to run the product."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def main() -> None:
    """Write each .mo that is missing or older than its .po. Fuzzy and missing translations fall back to English."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            polib.pofile(str(source)).save_as_mofile(str(target))
            print(f"setup: compiled {source.relative_to(LOCALE.parent)}")


if __name__ == "__main__":
    main()
