"""The numbers of a page as a file, for whoever wants to go on with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from satark.panel.gate import Work
from satark.paper.press import on_press
from satark.paper.sheets import Cell, Column, Sheet, as_csv
from satark.paper.words import words_of
from satark.store.clock import now

Rows = Callable[[Mapping[str, Any]], list[tuple[Cell, ...]]]


async def csv(work: Work, name: str, columns: Sequence[str], rows: Rows) -> Response:
    """`columns` are words of templates/print/changes.j2, which `rows` are given too."""
    locale = work.viewer.locale

    def made() -> bytes:
        words = words_of("changes", locale)
        titles = tuple(Column(words[column], 0) for column in columns)
        return as_csv(Sheet(name, titles, rows(words), by="", about=(), more="", locale=locale, time=now()))

    headers = {"Content-Disposition": f'attachment; filename="satark-{name}.csv"'}
    return Response(await on_press(made), headers=headers, media_type="text/csv; charset=utf-8")
