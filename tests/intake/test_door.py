"""The door: all that waits in one transaction, on SQLite and on PostgreSQL."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from conftest import House, Watch, house_at
from satark.channels.messages import (
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Secret,
    TryAgain,
)
from satark.channels.spec import NotAccepted
from satark.insight.cells import cell_of
from satark.intake import batch
from satark.intake.door import Door
from satark.store.informants import Outbox, SentPart
from satark.store.outage import QUIET
from satark.store.sealing import Opener
from satark.store.tables import Message
from satark.tips.letters import open_letter


def envelope(phone: str, number: int, inbound: Inbound) -> Envelope:
    return Envelope(Secret(phone), Secret(f"{phone}-{number}"), inbound)


def report(phone: str, words: str = "a den") -> list[Envelope]:
    choices = [Inbound(Kind.CHOICE, choice=one) for one in ("language:en", "category:gambling")]
    said = [
        *choices,
        Inbound(Kind.TEXT, words),
        *(Inbound(Kind.CHOICE, choice=one) for one in ("done", "at:unknown", "check:send")),
    ]
    return [envelope(phone, at, one) for at, one in enumerate(said)]


async def count(house: House, table: str) -> int:
    async with house.core.store.read() as db:
        return int((await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


def chat(house: House) -> Any:
    return house.core.registry.channels["simulator"]


async def test_a_report_is_a_tip_for_the_sp_and_the_dig(both_houses: House) -> None:
    said = report("1")
    said[4] = envelope("1", 4, Inbound(Kind.CHOICE, choice="at:station/jaunpur/kotwali"))
    await both_houses.core.door.receive(chat(both_houses), said)
    async with both_houses.core.store.read() as db:
        readers = set((await db.execute(text("SELECT office_id FROM tip_reader"))).scalars())
    assert readers == {"district/jaunpur", "range/varanasi"}


async def test_the_place_that_was_named_is_kept_as_a_cell_and_nothing_finer(both_houses: House) -> None:
    """A pin, a village by its name, a station, a pin in another country; and one mark for who counts, however many came."""
    house = both_houses
    places = {
        "1": [Inbound(Kind.LOCATION, point=Point(25.8001, 82.7002)), Inbound(Kind.CHOICE, choice="at:station/jaunpur/kotwali")],
        "2": [Inbound(Kind.TEXT, "Badlapur"), Inbound(Kind.CHOICE, choice="at:station/jaunpur/badlapur")],
        "3": [Inbound(Kind.CHOICE, choice="at:station/jaunpur/kotwali")],
        "4": [Inbound(Kind.LOCATION, point=Point(48.1, 11.5)), Inbound(Kind.CHOICE, choice="at:station/jaunpur/kotwali")],
    }  # fmt: skip
    for phone, named in places.items():
        said = [*(one.inbound for one in report(phone)[:4]), *named, Inbound(Kind.CHOICE, choice="check:send")]
        await house.core.door.receive(chat(house), [envelope(phone, at, one) for at, one in enumerate(said)])
    async with house.core.store.read() as db:
        cells = sorted((await db.execute(text("SELECT cell FROM tip"))).scalars())
    assert cells == ["", "", *sorted((cell_of(25.8001, 82.7002), cell_of(25.8922, 82.4528)))]
    assert await count(house, "tally_mark") == 4
    await house.core.door.receive(chat(house), [one for phone in ("5", "6", "7") for one in report(phone)])
    assert await count(house, "tip") == 7
    assert await count(house, "tally_mark") == 5


async def test_all_who_rest_too_long_are_submitted_together(both_houses: House) -> None:
    house = both_houses
    for phone in ("1", "2", "3"):
        await house.core.door.receive(chat(house), report(phone)[:3])
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 0"))
    assert await house.core.door.close_idle(house.core.registry.channels) == 3
    assert await count(house, "tip") == 3
    assert await house.core.door.close_idle(house.core.registry.channels) == 0


async def test_many_at_once_are_all_kept_in_few_transactions(
    both_houses: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = []
    original = batch.settle

    async def counted(*args: Any) -> Any:
        settled.append(1)
        return await original(*args)

    monkeypatch.setattr("satark.intake.door.settle", counted)
    await asyncio.gather(
        *(both_houses.core.door.receive(chat(both_houses), report(str(number))) for number in range(60))
    )
    assert await count(both_houses, "tip") == 60
    assert len(settled) <= 3


async def test_after_many_those_on_the_way_are_settled_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = []
    original = batch.settle

    async def counted(desk: Any, threads: Any, now: int) -> Any:
        settled.append(len(threads))
        return await original(desk, threads, now)

    def told(number: int) -> asyncio.Task[Any]:
        return asyncio.create_task(house.core.door.receive(chat(house), report(str(number))))

    monkeypatch.setattr("satark.intake.door.settle", counted)
    monkeypatch.setattr("satark.intake.door.GATHER", 60.0)
    await asyncio.gather(told(1), told(2), told(3))
    first = told(4)
    for _ in range(20):
        await asyncio.sleep(0)
    await asyncio.gather(first, told(5), told(6))
    assert settled == [3, 3]


async def test_a_repetition_does_nothing(both_houses: House) -> None:
    for _ in range(3):
        await both_houses.core.door.receive(chat(both_houses), report("1"))
    await asyncio.gather(*(both_houses.core.door.receive(chat(both_houses), report("2")) for _ in range(5)))
    assert await count(both_houses, "tip") == 2
    assert await count(both_houses, "return_address") == 2


async def test_the_same_id_twice_in_one_batch_counts_once(both_houses: House) -> None:
    await both_houses.core.door.receive(chat(both_houses), [*report("1"), *report("1")])
    assert await count(both_houses, "tip") == 1


@pytest.mark.parametrize("error", [RuntimeError("secret words"), IntegrityError("", {}, Exception())])
async def test_one_that_cannot_be_settled_spoils_no_other(
    both_houses: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Nor the other messages of who sent it: their tip is there too, and what is missing in it comes again."""
    original = batch.step

    def poisoned(state: Any, event: Any, world: Any) -> Any:
        if getattr(event, "text", "") == "poison":
            raise error
        return original(state, event, world)

    monkeypatch.setattr(batch, "step", poisoned)
    door = both_houses.core.door
    calls = [
        door.receive(chat(both_houses), report(str(number), "poison" if number == 3 else "fine")) for number in range(8)
    ]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(result, NotAccepted) for result in results] == [number == 3 for number in range(8)]
    assert await count(both_houses, "tip") == 8
    monkeypatch.setattr(batch, "step", original)
    await door.receive(chat(both_houses), report("3", "poison"))
    assert await count(both_houses, "tip") == 8


def photo(phone: str, number: int, mime: str) -> Envelope:
    return envelope(
        phone, number, Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, mime, ref=Secret("at-the-provider")))
    )


async def test_data_that_the_database_does_not_take_spoils_no_other(tmp_path: Path, postgres_url: str) -> None:
    """Behind the edge that cleans it, lest that forgets something: neighbours in other requests and in the same one."""
    async with house_at(tmp_path, postgres_url) as house:
        door, poison = house.core.door, photo("66", 1, "image/jpeg\0")
        calls = [
            door.receive(chat(house), [*report(str(number)), *([poison, *report("77")] if number == 3 else [])])
            for number in range(8)
        ]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(result, NotAccepted) for result in results] == [number == 3 for number in range(8)]
        assert await count(house, "tip") == 9
        with pytest.raises(NotAccepted):
            await door.receive(chat(house), [poison])
        await door.receive(chat(house), report("9"))
        assert await count(house, "tip") == 10


async def test_one_conversation_that_cannot_be_closed_keeps_no_other_open(
    both_houses: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, original = both_houses, batch.step
    for phone in ("1", "2", "3"):
        await house.core.door.receive(chat(house), report(phone, f"a den {phone}")[:3])
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 0"))

    def poisoned(state: Any, event: Any, world: Any) -> Any:
        if any(given.text == "a den 2" for given in state.given):
            raise RuntimeError
        return original(state, event, world)

    monkeypatch.setattr(batch, "step", poisoned)
    await house.core.door.close_idle(house.core.registry.channels)
    assert await count(house, "tip") == 2
    assert await count(house, "conversation WHERE expires = 0") == 1


@pytest.mark.parametrize("error", [RuntimeError(), asyncio.CancelledError()])
async def test_whatever_ends_the_door_s_task_it_begins_anew(
    house: House, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Who waits then is told to try again, and the next is served."""
    door, gathered = house.core.door, Door._gather

    async def broken(_door: Door, _as_many: int) -> None:
        monkeypatch.setattr(Door, "_gather", gathered)
        raise error

    monkeypatch.setattr(Door, "_gather", broken)
    with pytest.raises(NotAccepted):
        await door.receive(chat(house), report("1"))
    await door.receive(chat(house), report("1"))
    assert await count(house, "tip") == 1
    assert door.is_open
    await door.stop()
    assert not door.is_open


async def test_a_process_whose_door_is_closed_is_not_ready(house: House) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as client:
        assert (await client.get("/readyz")).status_code == 200
        await house.core.door.stop()
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "intake: nothing settles the messages that come in" in answer.text
        await house.core.door.start()
        assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_does_not_answer_is_never_a_success(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: Any) -> Any:
        raise OSError("gone")

    monkeypatch.setattr("satark.intake.door.settle", broken)
    with pytest.raises(NotAccepted):
        await house.core.door.receive(chat(house), report("1"))


async def test_an_outage_of_the_database_is_told_at_its_beginning_and_its_end(
    house: House, watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Three times refused, then well; what comes and goes is told once in five minutes, and then all of it."""
    well, coming = batch.settle, list[bool]()

    async def settled(*args: Any) -> Any:
        if coming.pop(0):
            raise OSError("gone")
        return await well(*args)

    async def out(times: int) -> None:
        coming.extend([True] * times + [False])
        while coming:
            await asyncio.gather(house.core.door.receive(chat(house), report("1")), return_exceptions=True)

    monkeypatch.setattr("satark.intake.door.settle", settled)
    for times, later in ((3, 10), (1, 10), (1, QUIET), (2, 0)):
        await out(times)
        watch.wait(later)
    said = [
        (line.levelname, [int(word) for word in line.getMessage().split() if word.isdigit()]) for line in caplog.records
    ]
    assert said == [("ERROR", []), ("WARNING", [18]), ("ERROR", []), ("WARNING", [24])]


async def test_who_went_away_is_submitted_and_gets_the_receipt_when_they_look(both_houses: House) -> None:
    """What comes unasked shows that there is news; the receipt comes to who reads it, whenever that is."""
    house = both_houses
    await house.core.door.receive(chat(house), [envelope("1", 0, Inbound(Kind.TEXT, "a den by the temple"))])
    assert await house.core.door.close_idle(house.core.registry.channels) == 0
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 1"))
    assert await house.core.door.close_idle(house.core.registry.channels) == 1
    assert await count(house, "tip") == 1
    async with house.core.store.write() as db:
        assert (await db.execute(text("SELECT incomplete FROM tip"))).scalar_one()
        await db.execute(text("UPDATE outbox SET due = 0"))
    await house.work()
    *_, unasked = chat(house)._inboxes["1"].values()
    (button,) = unasked["choices"]
    receipt = button["id"].rpartition(":")[2]
    assert len(receipt) == 16
    assert receipt not in unasked["text"] + unasked["speech"] + button["label"]
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 1"))
    assert await house.core.door.close_idle(house.core.registry.channels) == 1
    assert await count(house, "conversation") == 0
    await house.core.door.receive(chat(house), [envelope("1", 1, Inbound(Kind.CHOICE, choice=button["id"]))])
    await house.work()
    *_, read = chat(house)._inboxes["1"].values()
    assert " ".join(receipt[at : at + 4] for at in range(0, 16, 4)) in read["text"]


async def test_delete_after_the_conversation_is_over_finds_the_address_by_the_receipt(both_houses: House) -> None:
    house = both_houses
    await house.core.door.receive(chat(house), report("1"))
    await house.work()
    *_, sent = chat(house)._inboxes["1"].values()
    receipt = re.search(r"\d{4} \d{4} \d{4} \d{4}", sent["text"])
    assert receipt
    async with house.core.store.write() as db:
        await db.execute(text("DELETE FROM conversation"))
    said = [Inbound(Kind.TEXT, "delete"), Inbound(Kind.TEXT, receipt[0]), Inbound(Kind.CHOICE, choice="erase:yes")]
    for at, one in enumerate(said, 20):
        assert await count(house, "return_address") == 1
        await house.core.door.receive(chat(house), [envelope("1", at, one)])
    assert await count(house, "return_address") == 0


async def test_a_pin_after_the_receipt_is_in_the_letters_of_the_tip(both_houses: House) -> None:
    house = both_houses
    pin = Inbound(Kind.LOCATION, "the well", point=Point(25.8001, 82.7002))
    more = [pin, Inbound(Kind.CHOICE, choice="same:yes"), Inbound(Kind.LOCATION, point=Point(25.9, 82.6))]
    said = [*report("1"), *(envelope("1", at, one) for at, one in enumerate(more, 20))]
    await house.core.door.receive(chat(house), said)
    async with house.core.store.read() as db:
        sealed = (await db.execute(text("SELECT sealed FROM message WHERE kind = 'addition' ORDER BY place"))).scalars()
        letters = [open_letter(Opener(house.core.keys["content.key"]), one) for one in sealed]
    assert [(one.pieces[0].text, one.pieces[0].lat) for one in letters] == [("the well", 25.8001), ("", 25.9)]


async def test_an_unfinished_report_about_the_police_is_not_read_where_it_happened(both_houses: House) -> None:
    house = both_houses
    said = [
        Inbound(Kind.CHOICE, choice="language:en"),
        Inbound(Kind.LOCATION, point=Point(25.8001, 82.7002)),
        Inbound(Kind.CHOICE, choice="at:station/jaunpur/kotwali"),
        Inbound(Kind.CHOICE, choice="category:police_corruption"),
        Inbound(Kind.TEXT, "the one with the jeep"),
    ]
    await house.core.door.receive(chat(house), [envelope("1", at, one) for at, one in enumerate(said)])
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 1"))
    await house.core.door.close_idle(house.core.registry.channels)
    async with house.core.store.read() as db:
        assert set((await db.execute(text("SELECT office_id FROM tip_reader"))).scalars()) == {"range/varanasi"}


async def test_a_burst_of_photos_gets_one_answer(both_houses: House) -> None:
    house = both_houses
    start = [Inbound(Kind.CHOICE, choice="language:en"), Inbound(Kind.CHOICE, choice="category:gambling")]
    await house.core.door.receive(chat(house), [envelope("1", at, one) for at, one in enumerate(start)])
    await house.work()
    before = len(chat(house)._inboxes["1"])
    for number in range(10):
        photo = Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, kept=f"{number:032x}"))
        await house.core.door.receive(chat(house), [envelope("1", 10 + number, photo)])
    assert await count(house, "outbox") == 1
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET due = 0"))
    await house.work()
    assert len(chat(house)._inboxes["1"]) == before + 1


async def test_delete_forgets_the_way_back(both_houses: House) -> None:
    house = both_houses
    await house.core.door.receive(chat(house), report("1"))
    assert await count(house, "return_address") == 1
    more = [Inbound(Kind.TEXT, "delete"), Inbound(Kind.CHOICE, choice="erase:yes")]
    await house.core.door.receive(chat(house), [envelope("1", 20 + at, one) for at, one in enumerate(more)])
    assert await count(house, "return_address") == 0
    assert await count(house, "conversation") == 0
    assert await count(house, "tip") == 1


async def test_a_delivery_never_goes_back(both_houses: House) -> None:
    house = both_houses
    await house.core.door.receive(chat(house), report("1"))
    async with house.core.store.write() as db:
        tip = (await db.execute(text("SELECT id FROM tip"))).scalar_one()
        message = Message(tip_id=tip, kind="message", hour=1, sealed=b"x", delivery="sent")
        await db.execute(Message.__table__.insert().values(**message.model_dump()))  # type: ignore[attr-defined]
        key = house.bench.courier.lookup.of("sent", "simulator", "provider-id")
        await db.execute(
            text("INSERT INTO sent_part (key, message_id, day) VALUES (:key, :message, 1)"),
            {"key": key, "message": message.id},
        )
    seen = []
    for state in (DeliveryState.READ, DeliveryState.DELIVERED, DeliveryState.SENT):
        await house.core.door.receive(chat(house), [DeliveryStatus(Secret("provider-id"), state)])
        async with house.core.store.read() as db:
            seen.append((await db.execute(text("SELECT delivery FROM message WHERE delivery <> ''"))).scalar_one())
    assert seen == ["delivered"] * 3


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ((DeliveryState.SENT, DeliveryState.FAILED), "due"),
        ((DeliveryState.FAILED, DeliveryState.SENT), "due"),
        ((DeliveryState.DELIVERED, DeliveryState.FAILED), "gone"),
        ((DeliveryState.FAILED, DeliveryState.DELIVERED), "gone"),
    ],
)
async def test_what_is_told_at_once_is_one_truth_in_any_order(
    both_houses: House, told: tuple[DeliveryState, ...], state: str
) -> None:
    """What failed for now is sent anew, and what arrived is not, though both are told in one request."""
    house = both_houses
    key = house.bench.courier.lookup.of("sent", "simulator", "an-errand:0")
    async with house.core.store.write() as db:
        errand = Outbox(id="an-errand", channel="simulator", state="sent", due=2**31 - 1, sealed_prompts=b"x", part=0)
        await db.execute(Outbox.__table__.insert().values(**errand.model_dump()))  # type: ignore[attr-defined]
        part = SentPart(key=key, errand="an-errand", day=1).model_dump()
        await db.execute(SentPart.__table__.insert().values(**part))  # type: ignore[attr-defined]
    reports = [
        DeliveryStatus(Secret("an-errand:0"), one, TryAgain() if one is DeliveryState.FAILED else None) for one in told
    ]
    await house.core.door.receive(chat(house), reports)
    async with house.core.store.read() as db:
        row = (await db.execute(text("SELECT state, part FROM outbox"))).first()
    assert (tuple(row) if row else ("gone", 0)) == (state, 0)
