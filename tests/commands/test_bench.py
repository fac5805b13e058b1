"""The measuring itself: over a few tips, once, on both databases."""

import os
import re
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from satark.commands import bench, bench_insight, mass, report
from satark.settings import Settings
from satark.store.engine import Store
from tests.tips.standing import wrong

TIPS = 300


async def value(store: Store, query: str) -> int:
    async with store.read() as db:
        return int((await db.execute(text(query))).scalar_one())


async def test_the_inbox_is_measured_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "TIMES", 1)
    monkeypatch.setattr(bench._Desk._times, "__defaults__", (1,))
    monkeypatch.setattr(bench, "WARM", 0)
    monkeypatch.setattr(mass, "RARE", 100)
    monkeypatch.setattr(bench, "PAGES", {"first page": "", "unread": "unread=yes"})
    monkeypatch.setattr(bench, "database_on", one_of_its_own)
    server = os.environ["SATARK_TEST_POSTGRES_URL"]
    runs = await bench.inbox(tmp_path, server, [TIPS], Console(quiet=True), keep=False)
    assert [run.database.split()[0] for run in runs] == ["SQLite", "PostgreSQL"]
    for run in runs:
        assert len(run.results[TIPS]) == 27
    said = report.inbox(runs)
    assert "| first page | DIG |" in said
    assert "### PostgreSQL" in said
    store = Store(Settings(data_dir=tmp_path / str(TIPS)).database)
    assert await wrong(store) == []
    assert await value(store, "SELECT count(DISTINCT reference) FROM tip") == TIPS
    assert await value(store, "SELECT count(*) FROM sqlite_master WHERE name = 'ix_tip_reader_list'") == 1
    await store.dispose()


async def test_the_pages_of_numbers_are_measured_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_insight, "TIMES", 1)
    monkeypatch.setattr(bench_insight, "TIMES_WORKED", 2)
    monkeypatch.setattr(bench, "WARM", 0)
    monkeypatch.setattr(bench, "database_on", one_of_its_own)
    server = os.environ["SATARK_TEST_POSTGRES_URL"]
    runs = await bench_insight.run(tmp_path, server, [TIPS], Console(quiet=True), keep=False)
    assert [run.database.split()[0] for run in runs] == ["SQLite", "PostgreSQL"]
    for run in runs:
        assert len(run.results[TIPS]) == len(bench_insight.PAGES) * 3 + 3
    page = tmp_path / "benchmarks.md"
    marks = "<!-- satark bench insight -->", "<!-- end of satark bench insight -->"
    page.write_text(f"# Benchmarks\n\n## Insight\n\n{marks[0]}\nold\n\n### old\n{marks[1]}\n\n## Files\n\nmore\n")
    for _ in range(2):
        report.write_into(page, "insight", report.insight(runs))
    said = page.read_text()
    assert re.findall("^#+ .*", said, re.MULTILINE)[:3] == ["# Benchmarks", "## Insight", f"### {runs[0].database}"]
    assert said.endswith("\n\n## Files\n\nmore\n")
    assert said.count("| all numbers anew | worker |") == 2
    assert "old" not in said


def one_of_its_own(server: str, name: str, *, keep: bool) -> object:
    """Under a name that no other run has."""
    return _database(server, f"{name}_{os.getpid()}", keep=keep)


_database = bench.database_on
