"""Lists as files: what Excel, another program and a reader of paper find in them."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from satark.paper.sheets import FORMULA, Cell, Column, Sheet, as_csv, as_pdf, as_xlsx

ROW: tuple[Cell, ...] = ("ABC-DEF-GHJ", "महिला-बच्चों की तस्करी", "=1+1", 2, datetime(2026, 11, 24, 13, 30))
COLUMNS = tuple(Column(title, 12) for title in ("Reference", "Kind", "Name", "Priority", "Received"))


def sheet(rows: list[tuple[Cell, ...]], **other: Any) -> Sheet:
    shown = {"by": "Exported by A", "about": ("Confidential",), "more": "", "locale": "en", "time": 3_600_000}
    return Sheet("Tips", COLUMNS, rows, **{**shown, **other})


def test_excel_shows_times_as_times_and_a_head_that_stays() -> None:
    book = load_workbook(io.BytesIO(as_xlsx(sheet([ROW, ROW], more="There are more"))))
    leaf, about = book.worksheets
    assert [cell.value for cell in leaf[1]] == [column.title for column in COLUMNS]
    assert [cell.value for cell in leaf[3]] == list(ROW)
    assert leaf["E2"].is_date
    assert leaf["C2"].data_type == "s"
    assert (leaf.freeze_panes, leaf.auto_filter.ref) == ("A2", "A1:E3")
    assert leaf.column_dimensions["A"].width >= 12
    assert [row[0] for row in about.iter_rows(values_only=True)] == [
        "Tips", "Exported by A", "Confidential", "There are more",
    ]  # fmt: skip


@pytest.mark.parametrize("make", [as_xlsx, as_csv, as_pdf])
def test_the_same_list_is_the_same_file(make: Any) -> None:
    assert make(sheet([ROW] * 30)) == make(sheet([ROW] * 30))
    assert make(sheet([ROW] * 30)) != make(sheet([ROW] * 31))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=2), max_size=4
    )
)
def test_no_cell_of_a_csv_is_a_formula_and_nothing_is_lost(rows: list[list[str]]) -> None:
    written = as_csv(sheet([tuple(row) for row in rows]))
    assert written.startswith("\ufeff".encode())
    _, *read = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert not any(cell.startswith(FORMULA) for row in read for cell in row)
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


def test_a_csv_says_that_there_is_more() -> None:
    assert as_csv(sheet([ROW], more="There are more")).decode().splitlines()[-1] == "There are more"


def test_on_paper_every_page_has_the_head_its_number_and_who_took_it() -> None:
    rows = [(f"R{number}", "#panic()", "$x$ #sys.version", 0, "") for number in range(120)]
    pages = PdfReader(io.BytesIO(as_pdf(sheet(rows, about=("Confidential", "Status: New"))))).pages
    assert len(pages) > 2
    text = [page.extract_text() for page in pages]
    for number, said in enumerate(text, 1):
        assert "Reference" in said
        assert f"{number} / {len(pages)}" in said
        assert said.count("Exported by A") >= 2, "in the foot and behind the table"
    assert all(f"R{number}" in "".join(text) for number in range(120))
    assert "#panic()" in text[0]
    assert "$x$ #sys.version" in text[0]
    assert "Status: New" in text[0]
