"""Where messages come in: everything that waits is settled together, as soon as the last commit has ended.

A lone message is settled at once; under load the batches grow by themselves, and whoever is on the way is waited for, for
some milliseconds: most of what a batch costs it costs once.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import select

from satark import metrics
from satark.channels.messages import Capabilities, DeliveryStatus, Envelope, Prompt
from satark.channels.spec import Channel, NotAccepted
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask
from satark.intake.arrivals import Arrival, apart, keys_of, threads_of
from satark.intake.batch import Desk, settle
from satark.intake.outage import DatabaseOutage
from satark.intake.reports import record_reports
from satark.intake.world import build_voice
from satark.store.clock import now
from satark.store.errors import is_outage
from satark.store.health import Health
from satark.store.informants import Conversation

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
MOST_IN_A_BATCH = 500
# As many as were settled last are waited for, for so many seconds at most.
GATHER = 0.008

_resting: Any = Conversation


class Wake(Protocol):
    """Starts a job by name, in so many seconds. Never raises."""

    async def __call__(self, job: str, after: int = 0) -> None: ...


class Door:
    """One per process. `wake` is called after a commit that leaves work behind; it must not raise."""

    def __init__(self, desk: Desk, wake: Wake, health: Health) -> None:
        self.desk = desk
        self._wake = wake
        self._health = health
        self._waiting: asyncio.Queue[Arrival] = asyncio.Queue(MOST_WAITING)
        self._awaited = 0
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._outage = DatabaseOutage()

    @property
    def is_open(self) -> bool:
        """Whether what comes is settled: from `start` to `stop`."""
        return self._task is not None and not self._task.done()

    async def check(self) -> str:
        """Return why nothing that comes is settled; "" where it is."""
        return "" if self.is_open else "nothing settles the messages that come in; start the process anew"

    @property
    def voice(self) -> Voice:
        return self.desk.tools.jurisdiction.of(build_voice)

    async def start(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._run(), name="the door")
        self._task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Begin anew, whatever ended the task, unless the door was closed: there is no other that settles."""
        if task is self._task:
            error = None if task.cancelled() else task.exception()
            log.error("the door's task ended (%s), and begins anew", type(error).__name__)
            self._begin()

    async def stop(self) -> None:
        """Settle what waits, then close."""
        if self._task is not None:
            await self._waiting.join()
            task, self._task = self._task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def receive(self, channel: Channel, items: Sequence[Envelope | DeliveryStatus]) -> list[Prompt]:
        """Make the items durable. Returns the answers where the channel gives them in the request.

        Raises NotAccepted: then nothing of it was kept, and the sender should try again.
        """
        if not items:
            return []
        return await self._wait_for(channel.name, channel.capabilities, items)

    async def close_idle(self, channels: dict[str, Channel], most: int = 200) -> int:
        """Let the clock speak to the conversations that rest too long. Returns how many there were."""
        async with self.desk.store.read() as db:
            resting = select(_resting.key, _resting.channel).where(_resting.expires <= now()).limit(most)
            rows = [row for row in await db.execute(resting) if row.channel in channels]
        for name in {row.channel for row in rows}:
            keys = [row.key for row in rows if row.channel == name]
            # Those that could not be settled are tried again; the other channels' need not wait for them.
            with contextlib.suppress(NotAccepted):
                await self._wait_for(name, channels[name].capabilities, (), keys)
        return len(rows)

    async def _wait_for(
        self,
        channel: str,
        capabilities: Capabilities,
        items: Sequence[Envelope | DeliveryStatus],
        idle: Sequence[str] = (),
    ) -> list[Prompt]:
        answer: asyncio.Future[list[Prompt]] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(Arrival(channel, capabilities, items, answer, idle))
        except asyncio.QueueFull:
            metrics.REFUSED.labels(channel).inc(len(items))
            raise NotAccepted("too much is waiting") from None
        if self._waiting.qsize() >= self._awaited:
            self._came.set()
        return await answer

    async def _run(self) -> None:
        last = 0
        while True:
            batch = [await self._waiting.get()]
            try:
                await self._gather(last)
                while len(batch) < MOST_IN_A_BATCH and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                await self._settle(batch)
            finally:
                last = len(batch)
                # Whatever happened: nobody waits for an answer that does not come any more.
                _refuse([arrival for arrival in batch if not arrival.answer.done()])
                for _ in batch:
                    self._waiting.task_done()

    async def _gather(self, as_many: int) -> None:
        """Under load, let what is being read come along: to settle one message costs a quarter of what sixty cost."""
        self._awaited = as_many - 1
        self._came.clear()
        if self._waiting.qsize() < self._awaited:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER):
                    await self._came.wait()

    async def _settle(self, batch: Sequence[Arrival]) -> None:
        """All together; where one of them cannot be settled, each for itself, so that it spoils no other."""
        try:
            await self._settle_together(batch)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, the others are settled
            if is_outage(error):
                self._outage.refused(batch, error)
                _refuse(batch)
            else:
                await self._settle_apart(batch, error)

    async def _settle_apart(self, batch: Sequence[Arrival], error: Exception) -> None:
        """Each arrival for itself; of one alone each message, so that a poisoned one spoils none of the same request."""
        if len(batch) > 1:
            for arrival in batch:
                await self._settle([arrival])
            return
        (whole,) = batch
        parts = apart(whole)
        if len(parts) == 1:
            log.error("a message of channel %s was refused (%s)", whole.channel, type(error).__name__)
            _refuse(batch)
            return
        for part in parts:
            await self._settle([part])
        await self._answer_whole(whole, parts)

    async def _answer_whole(self, whole: Arrival, parts: Sequence[Arrival]) -> None:
        """The parts are of a channel that answers by `send`, so there is nothing to answer but whether all are durable."""
        outcomes = await asyncio.gather(*(part.answer for part in parts), return_exceptions=True)
        errors = [one for one in outcomes if isinstance(one, Exception)]
        if whole.answer.done():
            return
        if errors:
            whole.answer.set_exception(errors[0])
        else:
            whole.answer.set_result([])

    async def _settle_together(self, batch: Sequence[Arrival]) -> None:
        lookup = self.desk.tools.lookup
        outcomes = await settle(self.desk, threads_of(batch, lookup), now())
        await record_reports(self.desk.store, lookup, batch, now())
        self._outage.over()
        said = {outcome.thread.key: outcome.asks for outcome in outcomes}
        metrics.BATCH.observe(len(batch))
        settled: Counter[str] = Counter()
        for arrival in batch:
            settled[arrival.channel] += len(arrival.items)
            self._answer(arrival, said)
        for channel, items in settled.items():
            metrics.SETTLED.labels(channel).inc(items)
        await self._health.came(arrival.channel for arrival in batch if arrival.items)
        await self._wake("prepare")
        await self._wake("index")
        for pause in {outcome.pause for outcome in outcomes} or {0}:
            await self._wake("deliver", pause)

    def _answer(self, arrival: Arrival, said: Mapping[str, Sequence[Ask]]) -> None:
        """What is durable stays so, even where its answer cannot be put into words."""
        if arrival.answer.done():
            return
        if not arrival.capabilities.answers_in_request:
            arrival.answer.set_result([])
            return
        asks = [ask for key in keys_of(arrival, self.desk.tools.lookup) for ask in said.get(key, ())]
        try:
            answers = render(asks, self.voice, arrival.capabilities)
        except Exception as error:  # noqa: BLE001 - one template must not stop the answers of others
            log.error("prompts %s cannot be said (%s)", [ask.id for ask in asks], type(error).__name__)
            arrival.answer.set_exception(error)
        else:
            arrival.answer.set_result(answers)


def _refuse(batch: Sequence[Arrival]) -> None:
    for arrival in batch:
        metrics.REFUSED.labels(arrival.channel).inc(len(arrival.items))
        if not arrival.answer.done():
            arrival.answer.set_exception(NotAccepted("the message could not be kept"))
