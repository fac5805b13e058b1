"""Slows who guesses receipts, and nobody else. Who it is is not kept: a keyed hash in memory, whose key dies with the
process."""

import secrets
import time
from hashlib import blake2b

FREE_TRIES = 10
WINDOW = 600.0
MOST_CLIENTS = 50_000


class Brake:
    """Counts wrong receipts by client for ten minutes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._wrong: dict[bytes, tuple[int, float]] = {}

    def _of(self, client: str) -> bytes:
        return blake2b(client.encode(), digest_size=16, key=self._key).digest()

    def holds(self, client: str) -> bool:
        tries, until = self._wrong.get(self._of(client), (0, 0.0))
        return tries >= FREE_TRIES and time.monotonic() < until

    def wrong(self, client: str) -> None:
        moment = time.monotonic()
        if len(self._wrong) >= MOST_CLIENTS:
            self._wrong = {one: kept for one, kept in self._wrong.items() if kept[1] > moment}
        tries, until = self._wrong.get(self._of(client), (0, 0.0))
        self._wrong[self._of(client)] = (tries + 1 if moment < until else 1, moment + WINDOW)
