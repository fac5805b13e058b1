"""A brake for when too many come: who wants to pass has the browser work for a moment, or waits; nobody is asked who.

A ticket sets the work: find the number below its `steps` with which, as the salt, PBKDF2-HMAC-SHA-256 (COST rounds) of
the ticket's id begins as it says, and show the whole. That is ALTCHA's proof of work, version 2, with a number that we
chose: nobody is unlucky, for the work has an end. Every browser has it built in (`crypto.subtle`, over HTTPS), so a phone
does it by the same fast code as whoever attacks. We keep no ticket: it is signed, and so is its answer, which it hides.
To make one costs us COST rounds, to check one two hashes. What is kept is the ids of those that were used, as long as
they would be good.

Without a script the same ticket is good after WAIT seconds. That way is narrow, for waiting costs an attacker nothing: so
many a minute from all together, so many in ten minutes from one client.

The work is 750 tries on average, 1,000 at most. Measured in Chromium on one core of an EPYC: 2.7 to 3.8 million rounds a
second with the processor's SHA instructions, so 0.2 to 0.3 s; 0.7 to 1.3 million without them (`OPENSSL_ia32cap`). A
Cortex-A53 at 1.4 GHz, as cheap phones of 2018 have, is taken to do a quarter of the latter: 2 to 3 s on one core, 1 s on
four; no such phone was at hand. It stops nobody who rents graphics cards: it makes a flood from borrowed machines dear.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import pbkdf2_hmac, sha256

from satark.channels.brake import Brake
from satark.channels.pressure import Pressure

COST = 1_000
STEPS = 1_000
WAIT = 15
SOME = 5
LIFE = 900
"""In seconds."""
SHOWN = 8
"""So many bytes of the answer a ticket shows, by which it is recognised."""
MOST_WAITED = 60
"""Who may pass by waiting, a minute."""
FREE_WAITS = 30
PARTS = 7


@dataclass(frozen=True)
class Ticket:
    """`word` goes through the form and comes back. `ready` and `until` are unix seconds; `weight` makes work and wait so
    many times longer; `begins` is how the answer begins, in hex."""

    id: str
    ready: int
    until: int
    weight: int
    begins: str
    word: str

    @property
    def steps(self) -> int:
        return STEPS * self.weight


class Turnstile:
    """One per process; those that have the same `key` take each other's tickets, each once."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock
        self._used: dict[str, float] = {}
        self._waited = Pressure(MOST_WAITED)
        self._waits = Brake(FREE_WAITS)

    def ticket(self, weight: int = 1, old: str = "") -> Ticket:
        """One that is still good, so that who comes too early does not wait from the start; else a new one."""
        before = self._read(old)
        return before if before is not None and before.weight >= weight else self._new(weight)

    def wait(self, ticket: Ticket) -> int:
        """How many seconds to wait, at least some: who waited long enough may still find that way full."""
        return max(SOME, ticket.ready - int(self._clock()))

    def admits(self, word: str, proof: str, client: str, weight: int = 1) -> bool:
        """Whether this ticket, or its answer `proof` (hex), lets somebody pass. It does so once."""
        ticket = self._read(word)
        if (
            ticket is None
            or ticket.weight < weight
            or not (self._is_done(ticket, proof) or self._has_waited(ticket, client))
        ):
            return False
        self._use(ticket.id)
        return True

    def _new(self, weight: int) -> Ticket:
        now, name = int(self._clock()), secrets.token_hex(16)
        most = STEPS * weight
        answer = answer_of(name, most // 2 + secrets.randbelow(most - most // 2))
        facts = f"{name}.{now + WAIT * weight}.{now + LIFE}.{weight}.{answer[: 2 * SHOWN]}"
        word = f"{facts}.{self._mark('wait', facts)}.{self._mark('work', facts + answer)}"
        return Ticket(name, now + WAIT * weight, now + LIFE, weight, answer[: 2 * SHOWN], word)

    def _read(self, word: str) -> Ticket | None:
        """None for what is none of ours, is used, or is too old."""
        parts = word.split(".")
        if len(parts) != PARTS or not _same(parts[-2], self._mark("wait", ".".join(parts[:-2]))):
            return None
        name, ready, until, weight, begins = parts[:-2]
        ticket = Ticket(name, int(ready), int(until), int(weight), begins, word)
        return None if name in self._used or ticket.until <= self._clock() else ticket

    def _is_done(self, ticket: Ticket, proof: str) -> bool:
        facts, _, _ = ticket.word.rsplit(".", 2)
        return bool(proof) and _same(ticket.word.rpartition(".")[2], self._mark("work", facts + proof))

    def _has_waited(self, ticket: Ticket, client: str) -> bool:
        if ticket.ready > self._clock() or self._waited.high or self._waits.holds(client):
            return False
        self._waited.count()
        self._waits.count(client)
        return True

    def _use(self, name: str) -> None:
        """No ticket is good for longer than LIFE, so what was used before that is forgotten."""
        now = self._clock()
        self._used[name] = now + LIFE
        while self._used and next(iter(self._used.values())) <= now:
            del self._used[next(iter(self._used))]

    def _mark(self, way: str, facts: str) -> str:
        return hmac.new(self._key, f"{way}.{facts}".encode(), sha256).hexdigest()


def answer_of(name: str, number: int) -> str:
    """In hex."""
    return pbkdf2_hmac("sha256", bytes.fromhex(name), number.to_bytes(4), COST).hex()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
