"""What the worker does, when it is woken and by the clock."""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from arq import cron
from arq.connections import ArqRedis
from arq.worker import Worker
from msgspec import Struct
from sqlalchemy import delete, select

from satark.channels import registry
from satark.channels.messages import Media, MediaKind, Secret
from satark.channels.spec import Channel
from satark.core import Core
from satark.delivery.courier import deliver_due
from satark.delivery.tools import Courier
from satark.evidence.preparing import discard_abandoned, prepare_due
from satark.store.clock import day_of, hour_of, now
from satark.store.sealing import Opener
from satark.store.tables import ReturnAddress, SeenEvent, SentPart, Tip
from satark.tips.life import ENDED

log = logging.getLogger(__name__)

# Meta repeats a webhook for up to 7 days (messaging.md).
SEEN_DAYS = 8
# All that a job does has a limit of its own; it goes on as long as there is something due.
JOB_LIMIT = 3600
EVERY_FIVE_SECONDS = set(range(0, 60, 5))

_seen: Any = SeenEvent
_sent: Any = SentPart
_return: Any = ReturnAddress
_tip: Any = Tip


@dataclass(frozen=True)
class Bench:
    """What the jobs work with."""

    core: Core
    courier: Courier
    opener: Opener


class Source(Struct, frozen=True):
    """Where a file is at its provider, as intake sealed it."""

    kind: MediaKind
    mime: str
    size: int
    sha256: str
    ref: str


async def deliver(ctx: Mapping[str, Any]) -> int:
    bench: Bench = ctx["bench"]
    return await deliver_due(bench.courier)


async def prepare(ctx: Mapping[str, Any]) -> int:
    bench: Bench = ctx["bench"]
    return await prepare_due(bench.core.keeper, Fetcher(bench), bench.core.settings.upload_limit)


async def close_idle(ctx: Mapping[str, Any]) -> int:
    """Submit what rests too long."""
    core: Core = ctx["bench"].core
    return await core.door.close_idle(core.registry.channels) if core.door else 0


async def forget_old(ctx: Mapping[str, Any]) -> None:
    """Destroy what only recognised repetitions, and return addresses whose time has come (P8)."""
    core: Core = ctx["bench"].core
    today = day_of(now())
    await discard_abandoned(core.keeper)
    long_ago = hour_of(now()) - core.settings.return_days * 24
    ended = select(_tip.id).where(_tip.status.in_(ENDED), _tip.changed_hour < long_ago)
    async with core.store.write() as db:
        await db.execute(delete(SeenEvent).where(_seen.day < today - SEEN_DAYS))
        await db.execute(delete(SentPart).where(_sent.day < today - SEEN_DAYS))
        await db.execute(delete(ReturnAddress).where(_return.tip_id.in_(ended)))


class Damaged(Exception):
    """What was fetched is not what was announced."""


class Fetcher:
    """Fetches a file from its provider: opens where it is, and forgets it again. Raises Damaged at the end of a file that
    has another size or hash than the provider said."""

    def __init__(self, bench: Bench) -> None:
        self._channels: Mapping[str, Channel] = bench.core.registry.channels
        self._opener = bench.opener

    async def __call__(self, channel: str, sealed: bytes) -> AsyncIterator[bytes]:
        source = msgspec.json.decode(self._opener.open(sealed), type=Source)
        media = Media(source.kind, source.mime, source.size, source.sha256, Secret(source.ref))
        size, digest = 0, sha256()
        async for chunk in registry.fetch(self._channels[channel], media):
            size += len(chunk)
            digest.update(chunk)
            yield chunk
        if source.size not in (0, size) or source.sha256 not in ("", digest.hexdigest()):
            raise Damaged


def make_worker(bench: Bench, pool: ArqRedis) -> Worker:
    """An arq worker that the caller runs. The sweep makes up for every wake-up that was lost."""
    return Worker(
        functions=[deliver, prepare],
        cron_jobs=[
            cron(deliver, second=EVERY_FIVE_SECONDS),
            cron(prepare, second=EVERY_FIVE_SECONDS),
            cron(close_idle, second={30}),
            cron(forget_old, hour={3}, minute={17}),
        ],
        redis_pool=pool,
        ctx={"bench": bench},
        handle_signals=False,
        keep_result=0,
        max_tries=1,
        job_timeout=JOB_LIMIT,
        poll_delay=0.1,
        log_results=False,
    )
