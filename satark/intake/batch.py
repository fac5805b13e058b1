"""One transaction for all that waits: recall, advance, and write what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import Inbound, Kind, Media
from satark.conversation.flow import step
from satark.conversation.questions import goes_by_itself
from satark.conversation.render import coalesce
from satark.conversation.state import Ask, State, Turn, World
from satark.conversation.state import Event as FlowEvent
from satark.identity.envelope import seal_address
from satark.intake.arrivals import Thread
from satark.intake.effects import Effects, Tools, source_of
from satark.intake.memory import (
    Recalled,
    Remembered,
    forget,
    hold,
    lock,
    look_up,
    remember,
    rounded_up,
)
from satark.intake.outgoing import close_answer, release_held, withdraw_questions, withdraw_unsent
from satark.intake.world import build_world, world_for
from satark.store.clock import day_of, hour_of
from satark.store.engine import Store
from satark.store.informants import Outbox, SeenEvent
from satark.store.sealing import Locker, Press
from satark.store.tables import Evidence
from satark.store.writing import Rows, Script

# A burst is answered once: the answer to what may go on at once waits for the next message (conversation.md).
BURST_PAUSE = 2
# Who gave a ring is called back when their phone is free again, and not any more when they have given up waiting.
RING_PAUSE = 5
RING_LIMIT = 60
# What a caller said last may reach us so long after they hung up.
LATE = 120
PRIVATE = frozenset({"status.overview", "status.letter"})
AGAIN = Inbound(Kind.DIGITS, "#")
"""The key that asks for what was said last, once more."""
# An effect may lead to another, never to many: more would be a flow that runs in a circle.
MOST_EFFECTS = 8


@dataclass(frozen=True)
class Desk:
    """What a batch needs. `idle` is in seconds."""

    store: Store
    tools: Tools
    locker: Locker
    idle: int

    @property
    def world(self) -> World:
        return replace(self.tools.jurisdiction.of(build_world), idle_minutes=self.idle // 60)


@dataclass
class Outcome:
    """What came of one conversation in a batch."""

    thread: Thread
    remembered: Remembered
    sealed_address: bytes
    asks: list[Ask] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    over: bool = False
    waits: bool = False
    last: Kind = Kind.TEXT

    @property
    def pause(self) -> int:
        """How many seconds the answer waits for what may follow."""
        return RING_PAUSE if self.last is Kind.MISSED else BURST_PAUSE if self.waits else 0

    @property
    def notices(self) -> tuple[Ask, ...]:
        """What it says that may be said together with the next answer instead. A receipt and what the police wrote are not
        put into the conversation, to be said later."""
        if any(ask.code or ask.id in PRIVATE for ask in self.asks):
            return ()
        return tuple(ask for ask in self.asks if ask.notice)

    def hears(self, now: int) -> None:
        """Whether the open question was said before this message came: while a burst goes on, it was not."""
        unheard = 0 <= self.remembered.said_at - now <= BURST_PAUSE
        state = self.remembered.state
        if state.unheard != unheard:
            self.remembered = replace(self.remembered, state=replace(state, unheard=unheard))

    @property
    def is_pushed(self) -> bool:
        """Whether the answer goes out by `send`."""
        return not self.thread.capabilities.answers_in_request or self.last is Kind.MISSED


async def settle(desk: Desk, threads: dict[str, Thread], now: int) -> list[Outcome]:
    """Advance all conversations in one transaction. When it returns it is durable. Who is muted is heard and answered like
    everybody: what they send is marked."""
    if not threads:
        return []
    async with desk.store.write() as db:
        await hold(db, desk.store, threads)
        events = [event.key for thread in threads.values() for event in thread.events if event.key]
        senders = [thread.muting for thread in threads.values() if thread.muting]
        known = await look_up(db, desk.locker, threads.keys(), events, senders, day_of(now))
        for key, thread in threads.items():
            thread.is_muted = _is_muted(thread, known.conversations.get(key), known.mutes)
        rows = Rows()
        effects = Effects(db, desk.tools, rows, hour_of(now))
        world = desk.world
        worlds = {thread.channel: world_for(world, thread.capabilities) for thread in threads.values()}
        outcomes = [
            await _advance(desk, effects, thread, known.conversations.get(key), known.seen, worlds[thread.channel], now)
            for key, thread in threads.items()
        ]
        await _write(desk, db, effects, outcomes, known.conversations, now)
    if effects.destroyed:
        await desk.store.scrub()
    return outcomes


async def _advance(
    desk: Desk, effects: Effects, thread: Thread, known: Recalled | None, seen: set[str], world: World, now: int
) -> Outcome:
    """One conversation through its new events. A repetition says again what was said, and does nothing."""
    outcome = Outcome(thread, known.remembered if known else Remembered(), _return_address(desk, thread, known))
    for event in thread.events:
        if event.inbound == AGAIN or (event.key in seen if event.key else not _is_idle(known, now)):
            continue
        if event.key:
            seen.add(event.key)
        outcome.fresh.append(event.key)
        outcome.last = event.inbound.kind
        outcome.hears(now)
        inbound = _take_in(desk, effects, thread, event.inbound)
        turn = await _step(effects, outcome, inbound, world)
        outcome.over, outcome.waits = turn.over, turn.waits
        said_at = now + BURST_PAUSE if outcome.waits and outcome.is_pushed else 0
        outcome.remembered = replace(outcome.remembered, state=turn.state, said_at=said_at)
    if not outcome.fresh:
        outcome.asks = list(outcome.remembered.said)
        return outcome
    outcome.asks = coalesce(still_true(outcome.asks, outcome.remembered.state))
    said = tuple(outcome.asks) if thread.capabilities.answers_in_request else ()
    turns = outcome.remembered.turns + 1
    outcome.remembered = replace(outcome.remembered, said=said, turns=turns, muted=thread.is_muted)
    return outcome


def _is_muted(thread: Thread, known: Recalled | None, mutes: Collection[str]) -> bool:
    """Where the clock speaks, whoever spoke last is who is meant."""
    if thread.address is None:
        return known is not None and known.remembered.muted
    return thread.muting in mutes


def _is_idle(known: Recalled | None, now: int) -> bool:
    """The clock speaks only to a conversation that still rests."""
    return known is not None and known.expires <= now


def _return_address(desk: Desk, thread: Thread, known: Recalled | None) -> bytes:
    """The sealed address, where the channel can ever write to it: it calls back who just gave a ring. It is sealed once a
    conversation, and anew for each tip (effects.py)."""
    if thread.capabilities.pushes_for == 0 and not any(one.inbound.kind is Kind.MISSED for one in thread.events):
        return b""
    if known and known.sealed_address:
        return known.sealed_address
    return seal_address(desk.tools.courier, thread.address) if thread.address else b""


def _take_in(desk: Desk, effects: Effects, thread: Thread, inbound: Inbound) -> Inbound:
    """Give a file that must be fetched its row; from here on it is known by the row's id."""
    media = inbound.media
    if media is None or media.kept:
        return inbound
    row = effects.rows.put(
        Evidence,
        kind=media.kind.value,
        mime=media.mime,
        source=desk.tools.courier.close(source_of(media)),
        channel=thread.channel,
        hour=effects.hour,
    )
    return replace(inbound, media=Media(media.kind, kept=row["id"]))


async def _step(effects: Effects, outcome: Outcome, event: FlowEvent, world: World) -> Turn:
    """A step with its effects: what they find out is the next event."""
    turn = step(outcome.remembered.state, event, world)
    waits = turn.waits
    outcome.asks.extend(turn.asks)
    for _ in range(MOST_EFFECTS):
        answer: FlowEvent | None = None
        for effect in turn.effects:
            answer = await effects.carry_out(effect, outcome.thread, outcome.sealed_address) or answer
        if answer is None:
            break
        turn = step(turn.state, answer, world)
        outcome.asks.extend(turn.asks)
    return replace(turn, waits=waits)


async def _write(
    desk: Desk,
    db: AsyncConnection,
    effects: Effects,
    outcomes: Sequence[Outcome],
    known: Mapping[str, Recalled],
    now: int,
) -> None:
    changed = [outcome for outcome in outcomes if outcome.fresh]
    keys = {key for outcome in changed for key in outcome.fresh if key}
    for key in keys:
        effects.rows.put(SeenEvent, key=key, day=day_of(now))
    pushing = [one for one in changed if one.asks and one.is_pushed]
    await _take_up_unsaid(db, pushing)
    press = desk.tools.courier.press()
    for outcome in pushing:
        if outcome.sealed_address:
            row = effects.rows.put(Outbox, **_answer(press, outcome, now))
            if unsaid := outcome.notices:
                outcome.remembered = replace(outcome.remembered, unsaid=unsaid, answer=row["id"])
    script = Script(db)
    forget(script, [outcome.thread.key for outcome in changed if outcome.over])
    withdraw_questions(script, [outcome.thread.key for outcome in pushing])
    release_held(script, [outcome.thread.key for outcome in changed], now)
    effects.write(script)
    remember(script, [_row(desk, outcome, now) for outcome in changed if not outcome.over], known)
    await script.run()


async def _take_up_unsaid(db: AsyncConnection, pushing: Sequence[Outcome]) -> None:
    """What the answer before has not said yet is said with this one, so that a burst gets one answer and misses nothing."""
    following = [one for one in pushing if one.remembered.answer]
    if not following:
        return
    unsent = await withdraw_unsent(db, [one.remembered.answer for one in following])
    for outcome in following:
        if outcome.remembered.answer in unsent:
            outcome.asks = coalesce(still_true((*outcome.remembered.unsaid, *outcome.asks), outcome.remembered.state))
        outcome.remembered = replace(outcome.remembered, unsaid=(), answer="")


def still_true(asks: Sequence[Ask], state: State) -> list[Ask]:
    """What is to be said, without the warning about a report that was sent or withheld meanwhile."""
    return [one for one in asks if one.id != "unfinished" or goes_by_itself(state)]


def _answer(press: Press, outcome: Outcome, now: int) -> dict[str, Any]:
    return {
        "channel": outcome.thread.channel,
        "thread": outcome.thread.key,
        "sealed_address": outcome.sealed_address,
        "sealed_prompts": close_answer(press, outcome.asks, outcome.thread.seen, _limit(outcome, now)),
        "due": now + outcome.pause,
        "replaceable": not any(ask.notice for ask in outcome.asks),
        "place": outcome.remembered.turns,
    }


def _limit(outcome: Outcome, now: int) -> int:
    return now + RING_LIMIT if outcome.last is Kind.MISSED else 0


def _row(desk: Desk, outcome: Outcome, now: int) -> dict[str, Any]:
    return {
        "key": outcome.thread.key,
        "channel": outcome.thread.channel,
        "state": lock(desk.locker, outcome.remembered),
        "sealed_address": outcome.sealed_address,
        "expires": rounded_up(now + (LATE if outcome.last is Kind.CLOSED else desk.idle)),
    }
