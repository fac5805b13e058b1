"""Key files: whole or not at all, never replaced, and one that is damaged is refused before anything is hashed with it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from satark.store import key_files
from satark.store.keys import PAIRS, KeyFileError, load_keys, make_keys


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path)
    return tmp_path


def names() -> list[str]:
    pairs = [f"{name}.{part}" for name in PAIRS for part in ("pub", "key")]
    return [*pairs, *(f"{name}.key" for name in ("lookup", "conversation", "officers", "search"))]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    "damage",
    [lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole + b"x", lambda whole: bytes(len(whole))],
    ids=["empty", "short", "long", "zeros"],
)
def test_a_damaged_key_is_refused_and_not_shown(keys: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    whole = (keys / name).read_bytes()
    (keys / name).write_bytes(damage(whole))
    with pytest.raises(KeyFileError, match=name) as raised:
        load_keys(keys)
    assert whole.hex()[:12] not in str(raised.value)


def test_a_zero_key_behind_a_good_one_is_refused(keys: Path) -> None:
    with (keys / "content.key").open("ab") as file:
        file.write(bytes(32))
    with pytest.raises(KeyFileError, match="zeros"):
        load_keys(keys)


@pytest.mark.parametrize("name", PAIRS)
def test_halves_of_two_pairs_are_refused(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b"):
        make_keys(tmp_path / folder)
    (tmp_path / "a" / f"{name}.pub").write_bytes((tmp_path / "b" / f"{name}.pub").read_bytes())
    with pytest.raises(KeyFileError, match="does not belong"):
        load_keys(tmp_path / "a")


@pytest.mark.parametrize("name", PAIRS)
def test_a_public_half_that_is_lost_is_made_of_the_private_one(keys: Path, name: str) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    (keys / f"{name}.pub").unlink()
    assert make_keys(keys) == [f"{name}.pub"]
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_who_has_the_public_half_gets_no_other_pair(keys: Path) -> None:
    (keys / "courier.key").unlink()
    assert make_keys(keys) == []


def test_files_are_for_their_owner_alone(keys: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}


@pytest.mark.parametrize("step", ["fsync", "link", "replace"])
def test_a_write_that_breaks_off_leaves_what_was(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "there.key"
    there.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path if step == "replace" else os, step, full)
    if step != "replace":
        with pytest.raises(OSError, match="No space"):
            key_files.write_new(tmp_path / "new.key", b"new")
    if step != "link":
        with pytest.raises(OSError, match="No space"):
            key_files.replace(there, b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["there.key"]
    assert there.read_bytes() == b"before"
