"""Sums of months long past, which hardly ever change: kept in memory as long as they are as they were.

How they are is told by the versions of those months (tips/tallies/keeping.py), which are read in the transaction of who
asks: what was counted anew, and what was shut out by an accusation, is never told from memory.
"""

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from sqlalchemy import func, select

from satark.insight.asking import Window
from satark.insight.reading import Reading
from satark.store.tallies import TallyMonth

MOST_ROWS = 100_000
"""Of sums that are kept: some 30 MB."""
Sums = dict[tuple[Any, ...], tuple[int, ...]]

_month: Any = TallyMonth
_kept: OrderedDict[Hashable, Sums] = OrderedDict()


async def settled(of: Reading, window: Window, asked: Hashable, read: Callable[[], Coroutine[Any, Any, Sums]]) -> Sums:
    """What `read` gives of these months of an audience, `asked` being what it reads. Not to be changed."""
    key = (of.audience, window, asked, await _version(of, window))
    if key not in _kept:
        return _keep(key, await read())
    _kept.move_to_end(key)
    return _kept[key]


def _keep(key: Hashable, found: Sums) -> Sums:
    _kept[key] = found
    while sum(map(len, _kept.values())) > MOST_ROWS:
        _kept.popitem(last=False)
    return found


async def _version(of: Reading, window: Window) -> tuple[int, ...]:
    """It begins anywhere and only grows, so no two states have the same."""
    own = (_month.audience == of.audience) & _month.month.between(window.first, window.last)
    return tuple((await of.db.execute(select(func.count(), func.sum(_month.version)).where(own))).one())
