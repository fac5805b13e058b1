"""PostgreSQL with one round trip for many writes.

Each statement that goes for itself costs the gateway as much as five messages, and waits for its answer while nothing else
is done (`satark bench intake`). Those that write different tables go as one, all but the last in its WITH.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_PLACE = re.compile(r"\$(\d+)")
# Of a batch: whether it has tips, files, ends of conversations, and so on.
_KINDS = 256


class Write(NamedTuple):
    """An INSERT, UPDATE or DELETE in the driver's terms, the table that it writes, and its lists of parameters: on
    PostgreSQL one."""

    table: str
    statement: str
    rows: Sequence[tuple[Any, ...]]


def in_one_statement(writes: Sequence[Write]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """As few statements as can do the writes in their order, each with its parameters."""
    for some in _apart(writes):
        yield (
            _joined(tuple(write.statement for write in some)),
            tuple(value for write in some for value in write.rows[0]),
        )


def _apart(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Within one statement no part sees what another did: what writes a table once more waits for the next."""
    some: list[Write] = []
    for write in writes:
        if any(write.table == other.table for other in some):
            yield some
            some = []
        some.append(write)
    if some:
        yield some


@lru_cache(_KINDS)
def _joined(statements: tuple[str, ...]) -> str:
    """One statement, with its parameters counted through."""
    counted, before = [], 0
    for statement in statements:
        counted.append(_PLACE.sub(lambda found, before=before: f"${int(found[1]) + before}", statement))  # type: ignore[misc]
        before += max((int(number) for number in _PLACE.findall(statement)), default=0)
    *first, last = counted
    parts = ", ".join(f"w{at} AS ({part})" for at, part in enumerate(first))
    return f"WITH {parts} {last}" if parts else last
