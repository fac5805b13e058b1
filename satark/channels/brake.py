"""Slows one client, and nobody else. Who it is is not kept: a keyed hash in memory, whose key dies with the process."""

import secrets
import time
from hashlib import blake2b

WINDOW = 600.0
MOST_CLIENTS = 50_000


class Brake:
    """Counts what a client does, for ten minutes from the first time; it holds whoever did it `free` times."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._key = secrets.token_bytes(32)
        self._counted: dict[bytes, tuple[int, float]] = {}

    def _of(self, client: str) -> bytes:
        return blake2b(client.encode(), digest_size=16, key=self._key).digest()

    def holds(self, client: str) -> bool:
        times, until = self._counted.get(self._of(client), (0, 0.0))
        return times >= self._free and time.monotonic() < until

    def count(self, client: str) -> None:
        moment = time.monotonic()
        if len(self._counted) >= MOST_CLIENTS:
            self._counted = {one: kept for one, kept in self._counted.items() if kept[1] > moment}
        times, until = self._counted.get(self._of(client), (0, 0.0))
        self._counted[self._of(client)] = (times + 1 if moment < until else 1, moment + WINDOW)
