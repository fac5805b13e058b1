"""A cleaner that was taken over reaches nothing and nobody, and the worker lives whatever it does."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from satark.evidence.report import Reason
from satark.evidence.sandbox import Clean, Down, Sandbox, Withheld
from tests.evidence.samples import pieces, saved

CLEANER = "tests.evidence.hostile"


@pytest.fixture(scope="module")
def taken_over() -> Iterator[Sandbox]:
    made = Sandbox(CLEANER)
    yield made
    made.close()


async def said(sandbox: Sandbox, asked: bytes) -> str:
    result = await sandbox.clean(pieces(asked))
    assert isinstance(result, Clean)
    data = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    return data.decode()


async def test_there_is_no_network(taken_over: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket(socket.AF_UNIX) as local:
        local.bind("\0satark-test")
        local.listen()
        port = listening.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        assert await said(taken_over, b"c%d" % port) == "PermissionError PermissionError"


async def test_there_are_no_files_and_no_processes(taken_over: Sandbox) -> None:
    """It holds its three files and what leads nowhere."""
    assert await said(taken_over, b"l") == "- - - - - - - [0, 1, 2, 10, 11, 12]"
    assert not Path("/tmp/found").exists()


async def test_the_namespace_alone_lets_nothing_through() -> None:
    """The second wall, without the first: what a machine has whose calls we do not know."""
    code = (
        "from satark.evidence import confinement; confinement.MACHINES.clear(); import sys, tests.evidence.hostile;"
        "sys.argv[1:] = [sys.argv[1], 'tests.evidence.hostile']; from satark.evidence import nursery; nursery.main()"
    )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    files = [os.memfd_create(name) for name in ("source", "target", "report")]
    with ours, theirs, socket.create_server(("127.0.0.1", 0)) as listening:
        os.write(files[0], b"c%d" % listening.getsockname()[1])
        os.lseek(files[0], 0, os.SEEK_SET)
        with subprocess.Popen([sys.executable, "-c", code, str(theirs.fileno())], pass_fds=(theirs.fileno(),)):
            socket.send_fds(ours, [b"+"], files)
            handle = socket.recv_fds(ours, 1, 1)[1][0]
            while not os.pread(files[2], 1, 0):
                await asyncio.sleep(0.01)
            os.close(handle)
            ours.shutdown(socket.SHUT_RDWR)
    assert b"connected" not in os.pread(files[1], 100, 0)
    for file in files:
        os.close(file)


@pytest.mark.parametrize("asked", [b"g", b"e", b"x", b"s", b"m"], ids=["grows", "eats", "crashes", "shouts", "lies"])
async def test_whatever_it_does_is_only_a_reason(taken_over: Sandbox, asked: bytes) -> None:
    assert await taken_over.clean(pieces(asked)) == Withheld(Reason.CRASHED)
    assert (await said(taken_over, b"l")).startswith("-")


async def test_a_scan_in_colours_of_its_own_needs_nothing_from_outside() -> None:
    """Its reader would look for a part of itself only now."""
    sandbox = Sandbox("satark.evidence.cleaners")
    result = await sandbox.clean(pieces(saved(Image.new("LAB", (9, 9), (150, 20, 20)), "TIFF")))
    assert isinstance(result, Clean)
    result.close()
    sandbox.close()


async def test_what_hangs_is_ended_at_the_end_of_its_time() -> None:
    sandbox = Sandbox(CLEANER, seconds=0.2)
    assert await sandbox.clean(pieces(b"h")) == Withheld(Reason.TIME)
    sandbox.close()


async def test_it_ends_when_there_is_nothing_to_do_and_starts_again() -> None:
    sandbox = Sandbox(CLEANER, rest=0.1)
    both = await asyncio.gather(said(sandbox, b"l"), said(sandbox, b"l"))
    assert both[0] == both[1]
    assert sandbox._process is not None
    number = sandbox._process.pid
    async with asyncio.timeout(10):
        while sandbox._process is not None:
            await asyncio.sleep(0.01)
    assert not Path(f"/proc/{number}").exists()
    assert await said(sandbox, b"l") == both[0]
    sandbox.close()


async def test_what_takes_longer_than_it_rests_is_not_ended() -> None:
    sandbox = Sandbox(CLEANER, seconds=1, rest=0.05)
    hangs = asyncio.create_task(sandbox.clean(pieces(b"h")))
    await said(sandbox, b"l")
    process = sandbox._process
    assert await hangs == Withheld(Reason.TIME)
    assert process is not None
    assert sandbox._process is process
    sandbox.close()


async def test_what_is_busy_has_its_seconds_of_the_processor() -> None:
    """Stopped in between, as on a machine that has no time for it, it loses none of them."""
    sandbox = Sandbox(CLEANER, seconds=1)
    began = time.monotonic()
    cleaning = asyncio.create_task(sandbox.clean(pieces(b"b")))
    async with asyncio.timeout(10):
        while sandbox._process is None or not at_work_in(sandbox):
            await asyncio.sleep(0.01)
    child = int(at_work_in(sandbox)[0].split()[0])
    for _ in range(3):
        os.kill(child, signal.SIGSTOP)
        await asyncio.sleep(0.5)
        os.kill(child, signal.SIGCONT)
        await asyncio.sleep(0.1)
    assert not cleaning.done()
    assert await cleaning == Withheld(Reason.TIME)
    assert time.monotonic() - began > 2
    sandbox.close()


async def test_patience_that_ends_ends_the_cleaner(taken_over: Sandbox) -> None:
    """The worker is told to stop while a file is cleaned."""
    waiting = asyncio.create_task(taken_over.clean(pieces(b"h")))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await waiting
    async with asyncio.timeout(10):
        while at_work_in(taken_over):
            await asyncio.sleep(0.01)


def at_work_in(sandbox: Sandbox) -> list[str]:
    """Those of the sandbox that are at work, not those that wait to be buried."""
    assert sandbox._process is not None
    task = Path(f"/proc/{sandbox._process.pid}/task/{sandbox._process.pid}/children")
    stats = [Path(f"/proc/{child}/stat").read_text() for child in task.read_text().split()]
    return [stat for stat in stats if stat.rpartition(")")[2].split()[0] != "Z"]


async def test_two_files_do_not_meet(taken_over: Sandbox) -> None:
    one, other = await asyncio.gather(said(taken_over, b"l"), said(taken_over, b"l"))
    assert one == other == "- - - - - - - [0, 1, 2, 10, 11, 12]"


async def test_a_sandbox_that_was_killed_is_made_anew(taken_over: Sandbox) -> None:
    await said(taken_over, b"l")
    assert taken_over._process is not None
    first = taken_over._process
    first.kill()
    first.wait()
    assert (await said(taken_over, b"l")).startswith("-")
    assert taken_over._process is not first


async def test_a_sandbox_that_does_not_start_is_no_fault_of_the_file() -> None:
    sandbox = Sandbox("tests.evidence.nowhere")
    with pytest.raises(Down):
        await sandbox.clean(pieces(b"x"))
    sandbox.close()


async def test_the_memory_of_the_worker_stays_flat() -> None:
    """100 MB in and out. The peak of this process grows by a few chunks, whatever it was before."""
    code = (
        "import asyncio, resource, tests.evidence.test_sandbox as t\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "asyncio.run(t.copy_100_mb())\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, check=True)
    assert int(done.stdout) < 8


async def copy_100_mb() -> None:
    from satark.evidence.vault import decrypt, encrypt

    async def much() -> AsyncIterator[bytes]:
        for _ in range(1600):
            yield bytes(65_536)

    sandbox = Sandbox("tests.evidence.copying")
    result = await sandbox.clean(decrypt(encrypt(much(), b"k" * 32), b"k" * 32))
    assert isinstance(result, Clean)
    size = 0
    async for chunk in encrypt(result.chunks(), b"k" * 32):
        size += len(chunk)
    assert size > 100_000_000
    result.close()
    sandbox.close()


def test_the_limits_of_this_process_are_its_own() -> None:
    """The sandbox confines itself, never us."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
