"""Codes of six digits that change every half minute (TOTP, RFC 6238), each good for once."""

import hmac
import io
from typing import Any

import pyotp
import segno
from sqlalchemy import update

from satark.store.clock import now
from satark.store.engine import Store
from satark.store.sealing import Locker
from satark.store.tables import Officer

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
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, scale=5, omitsize=False)
    return drawn.getvalue().decode()


async def take(store: Store, locker: Locker, officer: Any, code: str) -> bool:
    """Whether a code is right; then it is not right again. `officer` is their row."""
    step = step_of(locker.open(officer.second).decode(), code, now(), officer.second_step)
    if step is None:
        return False
    fresh = (_officer.id == officer.id) & (_officer.second_step < step)
    async with store.write() as db:
        return bool((await db.execute(update(Officer).where(fresh).values(second_step=step))).rowcount)


async def enrol(store: Store, officer_id: str, locked: bytes, code: str, locker: Locker) -> bool:
    """Make a secret an officer's second factor, if they can show a code of it."""
    step = step_of(locker.open(locked).decode(), code, now(), 0)
    if step is None:
        return False
    async with store.write() as db:
        mine = update(Officer).where(_officer.id == officer_id)
        await db.execute(mine.values(second=locked, second_step=step))
    return True
