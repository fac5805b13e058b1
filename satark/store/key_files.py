"""Writes key files: whole or not at all, for their owner alone, and still there when the power fails."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODE = 0o600


def write_new(path: Path, content: bytes) -> bool:
    """Write a file that is not there. Returns whether it was written: what is there is never replaced."""
    with _written_aside(path, content) as aside:
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
    return True


def replace(path: Path, content: bytes) -> None:
    """Write a file in the place of the one that is there."""
    with _written_aside(path, content) as aside:
        aside.replace(path)


@contextmanager
def _written_aside(path: Path, content: bytes) -> Iterator[Path]:
    """A file beside it that is on the disk as a whole; what the block makes of it is on the disk when it ends."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield aside
        _sync_folder(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            aside.unlink()


def _sync_folder(folder: Path) -> None:
    """A name is on the disk once its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
