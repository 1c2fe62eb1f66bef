"""What is kept for seconds: made once, told apart from nothing, and made anew where the cache is away."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches

from core.cache import for_seconds


def counting(value: object) -> tuple[list[int], Callable[[], object]]:
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return value

    return made, make


@pytest.mark.parametrize("value", ["a text", None, 0])
def test_a_value_is_made_once(value: object) -> None:
    cache.clear()
    made, make = counting(value)

    assert [for_seconds("k", 20, make), for_seconds("k", 20, make)] == [value, value]
    assert len(made) == 1


@pytest.fixture
def _no_cache(settings: Any) -> Iterator[None]:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    yield
    caches.close_all()


@pytest.mark.usefixtures("_no_cache")
def test_without_a_cache_it_is_made_each_time() -> None:
    made, make = counting("fresh")

    assert [for_seconds("k", 20, make), for_seconds("k", 20, make)] == ["fresh", "fresh"]
    assert len(made) == 2
