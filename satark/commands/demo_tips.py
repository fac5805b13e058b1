"""Two years of synthetic tips for the demo, every one of them marked as such: enough for each page of numbers to have
something to say, with kinds that have their season, hours that are busier, and something new in one place."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.commands.mass import WAITS, cells_around
from satark.core import Core
from satark.resources import data_dir
from satark.routing.pack import Category, Pack
from satark.routing.policy import readers
from satark.store.columns import random_id
from satark.store.sealing import Seal
from satark.store.tables import StatusChange, Tip, TipReader
from satark.store.writing import Rows
from satark.tips.clocks import clocks_of, step_of
from satark.tips.letters import Letter, Piece
from satark.tips.life import Outcome, Status
from satark.tips.opening import NewTip, open_tip
from satark.tips.standing import write_down
from satark.tips.tallies.calendar import month_of

DAYS, TIPS = 792, 2500
"""24 whole months, from which seasons are known, and what there is of this month and that in which it began."""
SEASONS: Mapping[str, Mapping[int, float]] = {
    "illegal_mining": dict.fromkeys((7, 8, 9), 0.2),
    "gambling": dict.fromkeys((10, 11), 2.5),
    "liquor_drugs": dict.fromkeys((12, 1, 3), 1.6),
    "overloading": dict.fromkeys((11, 12, 1, 2), 1.6),
}
"""How many times the usual a kind has in a month (1 is January): no sand is dug while rivers are high, cards are played at
Diwali, liquor is drunk in winter and at Holi, sugar cane is driven in winter."""
HOURS = (2, 1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5, 6, 6, 7, 8, 10, 12, 12, 9, 6, 3)
"""How many tips come in each hour of the day: most in the evening."""
RISE = ("liquor_drugs", "station/jaunpur/badlapur", 14, 18)
"""The last days of a kind at a station, and how many tips more than usual come in them."""
PACES = (0.6, 0.8, 1, 1, 1.3, 2.5)
"""How many times as long as elsewhere steps take at a station."""
UNDONE = 0.04
ENDS = {
    (Status.CLOSED, Outcome.ACTED): 60,
    (Status.CLOSED, Outcome.UNFOUNDED): 15,
    (Status.CLOSED, Outcome.REFERRED): 8,
    (Status.DUPLICATE, Outcome.NONE): 6,
    (Status.NOT_ACTIONABLE, Outcome.NONE): 11,
}
_tip: Any = Tip
_reader: Any = TipReader
_step: Any = StatusChange


@dataclass(frozen=True)
class Taken:
    """A step that was taken, in an hour since 1970."""

    status: Status
    outcome: Outcome
    hour: int


@dataclass(frozen=True)
class Scene:
    """Where it all happens. `moment` is the hour since 1970 that it is."""

    pack: Pack
    draw: random.Random
    moment: int
    accounts: Mapping[str, str]
    cells: Mapping[str, Sequence[str]]
    paces: Mapping[str, float]

    @classmethod
    def of(cls, pack: Pack, moment: int) -> Self:
        """Drawn from a fixed seed, so that every demo looks alike."""
        draw = random.Random(2026)  # noqa: S311 - no secret is drawn from it
        paces = {one.id: draw.choice(PACES) for one in pack.offices.values() if one.kind == "station"}
        return cls(pack, draw, moment, demo_accounts(), cells_around(pack), paces)


def demo_accounts() -> dict[str, str]:
    """What a synthetic informant tells, by category."""
    lines = (data_dir("templates") / "demo" / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("|", 1) for line in lines if "|" in line)


async def load_tips(core: Core, moment: int) -> None:
    """Into a database without tips. `moment` is an hour since 1970."""
    scene, seal, rows = Scene.of(core.pack, moment), Seal(core.keys["content.pub"]), Rows()
    for category, station, hour in _happenings(scene):
        life = _life(scene, station, hour, accused=category.accuses_police)
        tip = open_tip(rows, seal, _told(scene, category, station, hour, life))
        for number, step in enumerate(life, 1):
            rows.put(
                StatusChange,
                tip_id=tip.id,
                status=step.status.value,
                outcome=step.outcome.value,
                hour=step.hour,
                step=number,
            )
    async with core.store.write() as db:
        await rows.write(db)
        await _settle(db)


def _happenings(scene: Scene) -> Iterator[tuple[Category, str, int]]:
    """What happens, at which station, and in which hour somebody tells of it."""
    draw, stations = scene.draw, list(scene.paces)
    for _ in range(TIPS):
        hour = _hour(scene, draw.randrange(DAYS))
        yield _kind(scene, month_of(hour) % 12 + 1), draw.choice(stations), hour
    category, station, days, tips = RISE
    if (kind := scene.pack.category(category)) and station in scene.paces:
        for number in range(tips):
            yield kind, station, _hour(scene, number * days // tips)


def _hour(scene: Scene, days_ago: int) -> int:
    """An hour of a day that is not yet to come."""
    day = scene.moment - scene.moment % 24 - days_ago * 24
    hour = day + scene.draw.choices(range(24), HOURS)[0]
    return hour if hour <= scene.moment else hour - 24


def _kind(scene: Scene, month: int) -> Category:
    """The more serious, the rarer."""
    kinds = scene.pack.categories
    often = [(6 - one.weight / 2) * SEASONS.get(one.id, {}).get(month, 1) for one in kinds]
    return scene.draw.choices(kinds, often)[0]


def _life(scene: Scene, station: str, hour: int, *, accused: bool) -> list[Taken]:
    """The steps that a tip has taken until now. One that accuses its station is never assigned to it."""
    draw = scene.draw
    ends = draw.choices(list(ENDS), list(ENDS.values()))[0]
    acted = ends[1] in (Outcome.ACTED, Outcome.REFERRED)
    steps = [(one, Outcome.NONE) for one in (Status.SEEN, Status.ASSIGNED, *([Status.ACTION_TAKEN] if acted else []))]
    steps = [one for one in (*steps, ends) if not (accused and one[0] is Status.ASSIGNED)]
    if draw.random() < UNDONE:
        steps = steps[: draw.randrange(1, len(steps))]
    life, at = [], hour
    for status, outcome in steps:
        at += int(draw.expovariate(1 / (WAITS[status] * scene.paces[station])))
        life.append(Taken(status, outcome, at))
    return [one for one in life if one.hour <= scene.moment]


def _told(scene: Scene, category: Category, station: str, hour: int, life: Sequence[Taken]) -> NewTip:
    pack, draw = scene.pack, scene.draw
    district = pack.district_of(station)
    accused = frozenset({station}) if category.accuses_police else frozenset()
    reading = readers(pack.parents, pack.outside, pack.top, district, accused)
    status, since = (life[-1].status, life[-1].hour) if life else (Status.RECEIVED, hour)
    assigned = any(one.status is Status.ASSIGNED for one in life)
    return NewTip(
        channel="webform",
        locale=draw.choice(("hi", "hi", "en")),
        category=category.id,
        district=district,
        station=station,
        cell=draw.choice(scene.cells.get(station, ("",))),
        accused=accused,
        readers=reading | {station} if assigned else reading,
        letter=Letter(pieces=(Piece(text=scene.accounts[category.id]),)),
        receipt=random_id(),
        hour=hour,
        due=clocks_of(pack).late_hour(category.id, step_of(status, station if assigned else ""), since),
        synthetic=True,
    )


async def _settle(db: AsyncConnection) -> None:
    """Each tip stands where its last step took it, with the office that has it besides the district."""
    last = select(_step).where(_step.tip_id == _tip.id).order_by(_step.step.desc()).limit(1).correlate(Tip)
    stands = {"status": _step.status, "outcome": _step.outcome, "changed_hour": _step.hour}
    values = {name: last.with_only_columns(column).scalar_subquery() for name, column in stands.items()}
    await db.execute(update(Tip).values(**values))
    has_it = exists().where(_reader.tip_id == _tip.id, _reader.office_id == _tip.station)
    await db.execute(update(Tip).where(has_it).values(assigned=_tip.station))
    looked_at = select(_tip.id).where(_tip.status != Status.RECEIVED.value)
    await db.execute(update(TipReader).where(_reader.tip_id.in_(looked_at)).values(fresh=False))
    await write_down(db, (await db.execute(select(_tip.id))).scalars().all())
