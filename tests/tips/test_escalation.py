"""A whole week by the clock: who is reminded, and who above learns of it, and when."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from conftest import MONDAY, House, Watch
from satark.jobs.clocks import keep_time
from satark.routing.policy import Held, levels_up, readers, shut_out, whose_turn
from satark.routing.tree import line
from satark.store.clock import hour_of
from satark.store.officers import Officer
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips import conflict, handing, verbs
from satark.tips.audit import verify
from satark.tips.clocks import Step, clocks_of
from satark.tips.conflict import Tree
from satark.tips.entries import Seals
from satark.tips.letters import Letter, Piece, Result
from satark.tips.life import Outcome, Status
from satark.tips.opening import NewTip, open_tip
from satark.tips.queries import tip_for
from satark.tips.standing import restart
from satark.tips.viewing import Viewer, viewer_of
from tests.promises.test_p4_accused_learn_nothing import worlds
from tests.tips.standing import wrong

DIG, SP, SHO, OUTSIDE = "range/varanasi", "district/jaunpur", "station/jaunpur/kotwali", "outside/vigilance"


class Office:
    """The police at work, without their pages. Tips are called by a letter, which is their receipt too."""

    def __init__(self, house: House, watch: Watch, viewers: dict[str, Viewer]) -> None:
        self.house = house
        self.watch = watch
        self.viewers = viewers
        pack, keys = house.core.pack, house.core.keys
        self.clocks = clocks_of(pack)
        self.tree = Tree(pack.parents, pack.top, pack.outside)
        self.seals = Seals(Seal(keys["content.pub"]), Seal(keys["reply.pub"]))
        self.references: dict[str, str] = {}

    async def arrives(self, name: str, category: str, *accused: str, district: str = SP) -> None:
        tree, rows = self.tree, Rows()
        new = NewTip(
            channel="webform", locale="hi", category=category, district=district, station="",
            accused=frozenset(accused), letter=Letter(pieces=(Piece(text="x"),)), receipt=name, hour=self.watch.hour,
            readers=readers(tree.parents, tree.outside, tree.top, district, frozenset(accused)),
            due=self.clocks.late_hour(category, Step.SEE, self.watch.hour),
        )  # fmt: skip
        self.references[name] = open_tip(rows, self.seals.content, new).reference
        async with self.house.core.store.write() as db:
            await rows.write(db)

    async def act(self, office: str, verb: Any, name: str, *args: Any) -> None:
        """A verb by an officer of an office; `look` takes no seals."""
        async with self.house.core.store.write() as db:
            tip = await tip_for(db, self.viewers[office], self.references[name])
            assert tip is not None, (office, name)
            seals = () if verb is verbs.look else (self.seals,)
            await verb(db, self.clocks, *seals, self.viewers[office], tip, *args)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.house.core.store.read() as db:
            return [tuple(row) for row in await db.execute(text(query))]

    async def tip(self, name: str, columns: str) -> tuple[Any, ...]:
        return (await self.rows(f"SELECT {columns} FROM tip WHERE receipt = '{name}'"))[0]

    async def unread(self, name: str) -> set[str]:
        query = "SELECT office_id FROM tip_reader JOIN tip ON id = tip_id WHERE fresh AND receipt = '{}'"
        return {row[0] for row in await self.rows(query.format(name))}

    async def late(self) -> dict[str, int]:
        return dict(await self.rows("SELECT receipt, late FROM tip"))  # type: ignore[arg-type]

    async def clock_speaks(self) -> int:
        return await keep_time({"bench": self.house.bench})


@pytest.fixture
async def office(both_houses: House, watch: Watch) -> Office:
    parents, viewers = both_houses.core.pack.parents, {}
    async with both_houses.core.store.write() as db:
        for one in (DIG, SP, SHO, OUTSIDE):
            officer = Officer(login=one, name=one, password="x")
            await db.execute(insert(Officer).values(**officer.model_dump()))
            viewers[one] = viewer_of(officer.id, one, "en", [Held(one)], parents)
    return Office(both_houses, watch, viewers)


def day(name: str, clock: str) -> datetime:
    """Of the week, in India."""
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days="Mon Tue Wed Thu Fri Sat Sun".split().index(name), hours=hour, minutes=minute)


async def test_a_week_by_the_clock(office: Office) -> None:
    """Every hour, two workers at once. What happens is written down as it shows in the database, and is this:"""
    plan: dict[datetime, list[Any]] = {
        # Nobody looks: 4 office hours, and 2 more until the DIG, who has it too, is told.
        day("Mon", "09:40"): [office.arrives("a", "gambling")],
        # The same, beginning on Saturday evening: Sunday does not count.
        day("Sat", "16:40"): [office.arrives("b", "gambling")],
        # Day and night, 2 hours and 2 more.
        day("Sat", "22:40"): [office.arrives("c", "trafficking")],
        # Seen and assigned in time; acting takes 24 hours of day and night, then 12 for each level.
        day("Tue", "01:40"): [office.arrives("d", "weapons")],
        day("Tue", "02:40"): [office.act(SP, verbs.look, "d"), office.act(SP, handing.assign, "d", SHO, office.tree)],
        # What accuses the district: the DIG's alone. What accuses the DIG: the authority outside. Nobody is above.
        day("Wed", "10:40"): [office.arrives("e", "gambling", SP), office.arrives("f", "gambling", DIG)],
        # Seen in time, assigned in the last hour, acted on in time, closed: never late.
        day("Mon", "10:40"): [office.arrives("g", "gambling")],
        day("Mon", "11:40"): [office.act(SP, verbs.look, "g")],
        day("Tue", "10:40"): [office.act(SP, handing.assign, "g", SHO, office.tree)],
        day("Sat", "10:40"): [office.act(SHO, verbs.report_action, "g", "done", Result(), (), "")],
        day("Sat", "11:40"): [office.act(SP, verbs.close, "g", Status.CLOSED, Outcome.ACTED, "")],
        # Seen late, when the DIG knows of it already: from five on 8 hours to assign it.
        day("Fri", "10:40"): [office.arrives("h", "gambling")],
        day("Fri", "17:40"): [office.act(SP, verbs.look, "h")],
    }  # fmt: skip
    happened: list[tuple[str, int, str]] = []
    before: dict[str, int] = {}
    for number in range(7 * 24):
        start = MONDAY + timedelta(hours=number)
        office.watch.put(start + timedelta(minutes=12))
        for moment in sorted(plan):
            if start <= moment < start + timedelta(hours=1):
                for act in plan.pop(moment):
                    await act
        spoken = await asyncio.gather(office.clock_speaks(), office.clock_speaks())
        after = await office.late()
        changed = {name: late for name, late in after.items() if late != before.get(name, 0)}
        assert all(late in (0, before.get(name, 0) + 1) for name, late in changed.items())
        assert sum(spoken) == len([late for late in changed.values() if late])
        happened += [(name, late, start.strftime("%a %H:%M")) for name, late in changed.items() if late]
        before = after
    assert not plan
    assert sorted(happened) == [
        ("a", 1, "Mon 14:00"), ("a", 2, "Mon 16:00"),
        ("c", 1, "Sun 00:00"), ("c", 2, "Sun 02:00"),
        ("d", 1, "Wed 02:00"), ("d", 2, "Wed 14:00"), ("d", 3, "Thu 02:00"),
        ("e", 1, "Wed 14:00"),
        ("f", 1, "Wed 14:00"),
        ("h", 1, "Fri 14:00"), ("h", 1, "Sat 17:00"), ("h", 2, "Fri 16:00"),
    ]  # fmt: skip
    assert await office.tip("b", "late, due_hour") == (0, hour_of(int(day("Mon", "12:00").timestamp())) + 7 * 24)
    assert await office.rows("SELECT count(*) FROM tip_reader WHERE office_id = 'outside/vigilance'") == [(1,)]
    said = dict(await office.rows("SELECT action, count(*) FROM audit_entry WHERE actor = 'clock' GROUP BY action"))  # type: ignore[arg-type]
    assert said == {"late": 7, "escalate": 5}
    assert await wrong(office.house.core.store) == []
    async with office.house.core.store.read() as db:
        assert await verify(db) is None


async def test_what_is_late_is_unread_where_it_waits_and_then_above(office: Office) -> None:
    await office.arrives("a", "trafficking")
    await office.act(SP, verbs.look, "a")
    await office.act(SP, handing.assign, "a", SHO, office.tree)
    for one in (SHO, SP, DIG):
        await office.act(one, verbs.look, "a")
    assert await office.unread("a") == set()
    steps = await office.rows("SELECT status, hour, step FROM status_change ORDER BY step")
    seen: list[set[str]] = []
    for hours in (11, 12, 18, 24):
        office.watch.put(MONDAY + timedelta(hours=hours))
        await office.clock_speaks()
        seen.append(await office.unread("a"))
    assert seen == [set(), {SHO}, {SHO, SP}, {SHO, SP, DIG}]
    assert await office.rows("SELECT status, hour, step FROM status_change ORDER BY step") == steps
    assert await office.tip("a", "late, next_hour") == (3, None)
    office.watch.put(MONDAY + timedelta(days=30))
    assert await office.clock_speaks() == 0


async def test_the_office_above_gets_what_it_did_not_have(office: Office) -> None:
    """An outside authority hands nothing on, and what a station has alone goes to its district first."""
    await office.arrives("a", "trafficking")
    await office.arrives("x", "trafficking", DIG)
    reading = "UPDATE tip_reader SET office_id = '{}' WHERE office_id = '{}' AND tip_id = (SELECT id FROM tip WHERE receipt = 'a')"
    async with office.house.core.store.write() as db:
        await db.execute(text(reading.format(SHO, SP)))
        await db.execute(text(f"DELETE FROM tip_reader WHERE office_id = '{DIG}'"))
    found = []
    for hours in (2, 4, 6):
        office.watch.put(MONDAY + timedelta(hours=hours))
        await office.clock_speaks()
        found.append(await office.unread("a"))
    assert found == [{SHO}, {SHO, SP}, {SHO, SP, DIG}]
    assert await office.unread("x") == {OUTSIDE}


async def test_what_was_not_done_while_the_worker_was_down_is_not_done_all_at_once(office: Office) -> None:
    await office.arrives("a", "trafficking")
    office.watch.put(MONDAY + timedelta(days=3))
    assert [await office.clock_speaks() for _ in range(3)] == [1, 0, 0]
    assert await office.late() == {"a": 1}


async def test_who_gets_a_tip_gets_its_time(office: Office) -> None:
    tree, limits = office.tree, {"to assign": 2, "to act": 12}
    given: dict[str, tuple[str, Any, str, Any]] = {
        "a": ("to assign", SP, handing.transfer, ("district/ghazipur", "why", tree)),
        "b": ("to act", SHO, handing.hand_back, ("why", tree)),
        "c": ("to act", SP, conflict.accuse, (SHO, "why", tree)),
        "d": ("to act", SHO, conflict.recuse, ("why", tree)),
        "e": ("to act", SP, handing.assign, ("station/jaunpur/line-bazar", tree)),
    }
    for name in given:
        await office.arrives(name, "trafficking")
        await office.act(SP, verbs.look, name)
        await office.act(SP, handing.assign, name, SHO, tree)
    office.watch.put(MONDAY + timedelta(hours=13))
    await office.clock_speaks()
    assert await office.late() == dict.fromkeys(given, 1)
    for name, (waits, who, verb, args) in given.items():
        await office.act(who, verb, name, *args)
        due = office.watch.hour + limits[waits]
        assert await office.tip(name, "late, due_hour, next_hour") == (0, due, due), name
    async with office.house.core.store.write() as db:
        tip_id = (
            await db.execute(text("UPDATE tip SET category = 'weapons' WHERE receipt = 'e' RETURNING id"))
        ).scalar_one()
        await restart(db, office.clocks, tip_id)
    assert await office.tip("e", "due_hour") == (office.watch.hour + 24,), "another kind has another clock"


async def test_a_tip_through_the_door_has_a_clock_and_a_closed_one_has_none(office: Office) -> None:
    from tests.promises.test_p3_two_tips_cannot_be_linked import tell

    office.watch.put(day("Tue", "10:40"))
    await tell(office.house, "910000000001", 1)
    assert await office.rows("SELECT due_hour - hour, next_hour - hour, late FROM tip") == [(4, 4, 0)]
    async with office.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET receipt = 'a'"))
    office.references["a"] = (await office.tip("a", "reference"))[0]
    await office.act(DIG, verbs.look, "a")
    await office.act(DIG, verbs.close, "a", Status.NOT_ACTIONABLE, Outcome.NONE, "")
    assert await office.tip("a", "late, due_hour, next_hour") == (0, None, None)


@given(worlds(), st.lists(st.sampled_from([f"o{one}" for one in range(12)] + ["top"]), min_size=1), st.integers(0, 6))
def test_no_clock_tells_the_accused(
    world: tuple[dict[str, str], list[Held], frozenset[str], str], extra: list[str], levels: int
) -> None:
    parents, posts, accused, district = world
    hidden = shut_out(parents, accused)
    reading = (readers(parents, "outside", "top", district, accused) | (set(extra) & set(parents))) - (
        hidden - {"outside"}
    )
    for assigned in ("", posts[0].office):
        turn = whose_turn(parents, reading, assigned)
        assert turn
        assert turn <= reading
        up = levels_up(parents, turn, accused, levels)
        assert not up & hidden or (levels == 0 and up == {"outside"})
        assert "outside" not in up or "outside" in reading
        assert all(any(one in line(parents, below) for below in turn) for one in up)
        assert levels_up(parents, turn, accused, len(parents)) == frozenset()
