"""The composition root: settings in, applications out. Nothing else builds what it uses.

What only some processes are, each loads for itself: a gateway holds no panel, and a panel nothing that delivers.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from arq.connections import ArqRedis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.routing import Mount

from satark.channels.registry import Registry
from satark.core import Core
from satark.evidence.blobs import Blobs
from satark.evidence.keeping import Keeper
from satark.identity.lookup import Lookup
from satark.intake.batch import Desk
from satark.intake.door import Door
from satark.intake.effects import Tools
from satark.jobs.redis import open_pool, redis_settings
from satark.jobs.wake import Waker
from satark.metrics import served
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.jurisdiction import Jurisdiction
from satark.settings import Settings
from satark.store.checks import check_database, check_keys, check_role, check_version, wrong_keys
from satark.store.engine import Store
from satark.store.fingerprints import mismatched_keys
from satark.store.health import Health
from satark.store.keys import Keys, load_keys
from satark.store.sealing import Locker, Opener, Seal
from satark.voices.espeak import available
from satark.voices.shelf import Shelf
from satark.voices.speaker import Speaker
from satark.web import health
from satark.web.pages import Pages
from satark.web.readiness import Readiness

if TYPE_CHECKING:
    from satark.jobs.worker import Bench

log = logging.getLogger(__name__)

GATEWAY_KEYS = ("lookup.key", "conversation.key", "courier.pub", "reply.key")
REDIS_ADVICE = "what comes is kept, and is answered once Redis is back: look at SATARK_REDIS_URL, and whether it runs"
RETRY_S = 2.0


def build_core(
    settings: Settings, pool: ArqRedis | None = None, plugins: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None, *, speaks: bool = False,
) -> Core:  # fmt: skip
    """Everything both applications and the worker use. `plugins` are channels besides the installed ones, by name.
    `speaks` is whether this process alone serves callers, and may speak what has no clip."""
    environ = os.environ if environ is None else environ
    store, keys = Store(settings.database), load_keys(settings.keys)
    jurisdiction = Jurisdiction(store, load_pack(data_dir("jurisdictions") / settings.jurisdiction))
    registry = Registry(environ)
    registry.load(settings.wanted_channels(environ))
    for name, plugin in (plugins or {}).items():
        registry.add(plugin, name)
    waker = Waker(pool)
    opener = Opener(keys["content.key"]) if "content.key" in keys else None
    locker = Locker(keys["search.key"]) if "search.key" in keys else None
    return Core(
        settings=settings,
        store=store,
        keys=keys,
        jurisdiction=jurisdiction,
        registry=registry,
        pages=_pages(registry, jurisdiction),
        keeper=Keeper(store, Blobs(settings.evidence, settings.reserve), Seal(keys["content.pub"]), opener, locker),
        speaker=Speaker(Shelf(settings.clips), speaks=speaks and available()),
        door=_door(settings, store, keys, jurisdiction, waker) if all(name in keys for name in GATEWAY_KEYS) else None,
        wake=waker.wake,
        readiness=_readiness(store, pool, registry),
    )


def _readiness(store: Store, pool: ArqRedis | None, registry: Registry) -> Readiness:
    """What every process needs."""
    readiness = Readiness()
    readiness.add("database", partial(check_database, store))
    readiness.add("version", partial(check_version, store))
    readiness.add("channels", registry.check_failed, required=False)
    if pool is not None:
        readiness.add("redis", partial(_check_redis, pool), required=False)
    return readiness


async def _check_redis(pool: ArqRedis) -> str:
    try:
        await pool.ping()
    except (RedisError, OSError) as error:
        return f"it does not answer ({type(error).__name__}); {REDIS_ADVICE}"
    return ""


def add_process_checks(core: Core, *processes: str) -> None:
    """What these processes need besides: `gateway`, `panel` or `worker`."""
    core.readiness.add("role", partial(check_role, core.store, processes))
    core.readiness.add("keys", partial(check_keys, core.store, core.keys, processes))


def _pages(registry: Registry, jurisdiction: Jurisdiction) -> Pages:
    own = {name: one.templates for name, one in registry.channels.items() if one.templates}
    return Pages(own, lambda: jurisdiction.pack.wording)


def _door(settings: Settings, store: Store, keys: Keys, jurisdiction: Jurisdiction, waker: Waker) -> Door:
    tools = Tools(
        jurisdiction=jurisdiction,
        lookup=Lookup(keys["lookup.key"]),
        content=Seal(keys["content.pub"]),
        courier=Seal(keys["courier.pub"]),
        reply=Opener(keys["reply.key"]),
    )
    desk = Desk(store, tools, Locker(keys["conversation.key"]), settings.idle_minutes * 60)
    return Door(desk, waker.wake, Health(store))


def build_bench(core: Core) -> "Bench":
    """What the worker works with. Raises KeyMissing in a process that was not given the courier's key."""
    from satark.delivery.tools import Courier
    from satark.jobs.providers import Providers
    from satark.jobs.worker import Bench
    from satark.tips.indexing import Indexer

    courier = Courier(
        store=core.store,
        channels=core.registry.channels,
        jurisdiction=core.jurisdiction,
        opener=Opener(core.keys["courier.key"]),
        lookup=Lookup(core.keys["lookup.key"]),
        locker=Locker(core.keys["conversation.key"]),
        health=Health(core.store),
    )
    indexer = Indexer(
        core.store, Opener(core.keys["content.key"]), Opener(core.keys["reply.key"]), Locker(core.keys["search.key"])
    )
    return Bench(core, courier, Providers(core, courier), indexer)


def build_web(
    core: Core, only: str = "", environ: Mapping[str, str] | None = None, *, listens: bool = True
) -> Starlette:
    """The public application, the panel, or (`only` empty) both, the panel under its path."""
    add_process_checks(core, *(("gateway", "panel") if not only else (only,) if listens else ()))
    if only == "panel":
        web = Starlette(routes=[_panel(core), *health.ROUTES])
        web.state.core = core
    else:
        from satark.gateway.app import create_gateway

        web = create_gateway(core, environ, listens=listens)
    if not only:
        web.router.routes.insert(0, _panel(core))
    web.add_middleware(health.RefusesWhileNotReady, readiness=core.readiness)
    return web


def _panel(core: Core) -> Mount:
    from satark.panel.app import create_panel

    return Mount("/panel", create_panel(core))


@asynccontextmanager
async def running(core: Core, web: Starlette) -> AsyncIterator[None]:
    """The core at work: the door open and the channels started, until the block ends."""
    async with AsyncExitStack() as stack:
        stack.enter_context(served(core.settings.metrics_port, core.settings.metrics_interval))
        stack.push_async_callback(core.store.dispose)
        stack.callback(core.keeper.sandbox.close)
        await stack.enter_async_context(_keys_compared(core))
        await core.jurisdiction.start()
        stack.push_async_callback(core.jurisdiction.stop)
        if core.door is not None:
            await core.door.start()
            core.readiness.add("intake", core.door.check)
            stack.push_async_callback(core.door.stop)
        if hasattr(web.state, "hosts"):
            await core.registry.start(web.state.hosts)
            stack.push_async_callback(core.registry.stop)
        yield


@asynccontextmanager
async def _keys_compared(core: Core) -> AsyncIterator[None]:
    """Compare the keys with those of the installation, at once or as soon as the database answers: until then, and where
    they are others, the process does no work."""
    core.readiness.refuse_until_decided()
    if await _compare_keys(core):
        yield
        return
    over = asyncio.Event()
    comparing = asyncio.create_task(_compare_keys_later(core, over), name="the keys")
    try:
        yield
    finally:
        over.set()
        await comparing


async def _compare_keys_later(core: Core, over: asyncio.Event) -> None:
    """Until it was done, or the process ends. A look is never cut off: it would leave its connection open."""
    while not over.is_set() and not await _compare_keys(core):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_S):
                await over.wait()


async def _compare_keys(core: Core) -> bool:
    """Whether they could be compared."""
    try:
        refusal = wrong_keys(await mismatched_keys(core.store, core.keys))
    except Exception:  # noqa: BLE001 - whatever the driver raises, /readyz says why
        return False
    if refusal:
        log.error("this process does no work: %s", refusal)
    core.readiness.decide(refusal)
    return True


async def connect(settings: Settings) -> ArqRedis:
    """Redis, whether it answers by now or not."""
    return open_pool(redis_settings(settings.redis_url.get_secret_value()))
