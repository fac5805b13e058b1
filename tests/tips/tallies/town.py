"""A town of officers and tips in which anything may happen, and what its numbers are if one counts the tips."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.insight.asking import EVER, Scope
from satark.insight.numbers import cells, days, places, waits, week
from satark.insight.reading import reading
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.policy import Held, readers
from satark.store.clock import hour_of, now
from satark.store.columns import random_id
from satark.store.engine import Store
from satark.store.keys import load_keys, make_keys
from satark.store.officers import Officer, Post
from satark.store.sealing import Seal
from satark.store.tables import StatusChange, Tip
from satark.store.tallies import TALLIES
from satark.store.writing import Rows
from satark.tips import verbs
from satark.tips.classifying import classify
from satark.tips.clocks import clocks_of
from satark.tips.conflict import Tree, accuse, recuse
from satark.tips.destroying import take_away
from satark.tips.entries import NotAllowed, Seals
from satark.tips.handing import assign, hand_back, transfer
from satark.tips.letters import Letter, Piece, Result
from satark.tips.life import NotNow, Outcome, Status
from satark.tips.links import merge, unlink
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.audiences import Eyes, serving
from satark.tips.tallies.marks import mark
from satark.tips.tallies.passing import bring_up_to_date
from satark.tips.tallies.waits import rounded
from satark.tips.viewing import Viewer, viewer_of, visible

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
TREE = Tree(PACK.parents, PACK.top, PACK.outside)
CLOCKS = clocks_of(PACK)
KOTWALI, ZAFARABAD, BADLAPUR = "station/jaunpur/kotwali", "station/jaunpur/zafarabad", "station/jaunpur/badlapur"
SAIDPUR = next(one for one in PACK.offices if one.startswith("station/ghazipur/"))
JAUNPUR, GHAZIPUR = "district/jaunpur", "district/ghazipur"
NOW = hour_of(now())
OFFICERS = {
    "dig": [Held("range/varanasi")], "sp": [Held(JAUNPUR)], "other sp": [Held(GHAZIPUR)], "sho": [Held(KOTWALI)],
    "second sho": [Held(ZAFARABAD)], "two posts": [Held("range/varanasi"), Held(KOTWALI)],
    "was there": [Held(JAUNPUR), Held(KOTWALI, NOW - 365 * 24 - 20 * 24)], "vigilance": [Held("outside/vigilance")],
}  # fmt: skip
CELLS = ("", "", "873c16d53ffffff", "873c16d52ffffff")
STATIONS = (KOTWALI, ZAFARABAD, SAIDPUR, "")
OFFICES = (KOTWALI, ZAFARABAD, JAUNPUR, GHAZIPUR, "range/varanasi")
KINDS = ("gambling", "weapons", "police_corruption")
Action = tuple[int, int, int, int]


class Town:
    """`secrets` are categories that one tip alone ever had, by its id: where they are in numbers, the tip is."""

    def __init__(self, store: Store, folder: Path) -> None:
        make_keys(folder)
        keys = load_keys(folder)
        self.store = store
        self.seals = Seals(Seal(keys["content.pub"]), Seal(keys["reply.pub"]))
        self.posts = {name: list(held) for name, held in OFFICERS.items()}
        self.tips: list[str] = []
        self.secrets: dict[str, str] = {}

    async def settle(self) -> None:
        async with self.store.write() as db:
            for name, held in self.posts.items():
                officer = Officer(id=name, login=name, name=name, password="x")
                await db.execute(insert(Officer).values(**officer.model_dump()))
                await self._serve(db, name, held)

    async def _serve(self, db: AsyncConnection, name: str, held: Iterable[Held]) -> None:
        for one in held:
            row = Post(officer_id=name, office_id=one.office, since=0, until=one.until)
            await db.execute(insert(Post).values(**row.model_dump()))

    def viewer(self, name: str) -> Viewer:
        return viewer_of(name, name, "en", self.posts[name], PACK.parents)

    async def act(self, action: Action) -> None:
        """One thing happens, or is refused."""
        kind, who, one, other = action
        names = sorted(self.posts)
        acts = [self._open] * 3 + [self._work] * 5 + [self._other] * 5 + [self._move]
        try:
            async with self.store.write() as db:
                await acts[kind % len(acts)](db, names[who % len(names)], one, other)
        except (NotAllowed, NotNow):
            pass

    async def _open(self, db: AsyncConnection, name: str, one: int, other: int) -> None:
        station, number = STATIONS[one % len(STATIONS)], len(self.tips)
        district = PACK.district_of(station) if station else (JAUNPUR, "")[other % 2]
        accused = frozenset({station or JAUNPUR}) if one % 7 == 0 else frozenset()
        secret = other % 3 == 0
        new = NewTip(
            channel="webform", locale="hi", category=f"only-{number}" if secret else KINDS[other % len(KINDS)],
            district=district, station=station, cell=CELLS[(one // 4) % len(CELLS)] if district else "", accused=accused,
            readers=readers(PACK.parents, PACK.outside, PACK.top, district, accused),
            letter=Letter(pieces=(Piece(text="x"),)), receipt=random_id(), hour=NOW - one * 37 % 2200,
            synthetic=one % 11 == 10,
        )  # fmt: skip
        rows = Rows()
        tip = open_tip(rows, self.seals.content, new)
        await rows.write(db)
        await mark(db, new.hour)
        self.tips.append(tip.id)
        if secret:
            self.secrets[tip.id] = new.category

    async def _seen(self, db: AsyncConnection, name: str, at: int) -> Any:
        """One of the tips that an officer may work on."""
        rows = (await db.execute(select(Tip).where(visible(self.viewer(name))).order_by(Tip.id))).all()  # type: ignore[arg-type]
        if not rows:
            raise NotAllowed
        return rows[at % len(rows)]

    async def _work(self, db: AsyncConnection, name: str, one: int, other: int) -> None:
        tip, viewer = await self._seen(db, name, one), self.viewer(name)
        match other % 5:
            case 0:
                await verbs.look(db, CLOCKS, viewer, tip)
            case 1 | 2:
                await assign(db, CLOCKS, self.seals, viewer, tip, (KOTWALI, ZAFARABAD, SAIDPUR)[other % 3], TREE)
            case 3:
                await verbs.report_action(db, CLOCKS, self.seals, viewer, tip, "x", Result(), (), "x", random_id())
            case _:
                ends = (
                    (Status.CLOSED, Outcome.ACTED),
                    (Status.CLOSED, Outcome.UNFOUNDED),
                    (Status.NOT_ACTIONABLE, Outcome.NONE),
                )
                await verbs.close(db, CLOCKS, self.seals, viewer, tip, *ends[other % 3], "x")
        await self._spread(db, tip, one + other)

    async def _spread(self, db: AsyncConnection, tip: Any, at: int) -> None:
        """The step of a moment ago was at some time since the tip came: nobody waits months for a test."""
        steps: Any = StatusChange
        hour = tip.hour + at * 13 % (NOW - tip.hour + 1)
        await db.execute(
            update(StatusChange).where(steps.tip_id == tip.id, steps.hour == hour_of(now())).values(hour=hour)
        )

    async def _other(self, db: AsyncConnection, name: str, one: int, other: int) -> None:
        tip, viewer = await self._seen(db, name, one), self.viewer(name)
        office = OFFICES[(one + other) % len(OFFICES)]
        match other % 8:
            case 0 | 1:
                await accuse(db, CLOCKS, self.seals, viewer, tip, office, "x", TREE)
            case 2:
                await recuse(db, CLOCKS, self.seals, viewer, tip, "x", TREE)
            case 3:
                await hand_back(db, CLOCKS, self.seals, viewer, tip, "x", TREE)
            case 4:
                await transfer(db, CLOCKS, self.seals, viewer, tip, (JAUNPUR, GHAZIPUR)[one % 2], "x", TREE)
            case 5:
                category = PACK.category(KINDS[one % 3])
                station = KOTWALI if tip.district == JAUNPUR else ""
                assert category
                await classify(db, CLOCKS, self.seals, viewer, tip, category, station, office, "x", TREE)
            case 6:
                await merge(db, CLOCKS, self.seals, viewer, tip, await self._seen(db, name, one + 1))
            case _:
                await unlink(db, CLOCKS, viewer, tip, await self._seen(db, name, one + 1))

    async def _move(self, db: AsyncConnection, name: str, one: int, other: int) -> None:
        """An officer goes to another office, or a tip that was none is taken away."""
        if other % 4 == 0 and self.tips:
            await take_away(db, [self.tips.pop(one % len(self.tips))])
            return
        held = [Held(post.office, post.until or NOW - other % 3) for post in self.posts[name]]
        self.posts[name] = [*held, Held(OFFICES[one % len(OFFICES)])]
        await db.execute(text("DELETE FROM post WHERE officer_id = :name"), {"name": name})
        await self._serve(db, name, self.posts[name])

    async def audiences(self) -> dict[str, Eyes]:
        async with self.store.read() as db:
            return await serving(db, PACK.parents, ["officer"], synthetic=False)

    async def count(self) -> bool:
        return await bring_up_to_date(self.store, await self.audiences(), hour_of(now()))

    async def kept(self) -> dict[str, list[Any]]:
        """All rows."""
        async with self.store.read() as db:
            found = {one.__tablename__: (await db.execute(select(one))).all() for one in TALLIES}
        return {str(name): sorted(tuple(row) for row in rows) for name, rows in found.items()}

    async def shown(self, name: str) -> dict[str, Any]:
        """What pages show to an officer."""
        async with reading(self.store, self.viewer(name), synthetic=False) as of:
            assert of
            by = ("month", "district", "station", "category")
            tallies = await places(of, EVER, by)
            return {
                "states": {key: dict(one.states) for key, one in tallies.items()},
                "acted on": {key: one.acted_on for key, one in tallies.items() if one.acted_on},
                "repeats": {key: one.repeats for key, one in tallies.items() if one.repeats},
                "days": dict(await days(of, 0, 30_000, ("day", "district", "category"))),
                "week": await week(of, EVER),
                "cells": {cell: (one.n, one.open) for cell, one in (await cells(of, EVER)).items()},
                "weapons": {
                    cell: one.n for cell, one in (await cells(of, EVER, scope=Scope(category="weapons"))).items()
                },
                "waits": {
                    (*key, step.value): (one.n, one.median, one.late)
                    for key, steps in (await waits(of, EVER)).items()
                    for step, one in steps.items()
                },
            }

    async def direct(self, name: str) -> dict[str, Any]:
        """The same, counted tip by tip of those that they may see."""
        async with self.store.read() as db:
            seen = visible(self.viewer(name)) & ~Tip.synthetic  # type: ignore[operator]
            tips = (await db.execute(select(Tip).where(seen))).all()
            steps = defaultdict(list)
            for row in await db.execute(select(StatusChange)):
                steps[row.tip_id].append(row)
        return by_hand(tips, steps)

    async def categories(self) -> dict[str, set[str]]:
        """The categories that are in the numbers of each officer right now."""
        found: dict[str, set[str]] = defaultdict(set)
        async with self.store.read() as db:
            for audience, category in await db.execute(text("SELECT DISTINCT audience, category FROM tally_place")):
                found[audience].add(category)
        return {name: found[Eyes.of(self.viewer(name), synthetic=False).key] for name in self.posts}


def by_hand(tips: list[Any], steps: dict[str, list[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"states": defaultdict(Counter)}
    for name in ("acted on", "repeats", "days", "slots", "weapons"):
        found[name] = Counter()
    n, still, took = Counter(), Counter(), defaultdict(list)
    for tip in tips:
        there = datetime.fromtimestamp(tip.hour * 3600, UTC)
        place = (there.year * 12 + there.month - 1, tip.district, tip.station, tip.category)
        reported = any(one.status == "action_taken" for one in steps[tip.id])
        ends_as = tip.outcome if tip.status == "closed" and (tip.outcome != "acted" or reported) else ""
        found["states"][place][ends_as or tip.status] += 1
        found["days"][(there.date() - datetime(1970, 1, 1).date()).days, tip.district, tip.category] += 1
        found["slots"][there.weekday(), there.hour] += 1
        found["repeats"][place] += any(_repeats(tip, other) for other in tips)
        if tip.cell:
            n[tip.cell] += 1
            still[tip.cell] += tip.status in ("received", "seen", "assigned", "action_taken")
            found["weapons"][tip.cell] += tip.category == "weapons"
        first = {
            "seen": [one.hour for one in steps[tip.id] if one.status != "received"],
            "assigned": [one.hour for one in steps[tip.id] if one.status == "assigned"],
            "action": [one.hour for one in steps[tip.id] if one.status == "action_taken"],
        }
        for step, hours in first.items():
            if hours:
                took[tip.district, tip.station, step].append(rounded(min(hours) - tip.hour))
        found["acted on"][place] += bool(first["action"])
    found["cells"] = {cell: (number, still[cell]) for cell, number in n.items()}
    found["waits"] = {key: (len(hours), _nth(hours, 0.5), _nth(hours, 0.9)) for key, hours in took.items()}
    slots = found.pop("slots")
    found["week"] = tuple(tuple(slots[day, hour] for hour in range(24)) for day in range(7))
    found["states"] = {place: dict(one) for place, one in found["states"].items()}
    return {name: one if name in ("states", "cells", "waits", "week") else dict(+one) for name, one in found.items()}


def _repeats(tip: Any, other: Any) -> bool:
    where = tip.cell == other.cell and (bool(tip.cell) or (tip.station == other.station and bool(tip.station)))
    before = (other.hour, other.id) < (tip.hour, tip.id) and tip.hour - other.hour <= 30 * 24
    return where and before and tip.category == other.category


def _nth(hours: list[int], share: float) -> int:
    """The smallest that so large a share does not exceed."""
    return next(one for one in sorted(hours) if bisect_right(sorted(hours), one) >= share * len(hours))
