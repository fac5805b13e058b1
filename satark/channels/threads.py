"""Runs a plugin's own code in a few threads of its channel: what hangs there takes no thread from another channel."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from satark.channels.spec import Channel

MAX_THREADS = 8
IDLE_S = 10.0

T = TypeVar("T")


class PluginExitError(RuntimeError):
    """A plugin raised what would end a task or the process. The message is the type of it."""


class _Call(NamedTuple):
    """`context` is that of the task that waits: what it handles is redacted in the thread too (redaction.py)."""

    run: Callable[[], Any]
    context: Context
    loop: asyncio.AbstractEventLoop
    result: "asyncio.Future[Any]"


class ChannelThreads:
    """Up to `most` threads, made when they are needed and gone when idle. They are daemons: a call that never returns does
    not keep the process from ending."""

    def __init__(self, most: int = MAX_THREADS) -> None:
        self._most = most
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        # Threads that wait for a call; below zero, calls that wait for a thread.
        self._free = 0

    async def run(self, call: Callable[[], T], limit_s: float) -> T:
        """Return what `call` returns. Raises what it raises, PluginExitError, or TimeoutError after `limit_s` seconds, of
        which waiting for a thread is a part."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._submit(_Call(call, copy_context(), loop, result))
        async with asyncio.timeout(limit_s):
            return await result

    def _submit(self, call: _Call) -> None:
        with self._lock:
            self._calls.put(call)
            self._free -= 1
            if self._free >= 0 or self._threads >= self._most:
                return
            self._threads += 1
            self._free += 1
        self._start()

    def _start(self) -> None:
        """Where the system gives no thread, the call waits for one of those that there are, or until its time is over."""
        try:
            threading.Thread(target=self._work, name="plugin", daemon=True).start()
        except RuntimeError:
            with self._lock:
                self._threads -= 1
                self._free -= 1

    def _work(self) -> None:
        while True:
            try:
                call = self._calls.get(timeout=IDLE_S)
            except Empty:
                if self._leave():
                    return
                continue
            _carry_out(call)
            del call
            with self._lock:
                self._free += 1

    def _leave(self) -> bool:
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            self._threads -= 1
            return True


def run_alone(call: Callable[[], T], limit_s: float) -> T:
    """Return what `call` returns, from a thread of its own: for what a plugin does before any loop runs. Raises what it
    raises, PluginExitError, or TimeoutError after `limit_s` seconds."""
    result: Future[T] = Future()
    threading.Thread(target=_settle_alone, args=(call, result), name="plugin", daemon=True).start()
    return result.result(limit_s)


def _settle_alone(call: Callable[[], T], result: Future[T]) -> None:
    try:
        result.set_result(call())
    except BaseException as raised:  # noqa: BLE001 - a plugin may raise anything, and the house goes on
        result.set_exception(raised if _is_ordinary(raised) else PluginExitError(type(raised).__name__))


def _carry_out(call: _Call) -> None:
    """Whoever gave up waiting has cancelled the result, and the call is not begun."""
    if call.result.done():
        return
    found, error = None, None
    try:
        found = call.context.run(call.run)
    except BaseException as raised:  # noqa: BLE001 - a plugin may raise anything, and its thread goes on
        error = raised if _is_ordinary(raised) else PluginExitError(type(raised).__name__)
    # The loop may have ended meanwhile.
    with contextlib.suppress(RuntimeError):
        call.loop.call_soon_threadsafe(_settle, call.result, found, error)


def _is_ordinary(error: BaseException) -> bool:
    """A future takes no StopIteration, and a task is ended by a CancelledError."""
    return isinstance(error, Exception) and not isinstance(error, StopIteration)


def _settle(result: "asyncio.Future[Any]", found: Any, error: BaseException | None) -> None:
    if result.done():
        return
    if error is None:
        result.set_result(found)
    else:
        result.set_exception(error)


_THREADS: WeakKeyDictionary[Channel, ChannelThreads] = WeakKeyDictionary()


def threads_of(channel: Channel) -> ChannelThreads:
    """Return the threads of a channel in this process."""
    return _THREADS.setdefault(channel, ChannelThreads())
