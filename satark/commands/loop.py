"""The event loop of every process."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


def run_in_loop(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, on libuv."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def spare_what_is_there() -> None:
    """What is there when serving begins is never garbage, and not looked through: that would stop every page for a while."""
    gc.collect()
    gc.freeze()
