"""Dice whose seed is told, and a line for each result."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.ledger import SEED
from tests.outbox.conftest import our_server  # noqa: F401  # a fixture


@pytest.fixture
def chance() -> random.Random:
    """Dice that fall again as they fell when the seed is given again."""
    return random.Random(SEED)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str, Any], None]:
    """Have the run show a proof's result, after its name and the seed."""
    return lambda fault, result: record_property("told", f"{fault} seed {SEED}: {result}")
