"""No file of the evidence folder tells when it came better than a quarter of an hour."""

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from satark.evidence.blobs import Blobs
from satark.store.clock import hour_of, now, start_of


async def chunks(*some: bytes) -> AsyncIterator[bytes]:
    for one in some:
        yield one


def files_of(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


async def test_a_file_and_its_folders_have_the_hour_at_once(tmp_path: Path) -> None:
    blobs = Blobs(f"file://{tmp_path}")
    await blobs.put("a" * 32, chunks(b"x"))
    hour = start_of(hour_of(now()))
    for path in (tmp_path, *tmp_path.rglob("*")):
        assert path.stat().st_mtime == hour


async def test_files_that_came_apart_cannot_be_told_apart_after_the_sweep(tmp_path: Path) -> None:
    outside, tmp_path = tmp_path / "outside", tmp_path / "evidence"
    outside.mkdir()
    blobs = Blobs(f"file://{tmp_path}")
    for at in range(3):
        await blobs.put(f"{at:02}" * 16, chunks(b"words ", str(at).encode()))
    came = [file.stat().st_ctime_ns for file in files_of(tmp_path)]
    for file in files_of(tmp_path):
        # So that no inode is free to be used again.
        os.link(file, outside / file.name)
    assert await asyncio.to_thread(blobs.hide_times) == 3
    files = files_of(tmp_path)
    assert [file.read_bytes() for file in files] == [b"words 0", b"words 1", b"words 2"]
    assert min(file.stat().st_ctime_ns for file in files) > max(came)
    assert not any(file.samefile(outside / file.name) for file in files), "their births are those of the sweep too"
    assert {file.stat().st_mode & 0o777 for file in files} == {0o400}
    again = [file.stat().st_ctime_ns for file in files]
    assert await asyncio.to_thread(blobs.hide_times) == 0
    assert [file.stat().st_ctime_ns for file in files] == again
    assert b"".join([chunk async for chunk in blobs.get("01" * 16)]) == b"words 1"
    await blobs.delete("01" * 16)
    assert len(files_of(tmp_path)) == 2


async def test_what_is_deleted_during_a_sweep_stays_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(f"file://{tmp_path}")
    await blobs.put("b" * 32, chunks(b"x" * 1000))
    copied, go_on = threading.Event(), threading.Event()
    copy = shutil.copyfile

    def slow(source: Path, target: Path) -> None:
        copy(source, target)
        copied.set()
        assert go_on.wait(30)

    monkeypatch.setattr(shutil, "copyfile", slow)
    sweep = asyncio.create_task(asyncio.to_thread(blobs.hide_times))
    await asyncio.to_thread(copied.wait, 30)
    await blobs.delete("b" * 32)
    go_on.set()
    await sweep
    assert files_of(tmp_path) == []


async def test_what_a_killed_sweep_left_is_deleted(tmp_path: Path) -> None:
    blobs = Blobs(f"file://{tmp_path}")
    await blobs.put("c" * 32, chunks(b"x"))
    (tmp_path / "cc" / ("d" * 32)).with_suffix(".again").write_bytes(b"half")
    await asyncio.to_thread(blobs.hide_times)
    assert [file.name for file in files_of(tmp_path)] == ["c" * 32]
