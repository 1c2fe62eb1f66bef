"""How many attacks the walls have stood, by the address attacked; tests/conftest.py adds it up for the run."""

from collections import Counter

refused: Counter[str] = Counter()
