"""How much mail one peer and one sender may hand in. Pure; counted in this process, so each listener has its own."""

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Iterable

# Beyond these, whoever was quiet longest is forgotten.
MOST_KEPT = 10_000
CONNECTIONS, CONNECTIONS_OF_ONE = 100, 20


class Meter:
    """So many a minute for each key, with as many at once; a bucket that fills evenly."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str, now: float) -> bool:
        """Take one; `now` is in seconds of any clock that only goes forward."""
        left, seen = self._levels.pop(key, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - seen) * self.per_minute / 60)
        good = left >= 1
        self._levels[key] = (left - 1 if good else left, now)
        if len(self._levels) > MOST_KEPT:
            self._levels.popitem(last=False)
        return good


class Gate:
    """Who may connect and hand in. Peers of trusted networks, and those on a socket of this machine, always may."""

    def __init__(self, *, per_peer: int, per_sender: int, trusted: Iterable[str]) -> None:
        self._peers, self._senders = Meter(per_peer), Meter(per_sender)
        self._trusted = [ipaddress.ip_network(network.strip()) for network in trusted if network.strip()]
        self._open: Counter[str] = Counter()

    def is_trusted(self, peer: str) -> bool:
        if not peer:
            return True
        address = ipaddress.ip_address(peer.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._trusted)

    def enter(self, peer: str) -> bool:
        """Count a connection in; False where there are too many."""
        full = self._open.total() >= CONNECTIONS or self._open[peer] >= CONNECTIONS_OF_ONE
        if full and not self.is_trusted(peer):
            return False
        self._open[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        self._open[peer] -= 1
        if self._open[peer] <= 0:
            del self._open[peer]

    def allows(self, peer: str, sender: str, now: float) -> bool:
        """Whether one more mail may be handed in. Bounces have no sender and count for their peer only."""
        if self.is_trusted(peer):
            return True
        return self._peers.allows(peer, now) and (not sender or self._senders.allows(sender.lower(), now))
