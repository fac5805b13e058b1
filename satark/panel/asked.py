"""What a browser is to answer: a challenge, good for one answer, and on the way in the secret of a new second factor.

It is kept in the row of the session, locked.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from satark.core import Core
from satark.store.clock import now
from satark.store.officers import SignIn
from satark.store.sealing import Locker

# Long enough to find a telephone and type a code.
GOOD_FOR = 600
TIME = 8
LENGTH = TIME + 32
_sign_in: Any = SignIn


@dataclass(frozen=True)
class Asked:
    """A challenge begins with the unix second until which it is good (8 bytes). `secret` is "" where none is made."""

    challenge: bytes
    secret: str = ""

    @property
    def is_over(self) -> bool:
        return int.from_bytes(self.challenge[:TIME]) < now()


def locker_of(core: Core) -> Locker:
    return Locker(core.keys["officers.key"])


def new_asked(secret: str = "") -> Asked:
    return Asked((now() + GOOD_FOR).to_bytes(TIME) + secrets.token_bytes(LENGTH - TIME), secret)


def locked(core: Core, asked: Asked) -> bytes:
    return locker_of(core).close(asked.challenge + asked.secret.encode())


def opened(core: Core, row: Any) -> Asked:
    """What the session of a row was asked."""
    plain = locker_of(core).open(row.secret)
    return Asked(plain[:LENGTH], plain[LENGTH:].decode())


async def ask(core: Core, key: str, asked: Asked | None) -> None:
    """Ask the session of a key; None is that it has nothing more to answer."""
    async with core.store.write() as db:
        secret = locked(core, asked) if asked else None
        await db.execute(update(SignIn).where(_sign_in.key == key).values(secret=secret))


async def spend(core: Core, row: Any) -> bytes | None:
    """The challenge of a session, which is asked another from now on. None where it was spent or is too old."""
    if row is None or row.secret is None:
        return None
    asked = opened(core, row)
    mine = (_sign_in.key == row.key) & (_sign_in.secret == row.secret)
    async with core.store.write() as db:
        renewed = locked(core, new_asked(asked.secret))
        fresh = (await db.execute(update(SignIn).where(mine).values(secret=renewed))).rowcount
    return asked.challenge if fresh and not asked.is_over else None
