"""How many attacks the walls have stood, for the last lines of a run."""

from collections import Counter

refused: Counter[str] = Counter()


def lines() -> list[str]:
    """What the run says at its end; nothing where no address was attacked."""
    if not refused:
        return []
    return [f"walls: {len(refused)} URLs, {refused.total():,} requests refused"]
