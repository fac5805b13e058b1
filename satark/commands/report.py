"""What was measured, as a page of the documentation."""

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

from satark.commands.bench import Measured, Run

INBOX = """\
`satark bench inbox` makes synthetic tips, and asks the panel's application for pages as a browser does: session, queries,
template and all, but for the network. Each cell is the median / the 95th percentile of twenty times, in milliseconds;
searches are done three times, and say how many of their tips they came to. `×` is the median over the most tips by that
over the fewest. How the list is read: `satark/tips/ways.py`; how it is searched: `satark/tips/searching.py`.

A search stops after 1.5 seconds and goes further back when told to. `another's` are filters that no page offers to an SP or
SHO, typed into the address. What is late, and where, is counted off one index of what waits for the officer's offices: it
grows with the tips that nobody has got on with, 1 in 40 here, and not with those that are done.
"""


INSIGHT = """\
`satark bench insight` asks for the pages of numbers as `satark bench inbox` does for the list: the median / the 95th
percentile of twenty times, in milliseconds, and `×`. Below them is what the worker does, for three audiences: all numbers
anew (once), the months in which an hour's tips have changed (five times), and whom to tell of early warnings (five times).
"""


def inbox(runs: Sequence[Run]) -> str:
    """A part of the page."""
    return "\n".join([INBOX, f"Measured on {machine()}.", *map(_of, runs)])


def insight(runs: Sequence[Run]) -> str:
    """A part of the page."""
    return "\n".join([INSIGHT, f"Measured on {machine()}.", *map(_of, runs)])


def write_into(page: Path, name: str, said: str) -> None:
    """Replace what the last `satark bench NAME` said, between its marks. Raises ValueError where a page has none."""
    begin, end = f"<!-- satark bench {name} -->", f"<!-- end of satark bench {name} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, marked, after = rest.partition(end)
    if not marked:
        raise ValueError(f"{page} has no marks for {name}")
    page.write_text(f"{before}{begin}\n{said}\n{end}{after}", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Names on the left, numbers on the right."""
    for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows):
        yield "| " + " | ".join(row) + " |"


def machine() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.is_file() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    load = f"load average {os.getloadavg()[1]:.1f} at the end"
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}, {load}"


def _of(run: Run) -> str:
    sizes = sorted(run.results)
    head = ["what", "who", *(f"{size:,}" for size in sizes), "×"]
    rows = [head, ["---", "---", *("---:" for _ in sizes), "---:"], *_rows(run, sizes)]
    return "\n".join([f"\n### {run.database}\n", *("| " + " | ".join(row) + " |" for row in rows)])


def _rows(run: Run, sizes: Sequence[int]) -> Iterator[list[str]]:
    for what, who in run.results[sizes[0]]:
        each = [run.results[size][what, who] for size in sizes]
        ratio = each[-1].median / each[0].median
        yield [what, who, *map(_cell, each), f"{ratio:.1f}"]


def _cell(measured: Measured) -> str:
    came_to = f" ({measured.reached:,})" if measured.reached else ""
    return f"{measured.median:.0f} / {measured.late:.0f}{came_to}"
