"""All of an installation in one process, as `satark run` starts it."""

import asyncio
from collections.abc import Mapping

import typer

from satark.app import add_process_checks, build_bench, build_core, build_web, running
from satark.commands.demo import is_empty, load
from satark.commands.loop import starting
from satark.commands.run import close_demo, migrate_database, note_channels, redis_for, serve, watched
from satark.core import Core
from satark.jobs.worker import work
from satark.settings import Settings
from satark.store.checks import check_keys
from satark.store.engine import Store
from satark.store.fingerprints import known_keys
from satark.store.keys import NEEDED, WrongKeys, load_keys, make_keys


async def everything(settings: Settings, plugins: Mapping[str, object] | None = None) -> None:
    """Web, worker and cron in one process, on an installation that is made where there is none; with a demo, where the
    settings want one and the address is not public. Its numbers count the demo, if nobody says otherwise."""
    if _has_demo(settings) and "count_synthetic" not in settings.model_fields_set:
        settings = settings.model_copy(update={"count_synthetic": True})
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    await migrate_database(settings)
    await _make_keys(settings)
    async with redis_for(settings) as pool:
        with starting():
            core = build_core(settings, pool, plugins, speaks=True)
            web_app, bench = build_web(core), build_bench(core)
        add_process_checks(core, "worker")
        async with running(core, web_app), watched(core):
            if _has_demo(settings) and await is_empty(core.store):
                await load(core)
            await note_channels(core)
            await close_demo(core)
            beside = [
                asyncio.create_task(work(bench, pool), name="the worker"),
                asyncio.create_task(_greet(core), name="the greeting"),
            ]
            try:
                await serve(web_app, settings)
            finally:
                for one in beside:
                    one.cancel()
                await asyncio.gather(*beside, return_exceptions=True)


async def _make_keys(settings: Settings) -> None:
    """Those that this installation never had: one that it had must come back, for nothing is opened by another. Raises
    WrongKeys."""
    store = Store(settings.database)
    try:
        make_keys(settings.keys, but=await known_keys(store))
        if wrong := await check_keys(store, load_keys(settings.keys), NEEDED):
            raise WrongKeys(wrong)
    finally:
        await store.dispose()


def _has_demo(settings: Settings) -> bool:
    return settings.demo and not settings.secure


async def _greet(core: Core) -> None:
    url = core.settings.public_url
    typer.echo(f"\n{typer.style('Satark', bold=True)} · citizens: {url}/ · police: {url}/panel/")
    typer.echo("Channels on: " + ", ".join(core.registry.channels))
    for name, trouble in core.registry.troubles.items():
        typer.echo(f"Channel {name} {trouble}")
    for login, password, office in await load(core) if _has_demo(core.settings) else ():
        typer.echo(f"  {login:<10} {password:<14} {office}")
    if core.settings.demo and core.settings.secure:
        typer.echo("No demo: its passwords are published, and this address is public.")
    if await is_empty(core.store):
        typer.echo("Nobody has an account yet: satark user add LOGIN --role administrator")
    typer.echo("Ctrl-C stops all of it.\n")
