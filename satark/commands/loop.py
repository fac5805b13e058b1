"""The event loop of every process."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def run_in_loop(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, on libuv."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@contextmanager
def starting() -> Iterator[None]:
    """While a process loads what it keeps, nothing is searched for garbage: that would take a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def spare_what_is_there() -> None:
    """What is there when serving begins is never garbage, and not looked through: that would stop every page for a while."""
    gc.collect()
    gc.freeze()
