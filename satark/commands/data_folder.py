"""Whether the data folder takes what processes write there: a private Redis, an embedded database, files."""

import asyncio
import errno
import tempfile
from pathlib import Path

from satark.settings import Settings

# More than a small file that fits into what is left at the end of a full disk.
PROBE = bytes(1_048_576)


async def check_data_folder(settings: Settings) -> list[str]:
    """Write into it and take that away again. Processes that name all their stores elsewhere need none."""
    if all(one.get_secret_value() for one in (settings.database_url, settings.redis_url, settings.evidence_url)):
        return []
    wrong = await asyncio.to_thread(_tried, settings.data_dir)
    return [f"data folder: {wrong}"] if wrong else []


def _tried(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            file.write(PROBE)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return "the disk is full: make room"
        return f"nothing can be written there ({type(error).__name__}): look at SATARK_DATA_DIR, and whose it is"
    return ""
