"""One file in, one clean file out, by way of a process that has no network, no files and little time (nursery.py).

The file passes through memory files (memfd): what is not clean never touches a disk in the clear. They are memory of the
machine, not of this process, which holds a chunk at a time.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from satark.evidence.confinement import knows_calls
from satark.evidence.report import CLEAN, CLEAN_AS_SPOKEN, Reason, Report

# Of the processor: on a slow machine a file has as much of them, and waits longer.
SECONDS = 800
# So many times, in that time on the clock, it is looked at.
LOOKS = 10
# Then it ends, which gives 68 MB back.
REST = 300
READ = 262_144
MOST_REPORT = 262_144
ANSWERS_WITHIN = 60
# A cleaner needs no threads for its sums.
ALONE = {"OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Withheld:
    reason: Reason


class Down(Exception):
    """The sandbox itself does not answer; that is no fault of the file."""


class Clean:
    """A clean file in memory, and what is said of it. `sha256` is hex, `size` in bytes. Close it."""

    def __init__(self, fd: int, report: Report) -> None:
        self._fd = fd
        self.report = report
        self.size = os.fstat(fd).st_size
        self.sha256 = ""

    @property
    def mime(self) -> str:
        return self.report.mime or ""

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


class Sandbox:
    """Starts with the first file, and again after it died, or ended because there was nothing to do. `cleaner` is a module
    with `run(source, target) -> Report`, and `run_as_spoken`, which leaves voices as they are."""

    def __init__(self, cleaner: str = "satark.evidence.cleaners", seconds: float = SECONDS, rest: float = REST) -> None:
        self._cleaner = cleaner
        self._seconds = seconds
        self._rest = rest
        self._at_work = 0
        self._resting: asyncio.TimerHandle | None = None
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def clean(self, data: AsyncIterable[bytes], as_spoken: bool = False) -> Clean | Withheld:
        """Clean a file, whatever it is; the voice of a recording is changed, unless it is wanted `as_spoken`. An error of
        `data` itself is raised, and Down."""
        with self._working():
            return await self._clean(data, CLEAN_AS_SPOKEN if as_spoken else CLEAN)

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._at_work += 1
        if self._resting is not None:
            self._resting.cancel()
        try:
            yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._resting = asyncio.get_running_loop().call_later(self._rest, self.close)

    async def _clean(self, data: AsyncIterable[bytes], word: bytes) -> Clean | Withheld:
        files = [os.memfd_create(name) for name in ("source", "target", "report")]
        try:
            async for chunk in data:
                os.write(files[0], chunk)
            os.lseek(files[0], 0, os.SEEK_SET)
            handle = await asyncio.to_thread(self._start_child, files, word)
            if not await _ended(handle, self._seconds):
                return Withheld(Reason.TIME)
            report = _read(files[2])
            if report.withheld or report.mime is None:
                return Withheld(report.withheld or Reason.CRASHED)
            return Clean(os.dup(files[1]), report)
        finally:
            for file in files:
                os.close(file)

    @property
    def walls(self) -> int:
        """How many of the two walls of confinement.py stand, while it runs."""
        assert self._process is not None
        ours, theirs = (Path(f"/proc/{who}/ns/net") for who in ("self", self._process.pid))
        return int(knows_calls()) + (theirs.readlink() != ours.readlink())

    def _start_child(self, files: list[int], word: bytes) -> int:
        """Returns a handle of the process that works on them. Raises Down."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [word], files)
                handles = socket.recv_fds(self._control, 1, 1)[1]
            except OSError:
                handles = []
            if not handles:
                self._stop()
                raise Down
            return handles[0]

    def _start(self) -> None:
        self._stop()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(ANSWERS_WITHIN)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-s", "-P", "-m", "satark.evidence.nursery", str(theirs.fileno()), self._cleaner],
                pass_fds=(theirs.fileno(),), env={"PYTHONPATH": os.pathsep.join(sys.path), **ALONE}, cwd="/",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._control is not None:
            self._control.close()
            self._control = None

    def close(self) -> None:
        """End it, with what it is at work on."""
        with self._lock:
            self._stop()


async def _ended(handle: int, seconds: float) -> bool:
    """Wait until a process ends. Whether it did so by itself: when it had so many seconds of the processor, or did nothing
    for as long, or at the end of our patience, it is killed."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(handle, ended.set)
    try:
        used, still = 0.0, 0
        while used < seconds and still < LOOKS:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds / LOOKS):
                    await ended.wait()
                    return True
            before, used = used, _processor_seconds(handle)
            still = still + 1 if used == before else 0
        return False
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        loop.remove_reader(handle)
        os.close(handle)


def _processor_seconds(handle: int) -> float:
    """How long a process was at work, as far as one can see; 0 of one that is gone."""
    told = Path(f"/proc/self/fdinfo/{handle}").read_text()
    number = next(line.split()[1] for line in told.splitlines() if line.startswith("Pid:"))
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return 0.0
    # Behind its name, which may hold anything (proc(5)): user and system time are the 14th and 15th of all.
    ticks = stat.rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _read(file: int) -> Report:
    """What the cleaner reports, which may be anything."""
    try:
        return msgspec.msgpack.decode(os.pread(file, MOST_REPORT, 0), type=Report)
    except msgspec.DecodeError:
        return Report(withheld=Reason.CRASHED)
