"""Hides when a file of the evidence folder was written: nobody can set its times of change and of birth (P3).

What was written since the last sweep is written once more, so that all of it has the times of the sweep; from then on it is
read-only, which tells the next sweep that it is done. Until then, for a release interval at most, the exact times are there.
What a file system keeps in its journal or of deleted files is out of reach, and so are the times of a store in the network.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from satark.store.clock import hour_of, now, start_of

TEMPORARY = ".again"


def rewrite_new_files(folder: Path) -> int:
    """Write again what was written since the last sweep; return how many files that was. Takes as long as copying them."""
    files = [file for file in _files_in(folder) if _is_new(file)]
    for file in files:
        _rewrite(file)
    coarsen_folders(folder)
    return len(files)


def coarsen_folders(folder: Path) -> None:
    """Give the folder and those in it the time of the hour."""
    hour = start_of(hour_of(now()))
    for one in (folder, *_folders_in(folder)):
        os.utime(one, (hour, hour))


def _folders_in(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()]


def _files_in(folder: Path) -> Iterator[Path]:
    """Every file; what a sweep that was killed left is deleted."""
    for inner in _folders_in(folder):
        for file in list(inner.iterdir()):
            if file.suffix == TEMPORARY:
                file.unlink(missing_ok=True)
            else:
                yield file


def _is_new(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & stat.S_IWUSR)
    except FileNotFoundError:
        return False


def _rewrite(file: Path) -> None:
    """A file that is deleted meanwhile stays deleted, or is found by the search for orphans."""
    again = file.with_suffix(TEMPORARY)
    try:
        modified = file.stat().st_mtime
        shutil.copyfile(file, again)
        os.utime(again, (modified, modified))
        again.chmod(stat.S_IRUSR)
        if file.exists():
            again.replace(file)
    except FileNotFoundError:
        return
    finally:
        again.unlink(missing_ok=True)
