"""What may be some seconds old, kept in the cache. The cache may be away or empty at any time."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.cache.backends import redis
from redis.exceptions import RedisError

Value = TypeVar("Value")


class KeptClient(redis.RedisCacheClient):
    """Django makes a client anew for each of a page's questions, which takes longer than many answers.

    For one server; threads share its client as they share the pool below it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]


class RedisCache(redis.RedisCache):
    """Django's cache with clients that are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._class = KeptClient


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
