"""Codes of six digits that change every half minute (TOTP, RFC 6238), each good for once."""

import hmac
import io
from typing import Any

import pyotp
import segno
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import now
from satark.store.engine import Store
from satark.store.officers import Officer
from satark.store.sealing import Locker

ISSUER = "Satark"
STEP = 30
# A clock may be off by half a minute.
DRIFT = (-1, 0, 1)
_officer: Any = Officer


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, code: str, moment: int, last: int) -> int | None:
    """The half minute that a code belongs to, if it is later than the last one that was taken. `moment` in unix seconds."""
    typed = "".join(char for char in code if char.isdigit())
    totp = pyotp.TOTP(secret)
    for drift in DRIFT:
        step = moment // STEP + drift
        if step > last and hmac.compare_digest(totp.at(step * STEP).encode(), typed.encode()):
            return step
    return None


def picture(secret: str, login: str) -> str:
    """The QR code that an authenticator reads, as SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True)
    return drawn.getvalue().decode()


async def take(store: Store, locker: Locker, officer: Any, code: str) -> bool:
    """Whether a code is right; then it is not right again. `officer` is their row."""
    if officer.second is None:
        return False
    step = step_of(locker.open(officer.second).decode(), code, now(), officer.second_step)
    if step is None:
        return False
    fresh = (_officer.id == officer.id) & (_officer.second_step < step)
    async with store.write() as db:
        return bool((await db.execute(update(Officer).where(fresh).values(second_step=step))).rowcount)


async def keep(db: AsyncConnection, locker: Locker, officer_id: str, secret: str, step: int) -> bool:
    """Make a secret an officer's second factor; False where they have one already. `step` is that of the code that they
    showed."""
    mine = (_officer.id == officer_id) & _officer.second.is_(None)
    values = {"second": locker.close(secret.encode()), "second_step": step}
    return bool((await db.execute(update(Officer).where(mine).values(**values))).rowcount)


async def drop(db: AsyncConnection, officer_id: str) -> bool:
    """Whether there was one; it is gone then."""
    mine = (_officer.id == officer_id) & _officer.second.is_not(None)
    return bool((await db.execute(update(Officer).where(mine).values(second=None, second_step=0))).rowcount)
