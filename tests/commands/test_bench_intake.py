"""The measuring of the intake: over a few messages, on both databases, with real processes."""

import os
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from satark.commands import bench_intake, report, report_intake
from satark.commands.bench_intake import MEASURED, NotKept, Size, intake, post_of, reports
from satark.commands.load import Load

ABREAST = "messages, two gateways"
FEW = Size(seconds=20, messages=200)


async def test_all_of_it_is_measured_and_the_books_agree(tmp_path: Path) -> None:
    found = await intake(tmp_path, "", 1, FEW, Console(quiet=True))
    assert list(found[0].by_name) == [name for name in MEASURED if name != ABREAST]
    server = os.environ["SATARK_TEST_POSTGRES_URL"]
    found += (await intake(tmp_path, server, 1, FEW, Console(quiet=True), ("messages", ABREAST)))[1:]
    assert list(found[1].by_name) == ["messages", ABREAST]
    assert [one.database.split()[0] for one in found] == ["SQLite", "PostgreSQL"]
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- satark bench intake -->\nold\n<!-- end of satark bench intake -->\nafter", encoding="utf-8"
    )
    report.write_into(page, "intake", report_intake.section(found, 1, 1))
    said = page.read_text(encoding="utf-8")
    assert said.startswith("before")
    assert said.endswith("after")
    assert "old" not in said
    assert "messages / naive: " in said


async def test_what_was_taken_and_is_not_there_is_found(tmp_path: Path) -> None:
    async with bench_intake.installed(tmp_path, "") as place:
        async with bench_intake.gateway(place) as process:
            load = await bench_intake.drive([process.port], reports(place.channel, 18), 20)
        assert len(load.ids) == 18
        assert load.tips == 2
        await bench_intake.reconcile(place.core, load)
        never = Load(taken=[*load.taken, post_of(place.channel, [bench_intake._said(7, 0, 0)])])
        with pytest.raises(NotKept):
            await bench_intake.reconcile(place.core, never)
        async with place.core.store.write() as db:
            await db.execute(text("DELETE FROM seen_event"))
        with pytest.raises(NotKept):
            await bench_intake.reconcile(place.core, load)
