"""`satark keys add`, `use`, `reseal` and `drop`: new keys for old, while everything runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from satark.commands.exchangeable import Name
from satark.settings import Settings
from satark.store import rotation
from satark.store.engine import Store
from satark.tips.audit import note_command


async def add(settings: Settings, name: Name) -> None:
    """Make a new key, which only opens yet."""
    async with _noted(settings, "keys add", name) as store:
        await rotation.add(store, settings.keys, name)


async def use(settings: Settings, name: Name) -> None:
    """Close with the new key from now on. Raises NotNow where there is none."""
    async with _noted(settings, "keys use", name) as store:
        await rotation.use(store, settings.keys, name)


async def reseal(settings: Settings, name: Name) -> int:
    """Close anew what is closed to old keys. Returns how much that was."""
    async with _noted(settings, "keys reseal", name) as store:
        return await _reseal(store, settings, name)


async def drop(settings: Settings, name: Name) -> None:
    """Keep only the key in use. Raises NotNow where something is still closed to another."""
    async with _noted(settings, "keys drop", name) as store:
        if done := await _reseal(store, settings, name):
            raise rotation.NotNow(
                f"{done} more were closed to an old key: let every process be started again, then once more"
            )
        await rotation.drop(store, settings.keys, name)


async def _reseal(store: Store, settings: Settings, name: Name) -> int:
    done = await rotation.reseal(store, name, (settings.keys / f"{name}.key").read_bytes())
    await store.scrub()
    return done


@asynccontextmanager
async def _noted(settings: Settings, command: str, name: Name) -> AsyncIterator[Store]:
    """A step, and an entry of the audit log once it is done."""
    store = Store(settings.database)
    try:
        yield store
        async with store.write() as db:
            await note_command(db, command, detail=name.value)
    finally:
        await store.dispose()
