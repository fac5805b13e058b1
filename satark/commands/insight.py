"""`satark insight rebuild`: all numbers from the tips themselves."""

from satark.app import build_core
from satark.jobs.counting import audiences
from satark.settings import Settings
from satark.store.clock import hour_of, now
from satark.tips.audit import note_command
from satark.tips.tallies.passing import rebuild


async def run(settings: Settings) -> tuple[int, bool]:
    """Returns of how many audiences, and whether all of it was done: what changes meanwhile waits for the worker."""
    core = build_core(settings)
    try:
        await core.jurisdiction.look()
        async with core.store.write() as db:
            await note_command(db, "rebuild numbers")
        wanted = await audiences(core)
        return len(wanted), await rebuild(core.store, wanted, hour_of(now()))
    finally:
        await core.store.dispose()
