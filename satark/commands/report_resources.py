"""What `satark bench resources` measured, as a part of docs/benchmarks.md."""

import statistics
from collections.abc import Iterator, Sequence

from satark.commands.bench_growth import Growth, Point
from satark.commands.bench_resources import Flood, Found, Start, Wanted
from satark.commands.load import CONNECTIONS
from satark.commands.report import machine, table
from satark.commands.weight import Weight

NAME = "resources"
STARTS = ("process", "ready after s: median", "lowest", "highest", "of it processor", "at rest: PSS MB", "RSS", "of it own",
          "pages looked at: PSS MB", "RSS", "of it own")  # fmt: skip
FLOODS = ("database", "seconds", "messages", "a second: first quarter", "last", "own MB: first quarter", "last", "highest",
          "PSS MB: first quarter", "last", "highest")  # fmt: skip
GROWTHS = ("database", "a second: median", "lowest", "highest", "µs of processor each: median", "lowest", "highest",
           "own MB", "PSS MB")  # fmt: skip


def section(found: Found, wanted: Wanted) -> str:
    said = (
        f"Measured on {machine()}. {wanted.starts} starts, {wanted.rest:.0f} seconds of rest; {wanted.rounds} rounds of"
        f" {wanted.messages:,} messages at each size, {CONNECTIONS} connections, the client on the same machine."
    )
    lines = [said]
    if found.starts:
        lines += ["", *table(STARTS, [(name, *_of_start(one)) for name, one in found.starts.items()])]
    if found.floods:
        lines += ["", *table(FLOODS, [tuple(_of_flood(one)) for one in found.floods])]
    for what in dict.fromkeys(one.what for one in found.growths):
        rows = [row for one in found.growths if one.what == what for row in _of_growth(one)]
        lines += ["", *table((what, *GROWTHS), rows)]
    return "\n".join(lines)


def _megabytes(size: float) -> str:
    return f"{size / 2**20:,.0f}"


def _of_weight(weight: Weight) -> Iterator[str]:
    yield from map(_megabytes, (weight.pss, weight.rss, weight.own))


def _of_start(start: Start) -> Iterator[str]:
    yield from (f"{each:.2f}" for each in _spread(start.seconds))
    yield f"{statistics.median(start.busy):.2f}"
    yield from _of_weight(start.resting)
    yield from _of_weight(start.used) if start.used else "–––"


def _of_flood(flood: Flood) -> Iterator[str]:
    yield from (flood.database, f"{flood.seconds:,.0f}", f"{flood.messages:,}")
    yield from (f"{rate:,.0f}" for rate in _quarters(flood.rates))
    for held in ([one.own for one in flood.weights], [one.pss for one in flood.weights]):
        yield from map(_megabytes, (*_quarters(held), max(held)))


def _of_growth(growth: Growth) -> Iterator[tuple[str, ...]]:
    for size, points in growth.points.items():
        yield f"{size:,}", growth.database, *_of_points(points)


def _of_points(points: Sequence[Point]) -> Iterator[str]:
    for each in ([one.rate for one in points], [one.cost for one in points]):
        yield from (f"{value:,.0f}" for value in _spread(each))
    for held in ([one.weight.own for one in points], [one.weight.pss for one in points]):
        yield _megabytes(statistics.median(held))


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def _quarters(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first quarter and of the last."""
    some = max(1, len(values) // 4)
    return statistics.median(values[:some]), statistics.median(values[-some:])
