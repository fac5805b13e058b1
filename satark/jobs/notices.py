"""Telling browsers (Web Push): each notice is encrypted to its browser, and goes to the service that the browser named.

What does that is large. It is loaded when there is somebody to tell, with this file: import it where it is needed.
"""

import asyncio
import logging
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from py_vapid import Vapid02
from pywebpush import WebPusher
from sqlalchemy import delete, select, update

from satark.core import Core
from satark.insight.telling import new_to
from satark.panel.listeners import Listener
from satark.panel.push_hosts import is_trusted
from satark.settings import Settings
from satark.store.clock import HOUR, now
from satark.store.officers import PushSubscription
from satark.tips.inbox import newest

log = logging.getLogger(__name__)

AT_ONCE = 8
SECONDS = 20
# A telephone that is off longer is told of what there is then.
KEPT = 12 * HOUR
# All texts are as long as this: their length tells nothing.
LENGTH = 256
GONE = (404, 410)

_push: Any = PushSubscription


class Told(StrEnum):
    """What came of a notice. What is refused is not tried again before there is more to tell."""

    YES = "sent"
    NOTHING = "nothing new"
    GONE = "gone"
    LATER = "to be tried again"
    REFUSED = "refused"


@dataclass(frozen=True)
class Known:
    """What a browser was told, or is to be: how many tips have something unread, and when its officer's newest warning
    became known (unix seconds)."""

    fresh: int
    warned: int


@dataclass(frozen=True)
class PushService:
    """The way to the services that browsers name. `contact` is whom they may write to about us."""

    session: ClientSession
    vapid: Vapid02
    contact: str
    hosts: str

    async def send(self, row: Any, text: str) -> Told:
        if not is_trusted(row.endpoint, self.hosts):
            return Told.REFUSED
        pusher = WebPusher({"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}})
        body = pusher.encode(_padded(text))["body"]
        try:
            async with self.session.post(
                row.endpoint, data=body, headers=self._headers(row), allow_redirects=False
            ) as answer:
                return _told(answer.status)
        except (ClientError, TimeoutError, OSError):
            return Told.LATER

    def _headers(self, row: Any) -> dict[str, str]:
        parts = urlsplit(row.endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": self.contact, "exp": now() + KEPT}
        return {
            **self.vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "TTL": str(KEPT),
            "Topic": "satark",
            "Urgency": "high",
        }


def _padded(text: str) -> bytes:
    return text.strip().encode().ljust(LENGTH)


def _told(status: int) -> Told:
    if status in GONE:
        return Told.GONE
    if status < 300:
        return Told.YES
    return Told.LATER if status == 429 or status >= 500 else Told.REFUSED


async def tell(core: Core, wanted: Sequence[Listener]) -> int:
    """A notice to each of their browsers for which there is more than it was told of. Returns how many went."""
    vapid = Vapid02.from_raw(urlsafe_b64encode(core.keys["push.key"]))
    gate = asyncio.Semaphore(AT_ONCE)
    async with ClientSession(timeout=ClientTimeout(total=SECONDS), cookie_jar=DummyCookieJar()) as session:
        service = PushService(session, vapid, _contact(core.settings), core.settings.push_hosts)
        found = await asyncio.gather(*(_tell(core, service, gate, one) for one in wanted))
    results = Counter(result for each in found for result in each if result is not Told.NOTHING)
    if results:
        log.info("notices: %s", ", ".join(f"{count} {result}" for result, count in sorted(results.items())))
    return results[Told.YES]


def _contact(settings: Settings) -> str:
    if settings.mail_from:
        return "mailto:" + settings.mail_from.rstrip(">").rpartition("<")[2]
    return settings.public_url if settings.secure else "mailto:satark@localhost"


async def _tell(core: Core, service: PushService, gate: asyncio.Semaphore, to: Listener) -> list[Told]:
    """All browsers of an officer, one after the other."""
    async with gate:
        seen, synthetic = to.row.warnings_seen, core.settings.count_synthetic
        warned = await new_to(core.store, to.viewer, seen, synthetic=synthetic)
        async with core.store.read() as db:
            fresh = len(await newest(db, to.viewer))
            rows = (await db.execute(select(PushSubscription).where(_push.officer_id == to.row.id))).all()
        known = Known(fresh, max(warned.values(), default=0))
        text = core.pages.text("mail/push.j2", to.viewer.locale, fresh=fresh, warned=len(warned))
        return [await _notice(core, service, row, known, text) for row in rows]


async def _notice(core: Core, service: PushService, row: Any, known: Known, text: str) -> Told:
    """It is noted before it goes, so that no two workers send it; and taken back where it should be tried again."""
    before = Known(row.told, row.warned)
    after = Known(known.fresh, max(before.warned, known.warned))
    more = after.fresh > before.fresh or after.warned > before.warned
    if after == before or not await _note(core, row, before, after) or not more:
        return Told.NOTHING
    result = await service.send(row, text)
    if result is Told.LATER:
        await _note(core, row, after, before)
    if result is Told.GONE:
        async with core.store.write() as db:
            await db.execute(delete(PushSubscription).where(_push.id == row.id))
    return result


async def _note(core: Core, row: Any, before: Known, after: Known) -> bool:
    """Whether it was still so before, and the browser still theirs."""
    own = (_push.id == row.id) & (_push.officer_id == row.officer_id)
    same = (_push.told == before.fresh) & (_push.warned == before.warned)
    noted = update(PushSubscription).where(own, same).values(told=after.fresh, warned=after.warned)
    async with core.store.write() as db:
        return bool((await db.execute(noted)).rowcount)
