"""A cleaner that tries to get out of the sandbox, for `satark doctor`: what it could do is what it writes."""

import os
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO

from satark.evidence.report import Mime, Report
from satark.evidence.sandbox import Clean, Down, Sandbox

DEEDS: dict[str, Callable[[], object]] = {
    "open a connection": lambda: socket.socket().connect(("127.0.0.1", 9)),
    "read a file": lambda: Path(__file__).read_bytes(),
    "start a process": os.fork,
}


def run(source: IO[bytes], target: IO[bytes]) -> Report:  # noqa: ARG001 - as of any cleaner
    target.write("\n".join(deed for deed, act in DEEDS.items() if _can(act)).encode())
    return Report(Mime.JPEG)


def _can(act: Callable[[], object]) -> bool:
    try:
        act()
    except ConnectionRefusedError:
        # Somebody answered, if only to say no: there is a network.
        return True
    except OSError:
        return False
    return True


async def what_gets_out(sandbox: Sandbox) -> list[str]:
    """What a cleaner can do that it should not. `sandbox` is one with this module as its cleaner. Raises Down."""
    result = await sandbox.clean(_nothing())
    if not isinstance(result, Clean):
        raise Down
    said = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    return said.decode().splitlines()


async def _nothing() -> AsyncIterator[bytes]:
    yield b""
