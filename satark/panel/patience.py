"""Slows who tries passwords and codes, by account and client together: nobody can lock another out."""

import secrets
import time
from hashlib import blake2b

from starlette.requests import Request

from satark.channels.brake import network_of

TRIES = 5
PAUSE = 60.0
# Who knows the password could try codes from many places: those are counted together too. It locks out nobody whose
# password is their own.
ANYWHERE = ""
MOST_ANYWHERE = 2 * TRIES


class Patience:
    """In memory, as keyed hashes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tried: dict[bytes, tuple[int, float]] = {}

    def _of(self, login: str, client: str) -> bytes:
        return blake2b(f"{login}\0{client}".encode(), key=self._key, digest_size=16).digest()

    def is_over(self, login: str, client: str, most: int = TRIES) -> bool:
        tries, until = self._tried.get(self._of(login, client), (0, 0.0))
        return tries >= most and time.monotonic() < until

    def count(self, login: str, client: str, most: int = TRIES) -> bool:
        """Count one before it is known whether it is right, or whoever tries many at once would have them all. Returns
        whether the brakes go on with it."""
        self._tried = {one: kept for one, kept in self._tried.items() if kept[1] > time.monotonic()}
        tries, _ = self._tried.get(self._of(login, client), (0, 0.0))
        self._tried[self._of(login, client)] = (tries + 1, time.monotonic() + PAUSE)
        return tries + 1 == most

    def take_back(self, login: str, client: str) -> None:
        """It was right."""
        tries, until = self._tried.get(self._of(login, client), (0, 0.0))
        if tries:
            self._tried[self._of(login, client)] = (tries - 1, until)


def patience_of(request: Request) -> Patience:
    patience: Patience = request.app.state.patience
    return patience


def client_of(request: Request) -> str:
    """One that has many addresses is one client."""
    return network_of(request.client.host).hex() if request.client else ""
