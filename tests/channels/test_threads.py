"""The threads of a channel: what hangs in them, raises or ends in them concerns no other channel."""

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from satark.channels.threads import MAX_THREADS, ChannelThreads, PluginExitError


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hangs waits for this."""
    opened = threading.Event()
    yield opened
    opened.set()


async def test_what_hangs_in_one_takes_no_thread_from_another(gate: threading.Event) -> None:
    hung, other = ChannelThreads(), ChannelThreads()
    outcomes = await asyncio.gather(
        *(hung.run(gate.wait, 0.01) for _ in range(3 * MAX_THREADS)), return_exceptions=True
    )
    assert {type(one) for one in outcomes} == {TimeoutError}
    assert await other.run(lambda: 7, 5) == 7
    with pytest.raises(TimeoutError):
        await hung.run(lambda: 7, 0.01)
    gate.set()
    assert await hung.run(lambda: 7, 5) == 7


async def test_a_call_that_nobody_waits_for_any_more_is_not_begun(gate: threading.Event) -> None:
    threads, begun = ChannelThreads(most=1), []
    for call in (gate.wait, lambda: begun.append(1)):
        with pytest.raises(TimeoutError):
            await threads.run(call, 0.01)  # type: ignore[arg-type]
    gate.set()
    await threads.run(lambda: None, 5)
    assert begun == []


@pytest.mark.parametrize(
    "error", [SystemExit(), KeyboardInterrupt(), asyncio.CancelledError(), StopIteration(), GeneratorExit()]
)
async def test_what_would_end_the_process_ends_nothing(error: BaseException) -> None:
    threads = ChannelThreads()

    def raising() -> None:
        raise error

    with pytest.raises(PluginExitError, match=type(error).__name__):
        await threads.run(raising, 5)
    assert await threads.run(lambda: 7, 5) == 7


async def test_where_there_is_no_thread_the_next_call_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    threads, done = ChannelThreads(), list[int]()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(TimeoutError):
            await threads.run(lambda: done.append(1), 0.01)
    assert await threads.run(lambda: 7, 5) == 7
    assert done == []


async def test_few_threads_serve_many_calls() -> None:
    threads, names = ChannelThreads(most=3), set()
    await asyncio.gather(*(threads.run(lambda: names.add(threading.get_ident()), 5) for _ in range(200)))
    assert 1 <= len(names) <= 3


async def test_a_call_runs_in_the_context_of_who_waits() -> None:
    """What is handled is redacted from the log of the thread too."""
    handled: ContextVar[str] = ContextVar("handled", default="")
    handled.set("an address")
    assert await ChannelThreads().run(handled.get, 5) == "an address"
