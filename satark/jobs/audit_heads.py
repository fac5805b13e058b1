"""Signs the head of the audit log every day, and sends it out of the house: by e-mail, into a folder or a bucket."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import obstore
from obstore.exceptions import BaseError
from sqlalchemy import select, update

from satark.core import Core
from satark.evidence.blobs import open_store
from satark.jobs.digests import Sent, message_of, server_of
from satark.store.clock import day_of, now
from satark.store.keys import public_of
from satark.store.officers import AuditHead
from satark.tips.audit_heads import Head, publish, sign, verify_log

log = logging.getLogger(__name__)

MAIL_LOCALE = "hi"

_head: Any = AuditHead


async def sign_and_send(ctx: Mapping[str, Any]) -> int:
    """Sign what was not signed today, and send away what was not sent. Returns how many heads were sent."""
    core: Core = ctx["bench"].core
    if "audit.key" not in core.keys:
        return 0
    if not await _is_signed(core):
        await sign_head(core)
    return await send_heads(core)


async def _is_signed(core: Core) -> bool:
    async with core.store.read() as db:
        today = select(_head.day).where(_head.day == day_of(now()))
        return (await db.execute(today)).first() is not None


async def sign_head(core: Core) -> Head | None:
    """Sign the log as it is now, unless it is not what was signed before: that is for people to look at. Returns None
    then, and where there is nothing to sign."""
    private = core.keys["audit.key"]
    async with core.store.read() as db:
        verdict = await verify_log(db, public_of("audit", private))
    if not verdict.is_whole:
        wrong = verdict.broken or verdict.forged
        log.error("the audit log was changed at or before entry %s and is not signed: run `satark audit verify`", wrong)
        return None
    if not verdict.number:
        return None
    head = Head(verdict.number, verdict.hash, now())
    row = AuditHead(
        day=day_of(head.time), number=head.number, hash=head.hash, time=head.time, signature=sign(head, private)
    )
    async with core.store.write() as db:
        await db.execute(core.store.insert(AuditHead).values(**row.model_dump()).on_conflict_do_nothing())
    return head


async def send_heads(core: Core) -> int:
    """Send away what was not, by each way that the settings name. Returns how many times a head was sent."""
    sent = 0
    if core.settings.audit_mail_to and server_of(core.settings):
        sent += await _send_by(core, "mailed", _mail)
    if core.settings.audit_url.get_secret_value():
        sent += await _send_by(core, "filed", _file)
    return sent


async def _send_by(core: Core, column: str, send: Callable[[Core, Any], Awaitable[bool]]) -> int:
    """The oldest first. What does not go waits for the next hour."""
    waiting = select(AuditHead).where(getattr(_head, column).is_(False)).order_by(_head.day)
    async with core.store.read() as db:
        rows = list(await db.execute(waiting))
    for sent, row in enumerate(rows):
        if not await send(core, row):
            return sent
        async with core.store.write() as db:
            await db.execute(update(AuditHead).where(_head.day == row.day).values({column: True}))
    return len(rows)


def _published(core: Core, row: Any) -> str:
    head = Head(row.number, row.hash, row.time)
    return publish(head, row.signature, public_of("audit", core.keys["audit.key"]))


async def _mail(core: Core, row: Any) -> bool:
    server = server_of(core.settings)
    assert server is not None, "nobody asks where there is no server"
    text = core.pages.text("mail/audit_head.j2", MAIL_LOCALE, url=core.settings.public_url, head=_published(core, row))
    sent = await server.send(message_of(core.settings.mail_from, core.settings.audit_mail_to, text))
    return sent is Sent.YES


async def _file(core: Core, row: Any) -> bool:
    name = f"satark-audit-{datetime.fromtimestamp(row.time, UTC):%Y-%m-%d}.txt"
    try:
        store = open_store(core.settings.audit_url.get_secret_value())
        await obstore.put_async(store, name, _published(core, row).encode())
    except (BaseError, OSError) as error:
        log.error("the head of the audit log could not be written to SATARK_AUDIT_URL (%s)", type(error).__name__)
        return False
    return True
