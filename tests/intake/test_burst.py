"""A burst gets one answer at every step, and nothing that must be said is lost with the answers that it replaces."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from conftest import House
from satark.channels.messages import Inbound, Kind, Media, MediaKind, Point
from satark.conversation.state import State
from satark.intake.memory import recall
from satark.store.clock import now
from tests.intake.test_door import chat, count, envelope, report

LANGUAGE = Inbound(Kind.CHOICE, choice="language:en")
POLICE = Inbound(Kind.CHOICE, choice="category:police_corruption")
GAMBLING = Inbound(Kind.CHOICE, choice="category:gambling")
DONE = Inbound(Kind.CHOICE, choice="done")
TOLD = Inbound(Kind.TEXT, "they play every night behind the temple")
STEPS = {
    "language": (),
    "category": (LANGUAGE,),
    "accused": (LANGUAGE, POLICE),
    "account": (LANGUAGE, GAMBLING),
    "place": (LANGUAGE, GAMBLING, TOLD, DONE),
    "check": (LANGUAGE, GAMBLING, TOLD, DONE, Inbound(Kind.CHOICE, choice="at:unknown")),
    "receipt": (LANGUAGE, Inbound(Kind.TEXT, "status")),
    "after": tuple(one.inbound for one in report("1")),
}


def photo(number: int) -> Inbound:
    return Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, kept=f"{number:032x}"))


BURSTS = {
    "photos": [photo(number) for number in range(5)],
    "texts": [Inbound(Kind.TEXT, f"there is a den near the well {number}") for number in range(5)],
    "pins": [Inbound(Kind.LOCATION, point=Point(25.8 + number / 1000, 82.7)) for number in range(5)],
}


async def say(house: House, events: Sequence[Inbound], first: int = 0) -> None:
    """Each in a request of its own."""
    for at, one in enumerate(events, first):
        await house.core.door.receive(chat(house), [envelope("1", at, one)])


async def deliver(house: House) -> list[str]:
    """The texts of the bubbles that came since the last time."""
    inbox: dict[str, Any] = chat(house)._inboxes["1"]
    before = len(inbox)
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET due = 0 WHERE state = 'due'"))
    await house.work()
    return [str(body["text"]) for body in list(inbox.values())[before:]]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("burst", BURSTS)
async def test_a_burst_gets_one_answer_at_every_step(house: House, step: str, burst: str) -> None:
    await say(house, STEPS[step])
    await deliver(house)
    await say(house, BURSTS[burst], first=20)
    assert len(await deliver(house)) == 1


async def test_it_gets_one_on_either_database(both_houses: House) -> None:
    """What the answers that were replaced had to say is said in the one that is left: 112 first, once."""
    await say(both_houses, [*BURSTS["photos"], TOLD])
    (said,) = await deliver(both_houses)
    assert said.count("Is somebody in danger right now?") == 1
    assert said.index("112") < said.index("Namaste")
    assert said.count("रख लिया") == 1


async def test_what_was_said_is_not_said_again(both_houses: House) -> None:
    await say(both_houses, [TOLD])
    assert "112" in (await deliver(both_houses))[0]
    await say(both_houses, [TOLD], first=1)
    assert "112" not in (await deliver(both_houses))[0]


async def test_a_receipt_is_not_replaced(both_houses: House) -> None:
    """Nor is it kept with the conversation, to be said later."""
    await say(both_houses, [*STEPS["after"], TOLD])
    receipt, asked = await deliver(both_houses)
    assert "Keep this number" in receipt
    assert "same matter" in asked


async def test_a_message_that_may_go_on_is_answered_after_a_pause_and_a_tap_at_once(house: House) -> None:
    async def wait() -> int:
        async with house.core.store.read() as db:
            row = (await db.execute(text("SELECT due FROM outbox ORDER BY due DESC"))).scalars().first()
        return int(row or 0)

    await say(house, [LANGUAGE])
    tapped = await wait()
    await say(house, [TOLD], first=5)
    assert await wait() > tapped
    assert await count(house, "outbox") == 1


async def state_of(house: House) -> State:
    async with house.core.store.read() as db:
        key = (await db.execute(text("SELECT key FROM conversation"))).scalar_one()
        known = await recall(db, house.core.door.desk.locker, [key])
    return known[key].remembered.state


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("step", ["language", "category", "accused", "place", "check"])
async def test_a_burst_answers_no_question_that_was_not_said(house: House, step: str, together: bool) -> None:
    """Ten texts at once choose no language, no category, no office and no place; each is kept."""
    await say(house, STEPS[step])
    await deliver(house)
    burst = [Inbound(Kind.TEXT, f"qq they {'x' * number} play at night") for number in range(10)]
    if together:
        await house.core.door.receive(chat(house), [envelope("1", at, one) for at, one in enumerate(burst, 20)])
    else:
        await say(house, burst, first=20)
    state = await state_of(house)
    assert state.asking == step
    words = " ".join((state.place.words, *(one.text for one in state.given)))
    assert all(one.text in words for one in burst)


async def test_three_texts_that_follow_answers_still_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is asked, and answers something else three times, comes to no dead end."""
    for at in range(4):
        monkeypatch.setattr("satark.intake.door.now", lambda minutes=at: now() + 60 * minutes)
        await say(house, [TOLD], first=at)
    assert (await state_of(house)).asking == "category"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("then", "said"), [("check:send", "Keep this number"), ("cancel", "It will not be sent")])
async def test_what_is_sent_or_withheld_is_not_said_to_go_by_itself(
    both_houses: House, then: str, said: str, together: bool
) -> None:
    """The warning that was not said yet goes with what it warns of."""
    events = [LANGUAGE, GAMBLING, TOLD, Inbound(Kind.CHOICE, choice=then)]
    if together:
        await both_houses.core.door.receive(
            chat(both_houses), [envelope("1", at, one) for at, one in enumerate(events)]
        )
    else:
        await say(both_houses, events)
    told = "\n".join(await deliver(both_houses))
    assert said in told
    assert "goes to the police as it is" not in told
