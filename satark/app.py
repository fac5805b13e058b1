"""The composition root: settings in, applications out. Nothing else builds what it uses.

What only some processes are, each loads for itself: a gateway holds no panel, and a panel nothing that delivers.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from arq.connections import ArqRedis, create_pool
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
from satark.jobs.redis import redis_settings
from satark.jobs.wake import Waker
from satark.metrics import served
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.jurisdiction import Jurisdiction
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.health import Health
from satark.store.keys import Keys, load_keys
from satark.store.sealing import Locker, Opener, Seal
from satark.voices.espeak import available
from satark.voices.shelf import Shelf
from satark.voices.speaker import Speaker
from satark.web import health
from satark.web.pages import Pages

if TYPE_CHECKING:
    from satark.jobs.worker import Bench

GATEWAY_KEYS = ("lookup.key", "conversation.key", "courier.pub", "reply.key")


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
    )


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
    if only == "panel":
        panel = Starlette(routes=[_panel(core), *health.ROUTES])
        panel.state.core = core
        return panel
    from satark.gateway.app import create_gateway

    gateway = create_gateway(core, environ, listens=listens)
    if not only:
        gateway.router.routes.insert(0, _panel(core))
    return gateway


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
        await core.jurisdiction.start()
        stack.push_async_callback(core.jurisdiction.stop)
        if core.door is not None:
            await core.door.start()
            stack.push_async_callback(core.door.stop)
        if hasattr(web.state, "hosts"):
            await core.registry.start(web.state.hosts)
            stack.push_async_callback(core.registry.stop)
        yield


async def connect(settings: Settings) -> ArqRedis:
    return await create_pool(redis_settings(settings.redis_url.get_secret_value()))
