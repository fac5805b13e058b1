"""Sums over the rows that are kept, less what is hidden from a viewer alone."""

from collections.abc import Iterable, Sequence
from functools import partial
from operator import add
from typing import Any

from sqlalchemy import func, select
from sqlmodel import SQLModel

from satark.insight.asking import Scope, Window
from satark.insight.reading import Reading
from satark.insight.settled import Sums, settled
from satark.tips.tallies.calendar import month_of
from satark.tips.tallies.counting import keys_of, numbers_of

MOST_MONTHS = 36
"""Of a longer time, months are not named one by one."""
LONG = 9
"""Of so many months or more, all but the newest are told from memory (settled.py)."""
NEWEST = 3


async def sums(
    of: Reading, table: Any, by: Sequence[str], window: Window, scope: Scope, *, category: str | None = None,
    days: tuple[int, int] | None = None,
) -> dict[tuple[Any, ...], tuple[int, ...]]:  # fmt: skip
    """The numbers of a table, summed up by some of its keys. What is hidden was perhaps counted differently a minute ago, so
    nothing falls below zero."""
    numbers, known = numbers_of(table), len(by)
    where = [] if category is None else [table.category == category]
    where += [] if days is None else [table.day.between(*days)]

    async def read(some: Window) -> Sums:
        keys = [getattr(table, name) for name in by]
        summed = select(*keys, *(func.sum(getattr(table, name)) for name in numbers)).group_by(*keys)
        rows = await of.db.execute(summed.where(*wanted(of, table, some, scope), *where))
        # All at once: one by one, each would be handed over from another thread.
        return {row[:known]: row[known:] for row in map(tuple, rows.all())}

    old, new = _parted(of, window)
    found = await read(new)
    if old is not None:
        asked = (table, tuple(by), scope, category, days)
        for key, past in (await settled(of, old, asked, partial(read, old))).items():
            found[key] = tuple(map(add, found[key], past)) if key in found else past
    if not of.hidden:
        return found
    for sign, row, less in hidden_rows(of, table, window, scope):
        if (category is None or row["category"] == category) and (days is None or days[0] <= row["day"] <= days[1]):
            key = tuple(row[name] for name in by)
            before = found.get(key, (0,) * len(numbers))
            found[key] = tuple(one + sign * other for one, other in zip(before, less, strict=True))
    return {key: tuple(max(0, one) for one in row) for key, row in found.items() if any(one > 0 for one in row)}


def _parted(of: Reading, window: Window) -> tuple[Window | None, Window]:
    """A long time into what is long past and the rest."""
    border = month_of(of.counted) - NEWEST
    if window.last - window.first + 1 < LONG or not window.first < border <= window.last:
        return None, window
    return Window(window.first, border - 1), Window(border, window.last)


def _asked(table: Any, scope: Scope) -> dict[str, str]:
    """The columns that must have a value. Raises ValueError where a table does not know what is asked for."""
    asked = {name: value for name, value in vars(scope).items() if value}
    if not asked.keys() <= set(keys_of(table)):
        raise ValueError(asked)
    return asked


def wanted(of: Reading, table: Any, window: Window, scope: Scope) -> list[Any]:
    # Month by month where they are few: then what is asked for besides is found in the key, and nothing else is read.
    few = window.last - window.first < MOST_MONTHS
    months = range(window.first, window.last + 1) if few else ()
    time = table.month.in_(months) if few else table.month.between(window.first, window.last)
    own = [table.audience == of.audience, time]
    return own + [getattr(table, name) == value for name, value in _asked(table, scope).items()]


def hidden_rows(
    of: Reading, table: type[SQLModel], window: Window, scope: Scope
) -> Iterable[tuple[int, dict[str, Any], tuple[Any, ...]]]:
    names, asked = keys_of(table), _asked(table, scope)
    for sign, month, numbers in of.hidden:
        for key, row in numbers[table].items():
            told = {"month": month, **dict(zip(names, key, strict=True))}
            if window.first <= month <= window.last and all(told[name] == value for name, value in asked.items()):
                yield sign, told, row
