"""A list as a file: for Excel, for any program, for paper."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from satark.language import RIGHT_TO_LEFT
from satark.paper.press import typeset

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | datetime
DAY_AND_TIME = "%d-%m-%Y %H:%M"
# Excel takes a cell that begins so for a formula, whatever the file says it is.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Column(Struct, frozen=True):
    """`width` is in characters."""

    title: str
    width: int


class Sheet(Struct, frozen=True):
    """Times in `rows` are those of India, and `time`, when it was made, is unix seconds. `by` says who made it, `about` what
    it is of; `more` that not everything is in it, empty where all is."""

    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    by: str
    about: tuple[str, ...]
    more: str
    locale: str
    time: int


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which Excel knows it. No cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column.title for column in sheet.columns)
    writer.writerows([harmless(_said(cell, "%Y-%m-%d %H:%M")) for cell in row] for row in sheet.rows)
    if sheet.more:
        writer.writerow([sheet.more])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _said(cell: Cell, pattern: str) -> str:
    return cell.strftime(pattern) if isinstance(cell, datetime) else str(cell)


def as_xlsx(sheet: Sheet) -> bytes:
    """In memory: nothing of it is left in a temporary file. What it is of stands on a second leaf."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": sheet.title, "created": datetime.fromtimestamp(sheet.time, UTC).replace(tzinfo=None)})
    leaf, about = book.add_worksheet("1"), book.add_worksheet("2")
    fill(book, leaf, sheet.columns, sheet.rows)
    about.set_column(0, 0, 80)
    _write_lines(about.write_string, (sheet.title, sheet.by, *sheet.about, sheet.more))
    if sheet.locale in RIGHT_TO_LEFT:
        leaf.right_to_left()
        about.right_to_left()
    book.close()
    return file.getvalue()


def fill(
    book: "xlsxwriter.Workbook", leaf: "Worksheet", columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]]
) -> None:
    """A table from the first cell of a leaf on, its head on every page."""
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "dd-mm-yyyy hh:mm", "align": "left"})
    for number, column in enumerate(columns):
        leaf.set_column(number, number, column.width)
        leaf.write_string(0, number, column.title, bold)
    for line, row in enumerate(rows, 1):
        for number, cell in enumerate(row):
            if isinstance(cell, datetime):
                leaf.write_datetime(line, number, cell, dated)
            elif isinstance(cell, int | float):
                leaf.write_number(line, number, cell)
            elif cell:
                leaf.write_string(line, number, cell)
    leaf.freeze_panes(1, 0)
    leaf.autofilter(0, 0, len(rows), len(columns) - 1)
    leaf.set_landscape()
    leaf.repeat_rows(0)


def _write_lines(write: Callable[[int, int, str], object], lines: Iterable[str]) -> None:
    for number, line in enumerate(filter(None, lines)):
        write(number, 0, line)


def as_pdf(sheet: Sheet) -> bytes:
    data = {
        "locale": sheet.locale,
        "title": sheet.title,
        "by": sheet.by,
        "about": [*sheet.about, *filter(None, [sheet.more])],
        "columns": [{"title": column.title, "width": column.width} for column in sheet.columns],
        "rows": [[_said(cell, DAY_AND_TIME) for cell in row] for row in sheet.rows],
    }
    return typeset("list.typ", data, sheet.time, tagged=False)
