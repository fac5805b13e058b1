"""Keyed hashes: what can be recognised, and neither read nor searched for without the key."""

import hmac
from hashlib import blake2b
from typing import Literal, NamedTuple

Purpose = Literal[
    "address", "event", "sent", "client", "receipt", "pace", "abuse", "turnstile", "rehearsal", "rehearsed"
]
# In a reference: five digits of a port, ten of a time, and the keyed hash of both.
PORT_DIGITS, TIME_DIGITS = 5, 10


class Rehearsed(NamedTuple):
    """At which port of this machine a rehearsal stands in for a provider, and until when, in unix seconds."""

    port: int
    until: int


class Lookup:
    """One keyed hash per purpose and channel, so that hashes of different tables have nothing in common."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, purpose: Purpose, channel: str, value: str) -> str:
        """32 hex digits."""
        digest = blake2b(f"{channel}\0{value}".encode(), digest_size=16, key=self._key, person=purpose.encode())
        return digest.hexdigest()

    def rehearsal(self, channel: str) -> str:
        """The address with which this installation rehearses on a channel (`satark doctor --anonymity`): the courier never
        writes to it. Twelve digits that nobody has: Indian numbers begin with 6 to 9 (TRAI), and Telegram's ids are
        shorter."""
        return f"911{int(self.of('rehearsal', channel, ''), 16) % 10**9:09}"

    def rehearsal_file(self, channel: str, port: int, until: int) -> str:
        """What leads to a file of a rehearsal, as a provider's id does to others. Nobody makes one without the key."""
        facts = f"{port:0{PORT_DIGITS}}{until:0{TIME_DIGITS}}"
        return facts + self.of("rehearsed", channel, facts)

    def rehearsed(self, channel: str, ref: str) -> Rehearsed | None:
        """None for what leads to a real file, whatever it looks like."""
        facts, told = ref[: PORT_DIGITS + TIME_DIGITS], ref[PORT_DIGITS + TIME_DIGITS :]
        if not hmac.compare_digest(told.encode(), self.of("rehearsed", channel, facts).encode()):
            return None
        return Rehearsed(int(facts[:PORT_DIGITS]), int(facts[PORT_DIGITS:]))
