"""`satark keys add`, `use`, `reseal` and `drop`: new keys for old, while everything runs."""

from satark.commands.exchangeable import Name
from satark.settings import Settings
from satark.store import rotation
from satark.store.engine import Store


async def reseal(settings: Settings, name: Name) -> int:
    """Close anew what is closed to old keys. Returns how much that was."""
    store = Store(settings.database)
    try:
        done = await rotation.reseal(store, name, (settings.keys / f"{name}.key").read_bytes())
        await store.scrub()
    finally:
        await store.dispose()
    return done


async def drop(settings: Settings, name: Name) -> None:
    """Keep only the key in use. Raises NotNow where something is still closed to another."""
    if done := await reseal(settings, name):
        raise rotation.NotNow(
            f"{done} more were closed to an old key: let every process be started again, then once more"
        )
    rotation.drop(settings.keys, name)
