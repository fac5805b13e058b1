"""What `satark bench intake` measured, as a section of docs/benchmarks.md."""

import statistics
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from satark.commands.bench_intake import SAID, Measured, Measurements
from satark.commands.load import CONNECTIONS
from satark.commands.report import machine, table

NAME = "intake"
PACKAGES = ("starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy", "aiosqlite", "asyncpg", "pynacl")
HEAD = ("what", "a second: median", "lowest", "highest", "p50 ms", "p99 ms", "µs of processor each")


def section(found: Sequence[Measurements], rounds: int, seconds: float) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    said = (
        f"Measured on {machine()}; {packages}. {rounds} rounds of {seconds:.0f} seconds each, {CONNECTIONS} connections,"
        f" the client on the same machine. A report is {len(SAID)} messages, the last of which sends it off as a tip."
    )
    return "\n".join([said, *(line for one in found for line in _of(one))])


def _of(found: Measurements) -> Iterator[str]:
    yield f"\n### {found.database}\n"
    yield from table(HEAD, [(name, *_cells(measured)) for name, measured in found.by_name.items()])
    yield ""
    yield from _ratios(found)


def _cells(measured: Sequence[Measured]) -> Iterator[str]:
    rates = [one.rate for one in measured]
    yield from (f"{rate:,.0f}" for rate in (statistics.median(rates), min(rates), max(rates)))
    waits = sorted(wait for one in measured for wait in one.waits)
    yield from (f"{waits[int(len(waits) * part)] * 1000:.0f}" if waits else "–" for part in (0.5, 0.99))
    yield f"{statistics.median(one.cost for one in measured):,.0f}"


def _ratios(found: Measurements) -> Iterator[str]:
    """Beside the peers, round by round: what else the machine did then, it did to all of them."""
    for peer in ("bare", "naive"):
        if {"messages", peer} <= found.by_name.keys():
            pairs = zip(found.by_name["messages"], found.by_name[peer], strict=True)
            ratios = [ours.rate / its.rate for ours, its in pairs if its.rate]
            if ratios:
                spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
                yield f"messages / {peer}: {statistics.median(ratios):.2f} ({spread})."
