"""One file in, one clean file out, in a process of its own that has no network, no files and little time.

The file passes through memory files (memfd): what is not clean never touches a disk in the clear.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from satark.evidence.report import Reason, Report

SECONDS = 120
READ = 262_144


@dataclass(frozen=True)
class Withheld:
    reason: Reason


class Clean:
    """A clean file in memory. `sha256` is hex, `size` in bytes. Close it."""

    def __init__(self, fd: int, mime: str) -> None:
        self._fd = fd
        self.mime = mime
        self.size = os.fstat(fd).st_size
        self.sha256 = ""

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, hashed on the way."""
        digest = sha256()
        for at in range(0, self.size, READ):
            chunk = os.pread(self._fd, READ, at)
            digest.update(chunk)
            yield chunk
        self.sha256 = digest.hexdigest()

    def close(self) -> None:
        os.close(self._fd)


async def clean(data: AsyncIterable[bytes]) -> Clean | Withheld:
    """Clean a file, whatever it is. Only an error of `data` itself is raised."""
    source, target = os.memfd_create("source"), os.memfd_create("target")
    try:
        async for chunk in data:
            os.write(source, chunk)
        report = await _run(source, target)
        if isinstance(report, Reason):
            return Withheld(report)
        result = Clean(os.dup(target), report.mime)
    finally:
        os.close(source)
        os.close(target)
    return result


async def _run(source: int, target: int) -> Report | Reason:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "satark.evidence.cleaners", str(source), str(target),
        pass_fds=(source, target), env={}, cwd="/",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return Reason.TIME
    try:
        report = msgspec.json.decode(out, type=Report)
    except msgspec.DecodeError:
        return Reason.CRASHED
    return report.withheld or report
