"""Measures the pages of numbers over very many tips, and what it costs to keep them: `satark bench insight`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from sqlalchemy import select, update

from satark.app import build_bench, build_web
from satark.commands import bench, mass
from satark.commands.bench import Measured, Results, Run
from satark.commands.loop import spare_what_is_there
from satark.core import Core
from satark.jobs.counting import audiences, count_changes
from satark.jobs.warnings import tell_warnings
from satark.store.clock import hour_of, now
from satark.store.tables import Tip
from satark.tips.tallies.marks import mark
from satark.tips.tallies.passing import rebuild

TIMES, TIMES_WORKED = 20, 5
PAGES = {
    "overview": "",
    "a week": "changes?kind=week",
    "a month": "changes?kind=month",
    "map": "map",
    "map, two years of a kind": "map?months=24&category=gambling",
    "stations": "stations",
    "sensitivity": "areas",
    "hours": "hours",
    "hours, two years of a kind": "hours?months=24&category=gambling",
    "early warning": "warnings",
}
WORKER = "worker"
KINDS = ("gambling", "liquor_drugs")
_tip: Any = Tip


async def run(folder: Path, server: str, sizes: Sequence[int], console: Console, *, keep: bool) -> list[Run]:
    """Measure on SQLite, and on PostgreSQL where there is a server. What is there already with so many tips is used."""
    runs = []
    for kind in ("sqlite", *(("postgresql",) if server else ())):
        done = Run(kind)
        for size in sizes:
            at = server if kind == "postgresql" else ""
            async with bench.place(folder / str(size), at, size, keep=keep) as settings:
                core = await bench.filled(settings, size, console)
                done.database = await bench.version_of(core.store)
                done.results[size] = await _measure(core, size, console)
                await core.store.dispose()
        runs.append(done)
    return runs


async def _measure(core: Core, size: int, console: Console) -> Results:
    """The numbers are counted first: pages read them."""
    await bench.settle_officers(core)
    worked = await _work(core, size)
    # To count all anew leaves SQLite a log longer than any day does, which each page would look through.
    await core.store.scrub()
    results: Results = {}
    web = build_web(core, "panel")
    spare_what_is_there()
    for who in bench.OFFICERS:
        async with bench.at_desk(web, who) as client:
            for what, path in PAGES.items():
                results[what, who] = await bench.timed(partial(_get, client, path), TIMES, bench.WARM)
    results |= {(what, WORKER): measured for what, measured in worked.items()}
    for (what, who), measured in results.items():
        console.print(f"{who:6} {what:36} {measured.median:8.1f} {measured.late:8.1f}")
    return results


async def _get(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/panel/insight/{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    assert "being counted" not in answer.text, path


async def _work(core: Core, size: int) -> dict[str, Measured]:
    context, wanted = {"bench": build_bench(core)}, await audiences(core)
    anew = await bench.timed(lambda: rebuild(core.store, wanted, hour_of(now())), 1, 0)
    an_hour = max(1, size // (mass.YEARS * 365 * 24))
    changed: list[float] = []
    for turn in range(TIMES_WORKED):
        await _change(core, an_hour, KINDS[turn % len(KINDS)])
        changed += (await bench.timed(lambda: count_changes(context), 1, 0)).times
    told = await bench.timed(lambda: tell_warnings(context), TIMES_WORKED, 0)
    return {"all numbers anew": anew, "after an hour's tips": Measured(changed), "whom to tell of warnings": told}


async def _change(core: Core, tips: int, category: str) -> None:
    """The newest tips are of another kind."""
    async with core.store.write() as db:
        newest = select(Tip).where(_tip.category != category).order_by(_tip.hour.desc()).limit(tips)
        rows = (await db.execute(newest)).all()
        await db.execute(update(Tip).where(_tip.id.in_([row.id for row in rows])).values(category=category))
        await mark(db, *(row.hour for row in rows))
