"""Houses with a channel that answers as it is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import House, house_at
from satark.channels.messages import Capabilities, Envelope, Inbound, Kind, Secret
from tests.delivery.scripted import Plugin, channel


@pytest.fixture
async def scripted(tmp_path: Path, database: str) -> AsyncIterator[House]:
    channel.__init__()  # type: ignore[misc]
    async with house_at(tmp_path, database, scripted=Plugin()) as house:
        said = [Inbound(Kind.CHOICE, choice="language:en"), Inbound(Kind.CHOICE, choice="category:gambling")]
        await house.core.door.receive(
            channel, [Envelope(Secret("917"), Secret(f"{at}"), one) for at, one in enumerate(said)]
        )
        yield house


@pytest.fixture
async def six(scripted: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Six people wait for an answer of one part."""
    monkeypatch.setattr(channel, "capabilities", Capabilities(max_text=4000, max_text_with_choices=4000))
    said = [Envelope(Secret(f"91{at}"), Secret(f"x{at}"), Inbound(Kind.TEXT, "hi")) for at in range(5)]
    await scripted.core.door.receive(channel, said)
    return scripted
