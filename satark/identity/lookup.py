"""Keyed hashes: what can be recognised, and neither read nor searched for without the key."""

from hashlib import blake2b
from typing import Literal

Purpose = Literal["address", "event", "sent", "client", "receipt", "pace"]


class Lookup:
    """One keyed hash per purpose and channel, so that hashes of different tables have nothing in common."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, purpose: Purpose, channel: str, value: str) -> str:
        """32 hex digits."""
        digest = blake2b(f"{channel}\0{value}".encode(), digest_size=16, key=self._key, person=purpose.encode())
        return digest.hexdigest()
