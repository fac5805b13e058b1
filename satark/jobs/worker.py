"""What the worker does, when it is woken and by the clock."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arq import cron
from arq.connections import ArqRedis
from arq.worker import Worker
from redis.exceptions import RedisError

from satark.core import Core
from satark.delivery.courier import deliver_due
from satark.delivery.muting import mute_due
from satark.delivery.tools import Courier
from satark.evidence.leftovers import discard_due
from satark.evidence.preparing import prepare_due
from satark.jobs.audit_heads import sign_and_send
from satark.jobs.clocks import empty_closed, keep_time
from satark.jobs.counting import count_changes
from satark.jobs.digests import send_digests
from satark.jobs.gauges import measure
from satark.jobs.jumps import watch_clock
from satark.jobs.providers import Providers
from satark.jobs.purging import purge
from satark.jobs.pushes import push_news
from satark.jobs.reports import send_reports
from satark.jobs.warnings import tell_warnings
from satark.store.outage import Outage
from satark.tips.indexing import Indexer, index_due

log = logging.getLogger(__name__)

# All that a job does has a limit of its own; it goes on as long as there is something due.
JOB_LIMIT = 3600
REDIS_PAUSE = 1.0
EVERY_FIVE_SECONDS = EVERY_FIVE_MINUTES = set(range(0, 60, 5))


@dataclass(frozen=True)
class Bench:
    """What the jobs work with."""

    core: Core
    courier: Courier
    providers: Providers
    indexer: Indexer


async def deliver(ctx: Mapping[str, Any]) -> int:
    bench: Bench = ctx["bench"]
    return await deliver_due(bench.courier)


async def prepare(ctx: Mapping[str, Any]) -> int:
    bench: Bench = ctx["bench"]
    done = await prepare_due(bench.core.keeper, bench.providers.fetch, bench.core.settings.upload_limit)
    return done + (await discard(ctx) if done else 0)


async def discard(ctx: Mapping[str, Any]) -> int:
    """Delete at the providers what is here."""
    bench: Bench = ctx["bench"]
    return await discard_due(bench.core.store, bench.providers.discard)


async def mute(ctx: Mapping[str, Any]) -> int:
    """What officers wish about malicious senders."""
    bench: Bench = ctx["bench"]
    return await mute_due(bench.courier)


async def hide_file_times(ctx: Mapping[str, Any]) -> int:
    """Let no file tell when it came better than the quarter of an hour."""
    core: Core = ctx["bench"].core
    return await asyncio.to_thread(core.keeper.blobs.hide_times)


async def index(ctx: Mapping[str, Any]) -> int:
    """Make new letters searchable."""
    bench: Bench = ctx["bench"]
    return await index_due(bench.indexer)


async def close_idle(ctx: Mapping[str, Any]) -> int:
    """Submit what rests too long."""
    core: Core = ctx["bench"].core
    return await core.door.close_idle(core.registry.channels) if core.door else 0


async def forget_old(ctx: Mapping[str, Any]) -> None:
    """Destroy what is no longer needed (P8)."""
    await purge(ctx["bench"].core)


def make_worker(bench: Bench, pool: ArqRedis) -> Worker:
    """An arq worker that the caller runs. The sweep makes up for every wake-up that was lost."""
    return Worker(
        functions=[deliver, prepare, mute, index],
        cron_jobs=[
            cron(measure, second={5, 20, 35, 50}),
            cron(deliver, second=EVERY_FIVE_SECONDS),
            cron(prepare, second=EVERY_FIVE_SECONDS),
            cron(index, second=EVERY_FIVE_SECONDS),
            cron(discard, minute=EVERY_FIVE_MINUTES, second={50}),
            cron(close_idle, second={30}),
            cron(mute, second={15}),
            cron(keep_time, second={10}),
            cron(empty_closed, second={45}),
            cron(count_changes, second={50}),
            cron(tell_warnings, minute={3}, second={20}),
            cron(send_digests, minute=EVERY_FIVE_MINUTES, second={40}),
            cron(send_reports, minute=EVERY_FIVE_MINUTES, second={25}),
            cron(hide_file_times, minute={0, 15, 30, 45}, second={35}),
            cron(push_news, minute={0, 15, 30, 45}, second={20}),
            cron(forget_old, hour={3}, minute={17}),
            cron(sign_and_send, minute={7}, second={35}),
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


async def work(bench: Bench, pool: ArqRedis) -> None:
    """Do what there is to do, until cancelled. arq's worker ends where Redis is gone; then one begins anew. When it
    returns, no job is at work any more."""
    outage, at_work = Outage(), set[asyncio.Task[Any]]()

    async def begun(ctx: dict[Any, Any]) -> None:  # noqa: ARG001 - arq names it
        """arq has asked Redis for its version by now."""
        if outage.ends():
            log.warning("Redis answers again, and the worker works")

    try:
        while True:
            worker = make_worker(bench, pool)
            worker.on_startup = begun
            try:
                await _work_once(bench, worker)
            except (RedisError, OSError) as error:
                if outage.strikes():
                    said = "Redis does not answer (%s); nothing is lost, and the worker tries again"
                    log.error(said, type(error).__name__)
                await asyncio.sleep(REDIS_PAUSE)
            finally:
                # arq leaves its jobs to themselves.
                at_work = {one for one in (*at_work, *worker.tasks.values()) if not one.done()}
    finally:
        await bench.courier.stop()
        await _end(*at_work)


async def _work_once(bench: Bench, worker: Worker) -> None:
    watching = asyncio.create_task(watch_clock(bench.core.store, worker), name="the clock")
    try:
        await worker.async_run()
    finally:
        await _end(watching)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
