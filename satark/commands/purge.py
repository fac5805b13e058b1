"""`satark purge`: what the rules destroy, now or as it would be."""

from collections import Counter

import typer

from satark.app import build_core
from satark.jobs.purging import foresee, purge
from satark.settings import Settings
from satark.tips.audit import note_command


async def run(settings: Settings, *, dry: bool) -> None:
    """Destroy, or count, by the rules of the pack of now."""
    core = build_core(settings)
    try:
        await core.jurisdiction.look()
        if dry:
            _say("would be destroyed", await foresee(core))
        else:
            async with core.store.write() as db:
                await note_command(db, "purge")
            purged = await purge(core)
            _say("destroyed", {"content": purged.content, "address": purged.address, "rows": purged.rows})
            typer.echo(f"ciphertexts without a row: {purged.orphans}")
    finally:
        await core.store.dispose()


def _say(verb: str, counts: dict[str, Counter[str]]) -> None:
    """Counts only: no id of anything."""
    for what, count in counts.items():
        told = ", ".join(f"{name} {number}" for name, number in sorted(count.items()) if number)
        typer.echo(f"{what} {verb}: {told or 'nothing'}")
