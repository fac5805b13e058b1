"""What is for one person: in its order, at their pace; and many people at once."""

import asyncio
import threading

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from conftest import House
from satark.channels import registry
from satark.channels.messages import Envelope, Inbound, Kind, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.delivery.courier import MOST_COURTEOUS, deliver_due
from satark.delivery.leases import LEASE
from satark.delivery.outbox import wire_key
from satark.store.clock import now
from satark.store.informants import Outbox
from tests.delivery.scripted import another_worker, channel, outbox

COPIED = (
    "INSERT INTO outbox (id, channel, thread, tip_id, message_id, sealed_address, sealed_prompts, due, claimed_until,"
    " attempts, part, replaceable, state, knocking, failures, place, provider_ref) SELECT :id, channel, :thread, tip_id, message_id,"
    " sealed_address, sealed_prompts, 0, 0, 0, 0, replaceable, state, knocking, failures, :place, :id FROM outbox WHERE id = :one"
)


async def errands(house: House, threads: list[str]) -> None:
    """As many to one person, in these threads and in this order; and none to others."""
    async with house.core.store.write() as db:
        one = (await db.execute(text("SELECT id FROM outbox LIMIT 1"))).scalar_one()
        for at, thread in enumerate(threads):
            await db.execute(text(COPIED), {"id": f"e{at}", "thread": thread, "place": at, "one": one})
        await db.execute(text("DELETE FROM outbox WHERE id NOT LIKE 'e_'"))


NAMES = {wire_key(Outbox(due=0, provider_ref=f"e{at}"), 0): f"e{at}" for at in range(9)}


def said() -> list[str]:
    return [NAMES[key] for key in channel.keys]


async def test_one_person_hears_it_in_order_over_several_claims(six: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await errands(six, ["one"] * 9)
    monkeypatch.setattr(six.bench.courier.lane(channel), "_most", 4)
    original = channel.send

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        """Each is quicker than the one before it."""
        for _ in range(9 - int(NAMES[wire.key][1])):
            await asyncio.sleep(0)
        return await original(wire, address)

    monkeypatch.setattr(channel, "send", send)
    assert await deliver_due(six.bench.courier) == 9
    assert said() == [f"e{at}" for at in range(9)]


async def test_where_one_must_wait_those_behind_it_wait_with_it(six: House) -> None:
    await errands(six, ["one", "one", "two", "one"])
    channel.script = [TryAgain(after=60, why="500")]
    await deliver_due(six.bench.courier)
    assert said() == ["e2"]
    rows = await outbox(six)
    assert len({row.due for row in rows}) == 1
    assert rows[0].due >= now() + 50
    assert sorted(row.attempts for row in rows) == [0, 0, 1]


async def test_the_pace_is_kept_where_one_claim_has_many_errands_of_one_person(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In threads of their own, so that they go at once."""
    monkeypatch.setattr(channel, "capabilities", replace(channel.capabilities, pair_seconds=60.0, pair_burst=3))
    await errands(six, [f"thread {at}" for at in range(9)])
    assert await deliver_due(six.bench.courier) == 9
    assert len(said()) == 3
    assert [row.attempts for row in await outbox(six)] == [0] * 6
    async with six.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET due = 0"))
    await deliver_due(another_worker(six))
    assert len(said()) == 3


async def test_that_a_message_was_read_is_shown_while_there_is_time(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver_due(six.bench.courier)
    assert len(channel.shown) == 6
    many = [
        Envelope(Secret(f"92{at}"), Secret(f"y{at}"), Inbound(Kind.TEXT, "hello")) for at in range(MOST_COURTEOUS + 1)
    ]
    await six.core.door.receive(channel, many)
    await deliver_due(six.bench.courier)
    assert len(channel.shown) == 6
    assert len(channel.said) == 6 + len(many)


async def test_a_prompt_that_hangs_the_plugin_keeps_no_other(six: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of six is told of videos; the others are asked for their language."""
    monkeypatch.setattr(registry, "RENDER_LIMIT", 0.3)
    over = threading.Event()
    original = channel.render

    def render(prompt: Prompt) -> list[Wire]:
        if "videos" in prompt.text:
            over.wait(LEASE)
        return original(prompt)

    monkeypatch.setattr(channel, "render", render)
    await deliver_due(six.bench.courier)
    over.set()
    assert len(channel.said) == 5
    assert await outbox(six) == []
