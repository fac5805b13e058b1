"""A file under its own key: any part can be read, and no change goes unseen."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.evidence.blobs import Blobs
from satark.evidence.vault import CHUNK, SEALED_CHUNK, Damaged, cut, decrypt, encrypt, sealed_range

KEY = b"k" * 32
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])


async def pieces(data: bytes, step: int) -> AsyncIterator[bytes]:
    for at in range(0, len(data), step):
        yield data[at : at + step]


async def whole(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def run(work: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await work

    return asyncio.run(wait())


@given(size=SIZES, step=st.sampled_from([7777, CHUNK, 100_000]))
def test_what_goes_in_comes_out(size: int, step: int) -> None:
    data = os.urandom(size)
    sealed = run(whole(encrypt(pieces(data, step), KEY)))
    assert run(whole(decrypt(pieces(sealed, step), KEY))) == data


@given(size=st.integers(1, 4 * CHUNK), data=st.data())
def test_any_part_can_be_read(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    plain = bytes(range(256)) * (size // 256 + 1)
    plain = plain[:size]
    sealed = run(whole(encrypt(pieces(plain, CHUNK), KEY)))
    first, sealed_start, sealed_end, to_the_end = sealed_range(start, end, size)
    part = decrypt(pieces(sealed[sealed_start:sealed_end], 50_000), KEY, first, to_the_end)
    assert run(whole(cut(part, start - first * CHUNK, end - start))) == plain[start:end]


def test_a_change_shows() -> None:
    sealed = run(whole(encrypt(pieces(b"x" * 3 * CHUNK, CHUNK), KEY)))
    swapped = sealed[SEALED_CHUNK : 2 * SEALED_CHUNK] + sealed[:SEALED_CHUNK] + sealed[2 * SEALED_CHUNK :]
    for damaged in (sealed[:-1], sealed[:SEALED_CHUNK], b"y" + sealed[1:], swapped):
        with pytest.raises(Damaged):
            run(whole(decrypt(pieces(damaged, CHUNK), KEY)))
    with pytest.raises(Damaged):
        run(whole(decrypt(pieces(sealed, CHUNK), b"o" * 32)))


async def test_an_aborted_blob_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 6_000_000
        raise RuntimeError

    blobs = Blobs(f"file://{tmp_path}/e")
    with pytest.raises(RuntimeError):
        await blobs.put("abcdef", broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    await blobs.put("abcdef", pieces(b"hello", 2))
    assert await blobs.size("abcdef") == 5
    assert await whole(blobs.get("abcdef", 1, 3)) == b"el"
    await blobs.delete("abcdef")
    await blobs.delete("abcdef")
    with pytest.raises(FileNotFoundError):
        await blobs.size("abcdef")
