"""What is true for seconds: who looks at what, and what has changed since when. It may be lost at any time.

Kept beside the cache, in the same Valkey: a sorted set for each tenant says when which name was last touched, a hash
for each place who is there. A position is an instant of Valkey's own clock, so that servers whose clocks differ agree,
together with a random word that is lost with the set: whoever holds a position from before the loss has to ask the
database. Where Valkey is away nothing is touched, nobody is anywhere, and everything may have changed.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache as once
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from redis import Redis
from redis.exceptions import RedisError

from core.tokens import new_token

# Touched when who may see what has changed otherwise than by a role or an absence, which every request knows.
RIGHTS = "rights"
KEPT_SECONDS = 24 * 3600
MOST_TOUCHED = 2_000
# Whoever finds Valkey away does not knock again at once: pages must not wait for what they can do without.
REST_SECONDS = 5.0
WAIT_SECONDS = 0.5
_rests_until = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What there was to see: the position, when anything was last touched, when which name, and who is where.

    Instants are milliseconds; the position lies just before what was seen, so that nothing falls between two looks.
    """

    position: str = ""
    latest: int = 0
    touched: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """Milliseconds since 1970 by Valkey's clock; 0 where it is away."""
        return instant_of(self.position)


@once
def _server() -> "Redis":
    place = settings.CACHES["default"]["LOCATION"]
    waits = {"socket_timeout": WAIT_SECONDS, "socket_connect_timeout": WAIT_SECONDS}
    return Redis.from_url(place, decode_responses=True, **waits)


def _log(tenant_id: int) -> str:
    return cache.make_key(f"touched:{tenant_id}")


def _place(tenant_id: int, place: str) -> str:
    return cache.make_key(f"place:{tenant_id}:{place}")


def touch(tenant_id: int, name: str) -> None:
    """Say that what has this name is another once the transaction has committed."""
    transaction.on_commit(partial(_touch, tenant_id, name), robust=True)


def _touch(tenant_id: int, name: str) -> None:
    def act(server: Any) -> None:
        now, key = _milliseconds(server.time()), _log(tenant_id)
        line = server.pipeline(transaction=False)
        line.zadd(key, {name: now}, gt=True)
        line.expire(key, KEPT_SECONDS)
        # The word of the set has the lowest score and stays.
        line.zremrangebyrank(key, 1, -MOST_TOUCHED - 1)
        line.execute()

    _try(act)


def enter(tenant_id: int, place: str, who: str, facts: str, *, seconds: int) -> None:
    """Say that somebody is in a place; the hash is forgotten so many seconds after the last one came."""

    def act(server: Any) -> None:
        key, line = _place(tenant_id, place), server.pipeline(transaction=False)
        line.hset(key, who, facts)
        line.expire(key, seconds)
        line.execute()

    _try(act)


def leave(tenant_id: int, place: str, who: str) -> None:
    """Say that somebody has gone."""
    _try(lambda server: server.hdel(_place(tenant_id, place), who))


def look(tenant_id: int, *, names: Iterable[str] = (), places: Iterable[str] = ()) -> Sight:
    """One round trip: the position, when the names were touched, and who is in the places, with their facts."""
    wanted, where = list(names), list(places)

    def act(server: Any) -> Sight:
        key, line = _log(tenant_id), server.pipeline(transaction=False)
        line.time()
        line.zrange(key, 0, 0, withscores=True)
        line.zrange(key, -1, -1, withscores=True)
        for name in wanted:
            line.zscore(key, name)
        for place in where:
            line.hgetall(_place(tenant_id, place))
        instant, first, last, *rest = line.execute()
        scores = dict(zip(wanted, rest, strict=False))
        return Sight(
            f"{_word(server, key, first)}-{_milliseconds(instant) - 1}",
            int(last[0][1]) if last else 0,
            {name: int(score) for name, score in scores.items() if score is not None},
            dict(zip(where, rest[len(wanted) :], strict=True)),
        )

    return _try(act) or Sight()


def _word(server: Any, key: str, first: list[tuple[str, float]]) -> str:
    """The word that is lost with the set: its only member without an instant."""
    if first and not first[0][1]:
        return first[0][0]
    server.zadd(key, {new_token()[:10]: 0})
    server.expire(key, KEPT_SECONDS)
    word: str = server.zrange(key, 0, 0)[0]
    return word


def instant_of(position: str) -> int:
    """The milliseconds of a position; 0 of what is none."""
    instant = position.rpartition("-")[2]
    return int(instant) if instant.isascii() and instant.isdecimal() and len(instant) < 16 else 0


def is_known(position: str, sight: Sight) -> bool:
    """Whether everything touched since the position is in what was seen now."""
    word = position.rpartition("-")[0]
    return bool(word) and word == sight.position.rpartition("-")[0]


def is_same(position: str, sight: Sight, *names: str) -> bool:
    """Whether none of the names, which `look` was asked for, has been touched since the position."""
    since = instant_of(position)
    return is_known(position, sight) and all(sight.touched.get(name, 0) <= since for name in names)


def touched_since(tenant_id: int, position: str) -> list[str]:
    """The names touched after a position that is known; at most MOST_TOUCHED."""
    since = instant_of(position)
    found: list[str] | None = _try(lambda server: server.zrangebyscore(_log(tenant_id), f"({since}", "+inf"))
    return found or []


def _milliseconds(instant: tuple[int, int]) -> int:
    return instant[0] * 1000 + instant[1] // 1000


def _try(act: Any) -> Any:
    """What the act gives; None where Valkey is away, and for some seconds after that."""
    global _rests_until  # noqa: PLW0603  # each process learns for itself
    if time.monotonic() < _rests_until:
        return None
    try:
        return act(_server())
    except RedisError:
        _rests_until = time.monotonic() + REST_SECONDS
        return None
