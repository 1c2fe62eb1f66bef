"""What may be some seconds old, kept in the cache. The cache may be away or empty at any time."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

Value = TypeVar("Value")


def for_seconds(key: str, seconds: int, make: Callable[[], Value]) -> Value:
    """The value under a key, made anew where there is none; whoever keeps a tenant's facts names it in the key."""
    try:
        kept: tuple[Value] | None = cache.get(key)
        if kept is None:
            kept = (make(),)
            cache.set(key, kept, seconds)
    except RedisError:
        return make()
    return kept[0]
