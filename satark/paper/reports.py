"""A report: sections with a sentence each that says how they are counted, as pages and as a workbook."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from satark.language import show_number
from satark.paper.press import typeset
from satark.paper.sheets import Cell, Column, fill

LONGEST_TITLE = 31
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
STEPS = 8


class Section(Struct, frozen=True):
    """`how` says how it is counted, `findings` what came of it. `bars` are a number for each row and what it is set
    against, None where there is nothing; `marks`, for a table of amounts, say where one stands out ("high", "low"). On
    paper there are `most` rows, all where it is 0, and then `more`; `wide` wants the paper across."""

    title: str
    how: str
    findings: Sequence[str] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[tuple[Cell, ...]] = ()
    bars: Sequence[tuple[float, float | None]] = ()
    marks: Sequence[Sequence[str]] = ()
    most: int = 0
    more: str = ""
    wide: bool = False


class Report(Struct, frozen=True):
    """`period` is what it is of, `by` who made it, `about` what holds for all of it; `time` is unix seconds."""

    title: str
    period: str
    by: str
    about: Sequence[str]
    sections: Sequence[Section]
    locale: str
    time: int


def as_pdf(report: Report) -> bytes:
    data = {
        "locale": report.locale,
        "title": report.title,
        "period": report.period,
        "by": report.by,
        "about": list(report.about),
        "sections": [_printed(section) for section in report.sections],
    }
    return typeset("report.typ", data, report.time)


def _printed(section: Section) -> dict[str, object]:
    rows = section.rows[: section.most] if section.most else section.rows
    return {
        "title": section.title,
        "how": section.how,
        "findings": list(section.findings),
        "columns": [{"title": one.title, "width": one.width} for one in section.columns],
        "rows": [[_said(cell) for cell in row] for row in rows],
        "bars": [list(bar) for bar in section.bars[: len(rows)]],
        "shades": _shades(section.rows) if section.marks else [],
        "marks": [list(row) for row in section.marks],
        "more": section.more if len(rows) < len(section.rows) else "",
        "wide": section.wide,
    }


def _said(cell: Cell) -> str:
    if isinstance(cell, int | float):
        return show_number(cell)
    return str(cell) or "–"


def _shades(rows: Sequence[tuple[Cell, ...]]) -> list[list[int]]:
    """From 0 to 8, by the largest amount; the first cell of a row is its name."""
    amounts = [[cell for cell in row[1:] if isinstance(cell, int)] for row in rows]
    peak = max((max(row, default=0) for row in amounts), default=0) or 1
    return [[round(STEPS * amount / peak) for amount in row] for row in amounts]


def as_xlsx(report: Report) -> bytes:
    """In memory. The first leaf says what is on the others, and how it is counted."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    made = datetime.fromtimestamp(report.time, UTC).replace(tzinfo=None)
    book.set_properties({"title": report.title, "created": made})
    cover, bold = book.add_worksheet("0"), book.add_format({"bold": True})
    cover.set_column(0, 0, 34)
    cover.set_column(1, 1, 110)
    lines = [(report.title, report.period), ("", report.by), *(("", line) for line in report.about)]
    for number, section in enumerate(report.sections, 1):
        lines += [(f"{number} {section.title}", section.how), *(("", line) for line in section.findings)]
        if section.columns:
            title = f"{number} {NOT_IN_TITLES.sub(' ', section.title)}"[:LONGEST_TITLE].strip()
            fill(book, book.add_worksheet(title), section.columns, section.rows)
    for number, (name, line) in enumerate(lines):
        cover.write_string(number, 0, name, bold)
        cover.write_string(number, 1, line)
    book.close()
    return file.getvalue()
