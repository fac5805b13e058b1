"""Who guesses receipts in a chat is not told after some whether one was right; nobody else notices."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from conftest import House
from satark.channels.messages import Envelope, Inbound, Kind, Prompt, Secret
from satark.intake.effects import FREE_TRIES
from satark.tips.numbers import new_receipt

GUESSER, CITIZEN = "919000000001", "919000000002"


class Chats:
    """People who text; what they hear is asked of a call, which is answered at once."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.calls: Any = house.core.registry.channels["simulator-keypad"]
        self.said = 0

    async def say(self, phone: str, *inbounds: Inbound) -> list[Prompt]:
        self.said += len(inbounds)
        items = [Envelope(Secret(phone), Secret(f"{self.said}-{at}"), one) for at, one in enumerate(inbounds)]
        answers: list[Prompt] = await self.house.core.door.receive(self.calls, items)
        return answers

    async def text(self, phone: str, words: str) -> list[str]:
        return [prompt.id for prompt in await self.say(phone, Inbound(Kind.TEXT, words))]

    async def receipt(self) -> str:
        choices = ("language:en", "category:gambling", "done", "at:unknown", "check:send")
        said = [Inbound(Kind.CHOICE, choice=one) for one in choices]
        said.insert(2, Inbound(Kind.TEXT, "a den"))
        (code,) = {prompt.code for prompt in await self.say("918000000000", *said) if prompt.code}
        return re.sub(r"\D", "", code)


@pytest.fixture
def chats(house: House) -> Chats:
    return Chats(house)


async def test_after_some_wrong_ones_a_guesser_is_told_nothing(chats: Chats) -> None:
    code = await chats.receipt()
    for _ in range(FREE_TRIES):
        assert "receipt.unknown" in await chats.text(GUESSER, new_receipt())
    for guess in (new_receipt(), code):
        assert "receipt.wait" in await chats.text(GUESSER, guess)
    assert "status.overview" in await chats.text(CITIZEN, code)


async def test_to_begin_anew_does_not_give_new_tries(chats: Chats) -> None:
    for at in range(FREE_TRIES):
        await chats.text(GUESSER, new_receipt())
        if at % 3 == 0:
            await chats.text(GUESSER, "delete")
            await chats.say(GUESSER, Inbound(Kind.CHOICE, choice="erase:yes"), Inbound(Kind.CLOSED))
    assert "receipt.wait" in await chats.text(GUESSER, new_receipt())


async def test_a_guesser_can_still_tell(chats: Chats, house: House) -> None:
    for _ in range(FREE_TRIES + 1):
        await chats.text(GUESSER, new_receipt())
    await chats.text(GUESSER, "menu")
    choices = ("menu:report", "category:gambling")
    await chats.say(GUESSER, *(Inbound(Kind.CHOICE, choice=one) for one in choices), Inbound(Kind.TEXT, "a den"))
    await chats.say(GUESSER, *(Inbound(Kind.CHOICE, choice=one) for one in ("done", "at:unknown", "check:send")))
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 1


async def test_of_who_guesses_the_process_keeps_a_hash_of_a_hash(chats: Chats, house: House) -> None:
    await chats.text(GUESSER, new_receipt())
    (kept,) = house.core.door.desk.tools.tries._counted
    async with house.core.store.read() as db:
        (key,) = (await db.execute(text("SELECT key FROM conversation"))).scalars()
    assert kept not in (GUESSER.encode(), key.encode(), bytes.fromhex(key))
