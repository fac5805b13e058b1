"""Tables of numbers as files, and what is common to pages of tables: their order, and the links that change one thing."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from satark.insight.funnel import Standing
from satark.language import show_day
from satark.panel.gate import Work
from satark.paper.sheets import Cell, Column, Sheet, as_csv, as_xlsx
from satark.paper.words import words_of
from satark.store.clock import hour_of, now, start_of

MAKERS: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
NAME, OTHER = 34, 14

Row = TypeVar("Row")


@dataclass(frozen=True)
class Asked:
    """What a page of a table was asked for. `sort` is a column, after a minus sign the largest first."""

    kind: str
    months: int
    sort: str
    measure: str = ""
    category: str = ""

    def but(self, **changed: str) -> str:
        """The query of the same page but for that; a value of "" is left out, to be written behind: `…&sort=`."""
        asked = asdict(replace(self, **changed))  # type: ignore[arg-type]
        last = [name for name, value in changed.items() if not value]
        told = urlencode({name: value for name, value in asked.items() if value and name not in last})
        return "?" + "&".join(filter(None, (told, *(f"{name}=" for name in last))))

    @classmethod
    def of(cls, work: Work, kinds: Sequence[str], sorts: Sequence[str], usual: str, **more: Any) -> Self:
        """What is not known is what is usual."""
        said = work.request.query_params.get
        kind, sort = said("kind", ""), said("sort", "")
        return cls(
            kind=kind if kind in kinds else kinds[0], sort=sort if sort.removeprefix("-") in sorts else usual, **more
        )


def in_order(rows: Iterable[Row], value: Callable[[Row], Any], *, falling: bool) -> list[Row]:
    """Those without a value stand last, whichever way; equals stay as they are."""
    known = list(rows)
    told = [row for row in known if value(row) is not None]
    return [*sorted(told, key=value, reverse=falling), *(row for row in known if value(row) is None)]


async def as_file(
    work: Work, kind: str, name: str, columns: Sequence[str], rows: list[tuple[Cell | None, ...]]
) -> Response:
    """`name` and `columns` are those of templates/print/numbers.j2. An empty cell is what is not known."""
    make, mime = MAKERS[kind]
    hour, locale = hour_of(now()), work.viewer.locale

    def made() -> bytes:
        words = words_of("numbers", locale, name=work.viewer.name, day=show_day(hour, locale))
        return make(
            Sheet(
                title=words[name],
                columns=tuple(Column(words.get(one, one), OTHER if at else NAME) for at, one in enumerate(columns)),
                rows=[tuple(_said(words, cell) for cell in row) for row in rows],
                by=words["by"],
                about=(words["careful"],),
                more="",
                locale=locale,
                time=start_of(hour),
            )
        )

    headers = {"Content-Disposition": f'attachment; filename="satark-{name}.{kind}"'}
    return Response(await asyncio.to_thread(made), headers=headers, media_type=mime)


def _said(words: dict[str, Any], cell: Cell | None) -> Cell:
    if isinstance(cell, Standing):
        return str(words["standings"][cell])
    return "" if cell is None else cell
