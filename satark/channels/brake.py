"""Slows one client, and nobody else. Who it is is not kept: a keyed hash in memory, whose key dies with the process."""

import secrets
import time
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

WINDOW = 600.0
MOST_CLIENTS = 50_000
# Whoever has one IPv6 address has the 2**64 beside it.
IPV6_NETWORK = 8
"""In bytes."""


class Brake:
    """Counts what a client does, until ten minutes after the last time; it holds whoever did it `free` times. Of very many
    clients, those that did nothing for longest are forgotten."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._key = secrets.token_bytes(32)
        self._counted: dict[bytes, tuple[int, float]] = {}

    def _of(self, client: str) -> bytes:
        return blake2b(network_of(client), digest_size=16, key=self._key).digest()

    def holds(self, client: str) -> bool:
        times, until = self._counted.get(self._of(client), (0, 0.0))
        return times >= self._free and time.monotonic() < until

    def count(self, client: str) -> None:
        moment, one = time.monotonic(), self._of(client)
        times, until = self._counted.pop(one, (0, 0.0))
        self._counted[one] = (times + 1 if moment < until else 1, moment + WINDOW)
        while len(self._counted) > MOST_CLIENTS:
            del self._counted[next(iter(self._counted))]


def network_of(client: str) -> bytes:
    """What belongs to one client: an address, or an IPv6 network; whatever is neither, as it is."""
    try:
        address = ip_address(client)
    except ValueError:
        return client.encode()
    return address.packed[:IPV6_NETWORK] if isinstance(address, IPv6Address) else address.packed
