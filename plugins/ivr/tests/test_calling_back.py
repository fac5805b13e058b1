"""A ring costs nothing and is called back: once, soon or not at all, and not too often."""

from pathlib import Path

import pytest
from sqlalchemy import text

from satark.store.clock import now
from tests.journey.calls import Carrier, carrier

RINGS = {"SATARK_IVR_MISSED_CALL": "1"}
NUMBER = "+911000000042"


async def ring(line: Carrier, number: str = NUMBER) -> None:
    call = await line.call(number).begin()
    assert call.rejected
    await call.hang_up("busy")
    for url, fields in call.asked:
        assert (await line.post(url, fields)).status_code == 200


async def due(line: Carrier) -> None:
    await line.change("UPDATE outbox SET due = 0")
    await line.house.work()


async def test_a_ring_is_called_back_and_a_tip_is_told_then(tmp_path: Path) -> None:
    async with carrier(tmp_path, environ=RINGS) as line:
        await ring(line)
        assert line.stand_in.called == []
        async with line.house.core.store.read() as db:
            waits = (await db.execute(text("SELECT due, channel FROM outbox"))).all()
        assert len(waits) == 1
        await due(line)
        (called,) = line.stand_in.called
        assert (called["To"], called["From"]) == (NUMBER, "+15550000000")
        assert await line.count("outbox") == 0
        back = line.call(called["To"], direction="outbound-api")
        await back.tell()
        await back.hang_up()
        assert await line.count("tip", "NOT incomplete") == 1


async def test_two_rings_before_the_call_are_called_back_once(tmp_path: Path) -> None:
    async with carrier(tmp_path, environ=RINGS) as line:
        await ring(line)
        await ring(line)
        await due(line)
        assert len(line.stand_in.called) == 1


async def test_too_many_rings_of_one_number_are_left_alone(tmp_path: Path) -> None:
    """What is kept for it is a keyed hash, until the day is over."""
    async with carrier(tmp_path, environ=RINGS) as line:
        for _ in range(4):
            await ring(line)
            await due(line)
        assert len(line.stand_in.called) == 2
        await ring(line, "+911000000043")
        await due(line)
        assert len(line.stand_in.called) == 3
        assert await line.count("outbox") == 0
        assert await line.count("pace") == 2
        await line.change("UPDATE pace SET ready = 0")
        await line.house.work()
        assert await line.count("pace") == 0


async def test_who_could_not_be_called_at_once_is_not_called_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with carrier(tmp_path, environ=RINGS) as line:
        line.stand_in.refusals.append(503)
        await ring(line)
        await due(line)
        assert line.stand_in.called == []
        await line.change("UPDATE outbox SET due = 0, claimed_until = 0")
        later = now() + 120
        monkeypatch.setattr("satark.delivery.delivering.now", lambda: later)
        await line.house.work()
        assert line.stand_in.called == []
        assert await line.count("outbox") == 0


async def test_a_withheld_number_is_answered(tmp_path: Path) -> None:
    async with carrier(tmp_path, environ=RINGS) as line:
        call = await line.call("anonymous").begin()
        assert not call.rejected
        assert "English" in call.heard
