"""How much memory a process holds with all that it started, as Linux counts it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
A_KILOBYTE = 1024


@dataclass(frozen=True)
class Weight:
    """In bytes. `pss` counts a page that several processes map by its share, `rss` whole for each of them; `own` is what is
    no file's. What is mapped of a file can be dropped and read again."""

    pss: int = 0
    rss: int = 0
    own: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.pss + other.pss, self.rss + other.rss, self.own + other.own)


def weigh(pid: int) -> Weight:
    """A process and all that it started. One that ends meanwhile weighs nothing."""
    return sum(map(_weight_of, _family(pid)), Weight())


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for children in (PROC / str(pid) / "task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _weight_of(pid: int) -> Weight:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return Weight()
    sizes = {name: int(size.split()[0]) * A_KILOBYTE for name, _, size in (line.partition(":") for line in lines)}
    return Weight(sizes["Pss"], sizes["Rss"], sizes["Anonymous"])


@asynccontextmanager
async def watched(pid: int, every: float) -> AsyncIterator[list[Weight]]:
    """Weighed every so many seconds while the block lasts, and at its end."""
    found: list[Weight] = []

    async def watch() -> None:
        while True:
            found.append(weigh(pid))
            await asyncio.sleep(every)

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        found.append(weigh(pid))
