"""Slows who tries passwords and codes, by account and client together: nobody can lock another out."""

import secrets
import time
from hashlib import blake2b

TRIES = 5
PAUSE = 60.0


class Patience:
    """In memory, as keyed hashes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tried: dict[bytes, tuple[int, float]] = {}

    def _of(self, login: str, client: str) -> bytes:
        return blake2b(f"{login}\0{client}".encode(), key=self._key, digest_size=16).digest()

    def is_over(self, login: str, client: str) -> bool:
        tries, until = self._tried.get(self._of(login, client), (0, 0.0))
        return tries >= TRIES and time.monotonic() < until

    def count(self, login: str, client: str) -> None:
        self._tried = {one: kept for one, kept in self._tried.items() if kept[1] > time.monotonic()}
        tries, _ = self._tried.get(self._of(login, client), (0, 0.0))
        self._tried[self._of(login, client)] = (tries + 1, time.monotonic() + PAUSE)
