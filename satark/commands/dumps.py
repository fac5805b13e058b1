"""A whole database in one file: SQLite copies itself, PostgreSQL has tools for it."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from satark.store.urls import for_libpq


class CannotBackUp(Exception):
    """Why, and what to do."""


def dump(url: URL, target: Path) -> None:
    """Write the database to a file. Raises CannotBackUp."""
    target.unlink(missing_ok=True)
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as db:
            db.execute("VACUUM INTO ?", (str(target),))
        db.close()
        target.chmod(0o600)
    else:
        _run(url, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def load(url: URL, source: Path) -> None:
    """Put what a file holds in the place of the database. Raises CannotBackUp."""
    if url.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{url.database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(source, str(url.database))
        Path(str(url.database)).chmod(0o600)
    else:
        _run(
            url,
            [
                "pg_restore",
                "--clean",
                "--if-exists",
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                f"--dbname={url.database}",
                str(source),
            ],
        )


def _run(url: URL, command: list[str]) -> None:
    """PostgreSQL's own tools, which find the database in their environment. Raises CannotBackUp."""
    env = {**os.environ, **for_libpq(url)}
    try:
        subprocess.run(command, env=env, check=True, capture_output=True)  # noqa: S603
    except FileNotFoundError:
        raise CannotBackUp(f"{command[0]} is not here; on Debian: apt-get install postgresql-client") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise CannotBackUp(f"{command[0]} failed: {' '.join(said[-1:])}") from None
