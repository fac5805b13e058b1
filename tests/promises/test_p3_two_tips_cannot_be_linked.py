"""P3: two tips of one person have no more in common, at rest, than the tips of two people."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from conftest import House
from satark.channels.messages import DeliveryState, DeliveryStatus, Envelope, Inbound, Kind, Secret
from satark.routing.policy import Held
from satark.store.engine import Store
from satark.tips.inbox import inbox
from satark.tips.viewing import viewer_of
from tests.journey.calls import carrier
from tests.journey.messengers import messengers, photo, sent_photo

# Values that everybody's tips share: states, times, places and words of the service.
COMMON_COLUMNS = {"hour", "changed_hour", "heard_hour", "channel", "locale", "category", "district", "station", "cell", "assigned", "turn", "status", "outcome",
                  "incomplete", "indexed", "fresh", "fresh_hour", "priority", "late", "due_hour", "next_hour", "destroyed", "synthetic", "kind", "author", "place", "delivery", "delivered_day", "left_out", "office_id", "step", "day", "due",
                  "claimed_until", "attempts", "part", "replaceable", "expires", "thread", "message_id", "state", "mime", "size", "reason", "voice"}  # fmt: skip


async def tell(house: House, phone: str, number: int) -> None:
    chat = house.core.registry.channels["simulator"]
    said = [Inbound(Kind.CHOICE, choice=one) for one in ("language:en", "category:gambling")]
    said += [
        Inbound(Kind.TEXT, "the same words"),
        *(Inbound(Kind.CHOICE, choice=one) for one in ("done", "at:unknown", "check:send")),
    ]
    envelopes = [
        Envelope(Secret(phone), Secret(f"{phone}{number}{at}"), one, (Secret("Asha"),)) for at, one in enumerate(said)
    ]
    await house.core.door.receive(chat, envelopes)
    await house.work()


async def end_conversations(house: House) -> None:
    """Let the idle limit pass for all."""
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 0"))
    await house.core.door.close_idle(house.core.registry.channels)


async def rows_by_tip(store: Store) -> dict[str, set[Any]]:
    """Every value at rest that a tip has, in whatever table, but for what all tips share."""
    found: dict[str, set[Any]] = defaultdict(set)
    async with store.read() as db:
        for table in SQLModel.metadata.tables.values():
            for row in (await db.execute(table.select())).mappings():
                owner = row["id"] if table.name == "tip" else row.get("tip_id")
                if owner:
                    found[owner] |= {
                        value
                        for name, value in row.items()
                        if name not in COMMON_COLUMNS and value not in (owner, None, "")
                    }
    return found


async def test_nothing_links_two_tips_of_one_person(both_houses: House) -> None:
    house = both_houses
    for phone, number in (("910000000001", 1), ("910000000001", 2), ("910000000002", 3)):
        await tell(house, phone, number)
        await end_conversations(house)
    values = list((await rows_by_tip(house.core.store)).values())
    assert len(values) == 3
    assert all(len(value) >= 4 for value in values)
    assert [one & other for at, one in enumerate(values) for other in values[:at]] == [set()] * 3
    async with house.core.store.read() as db:
        for table in ("conversation", "outbox"):
            assert (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


@pytest.mark.parametrize("name", ["whatsapp", "telegram"])
async def test_nothing_links_two_tips_that_came_by_messenger(tmp_path: Path, name: str) -> None:
    """With photos, letters of the police, what was sent and what the provider reported on it."""
    async with messengers(tmp_path) as both:
        messenger = both[name]
        house = messenger.house
        for at, person in enumerate(("910000000001", "910000000001", "910000000002")):
            messenger.files[f"500{at}"] = photo(("red", "green", "blue")[at])
            await messenger.say(person, "=language:en", "=category:gambling", sent_photo(f"500{at}"), "the same words")
            await messenger.say(person, "=done", "=at:unknown", "=check:send")
            await messenger.later()
            await end_conversations(house)
        await messenger.act()
        await messenger.later()
        keys = [str(one.get("biz_opaque_callback_data", "")) for one in messenger.stand_in.sent]
        await messenger.post([DeliveryStatus(Secret(key), DeliveryState.DELIVERED) for key in keys])
        values = list((await rows_by_tip(house.core.store)).values())
        assert len(values) == 3
        assert all(len(value) >= 8 for value in values)
        assert [one & other for at, one in enumerate(values) for other in values[:at]] == [set()] * 3
        assert await messenger.count("outbox", "thread <> '' AND tip_id <> ''") == 0
        await messenger.change("UPDATE outbox SET due = 0")
        await messenger.house.work()
        assert await messenger.count("outbox") == 0


async def test_nothing_links_two_calls(tmp_path: Path) -> None:
    async with carrier(tmp_path) as line:
        for person in ("+911000000001", "+911000000001", "+911000000002"):
            call = line.call(person)
            await call.tell()
            await call.hang_up()
        await line.house.work()
        values = list((await rows_by_tip(line.house.core.store)).values())
        assert len(values) == 3
        assert all(len(value) >= 6 for value in values)
        assert [one & other for at, one in enumerate(values) for other in values[:at]] == [set()] * 3
        for table in ("conversation", "outbox", "pace", "return_address"):
            assert await line.count(table) == 0


async def test_order_inside_an_hour_is_that_of_random_ids(house: House) -> None:
    for number in range(12):
        await tell(house, f"91000000{number:04}", number)
    viewer = viewer_of("x", "x", "en", [Held("range/varanasi")], house.core.pack.parents)
    from satark.tips.queries import Filters

    async with house.core.store.read() as db:
        tips = (await inbox(db, viewer, Filters())).tips
        tables = (await db.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))).all()
    assert [tip.id for tip in tips] == sorted((tip.id for tip in tips), reverse=True)
    # What waits in the outbox says to the second when it is due: its order tells no more.
    counted = {
        "outbox",
        "officer",
        "post",
        "sign_in",
        "audit_entry",
        "passkey",
        "saved_filter",
        "push_subscription",
        "report_wish",
        "draft",
        "edit",
        "channel_health",
        "key_fingerprint",
        "change_request",
        "audit_head",
        "alembic_version",
    }
    assert [name for name, sql in tables if name not in counted and "WITHOUT ROWID" not in sql] == []


def test_no_source_asks_for_a_finer_time_than_the_hour(tmp_path: Path) -> None:
    """The columns that hold when an informant did something hold hours."""
    from satark.store import tables

    for model in (tables.Tip, tables.Message, tables.Evidence, tables.StatusChange):
        timed = {name for name in model.model_fields if "time" in name or "created" in name or name.endswith("_at")}
        assert timed == set()
