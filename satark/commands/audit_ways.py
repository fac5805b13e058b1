"""Whether the audit log is signed, and whether its signed head goes away in earnest."""

import os
from collections.abc import Iterable
from typing import Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError
from obstore.store import LocalStore
from sqlalchemy import func, or_, select

from satark.evidence.blobs import open_store
from satark.jobs.digests import server_of
from satark.settings import Settings
from satark.store.clock import HOUR, now
from satark.store.engine import Store
from satark.store.keys import Keys
from satark.store.officers import AuditHead

# What did not go is sent an hour later; then something is wrong.
LATE = 3 * HOUR
_head: Any = AuditHead


def goes_nowhere(settings: Settings) -> bool:
    return not (settings.audit_mail_to or settings.audit_url.get_secret_value())


async def check_audit_heads(settings: Settings, keys: Keys, processes: Iterable[str]) -> list[str]:
    """What is wrong with the ways that are named; whether one is named is another question. A worker signs and sends."""
    if "worker" not in processes:
        return []
    found = ["it is not signed, for audit.key is missing: run `satark keys new`"] if "audit.key" not in keys else []
    if settings.audit_mail_to and server_of(settings) is None:
        found.append("SATARK_AUDIT_MAIL_TO needs SATARK_SMTP_URL and SATARK_MAIL_FROM: no e-mail is sent")
    if wrong := await _unreachable(settings.audit_url.get_secret_value()):
        found.append(f"its signed head cannot be stored ({wrong}): look at SATARK_AUDIT_URL, and whether one may write")
    if late := await _late(settings):
        found.append(f"{late} signed heads have waited for hours to be sent away: does a worker run?")
    return [f"audit log: {one}" for one in found]


async def _unreachable(url: str) -> str:
    """The kind of error, empty where there is none. Nothing is stored: what this machine may only add to keeps it."""
    if not url:
        return ""
    try:
        store = open_store(url)
        async for _ in obstore.list(store):
            break
        if isinstance(store, LocalStore) and not os.access(str(store.prefix), os.W_OK):
            return "it can only be read"
    except PermissionDeniedError:
        # One may add there, and not look: the heads that wait tell whether that is so.
        return ""
    except (BaseError, OSError, ValueError) as error:
        return type(error).__name__
    return ""


async def _late(settings: Settings) -> int:
    """How many heads were not sent by a way that is named."""
    ways = []
    if settings.audit_mail_to:
        ways.append(_head.mailed.is_(False))
    if settings.audit_url.get_secret_value():
        ways.append(_head.filed.is_(False))
    if not ways:
        return 0
    store = Store(settings.database)
    try:
        async with store.read() as db:
            wanted = select(func.count()).select_from(AuditHead).where(or_(*ways), _head.time < now() - LATE)
            return int((await db.execute(wanted)).scalar_one())
    finally:
        await store.dispose()
