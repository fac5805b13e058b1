"""The sandbox, from inside: `python -m satark.evidence.nursery CONTROL_FD CLEANER`.

It loads what cleaners need, once, and shuts itself in. For each file that is handed to it, it makes a child of itself
that confines itself, cleans that one file and is gone; so no file meets what another left behind. The child talks to
nobody: it has three memory files, for the file, for the clean file and for its report.
"""

import gc
import importlib
import os
import signal
import socket
import sys
from types import ModuleType

import msgspec

from satark.evidence.confinement import confine, leave_the_house
from satark.evidence.report import CLEAN

HANDED = 3
FIRST = 10


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    cleaner = importlib.import_module(sys.argv[2])
    leave_the_house()
    gc.freeze()
    while True:
        word, files, _, _ = socket.recv_fds(control, 1, HANDED)
        if not word:
            return
        _bury()
        if (child := os.fork()) == 0:
            _work(cleaner, word, files)
        _hand_over(control, child)
        for file in files:
            os.close(file)


def _bury() -> None:
    """The children that ended since the last file."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _hand_over(control: socket.socket, child: int) -> None:
    """The handle by which the worker sees that the child ended, and ends it."""
    handle = os.pidfd_open(child)
    socket.send_fds(control, [b"+"], [handle])
    os.close(handle)


def _work(cleaner: ModuleType, word: bytes, files: list[int]) -> None:
    """Never returns. An error is told by the report that is missing."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        source, target, report = (os.dup2(file, FIRST + at) for at, file in enumerate(files))
        os.closerange(FIRST + HANDED, os.sysconf("SC_OPEN_MAX"))
        os.closerange(3, FIRST)
        confine()
        with os.fdopen(source, "rb") as read, os.fdopen(target, "r+b") as written:
            result = (cleaner.run if word == CLEAN else cleaner.run_as_spoken)(read, written)
            written.flush()
        os.write(report, msgspec.msgpack.encode(result))
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
