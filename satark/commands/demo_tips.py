"""Twelve weeks of synthetic tips, every one of them marked as such."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from rich.progress import track
from sqlalchemy import exists, func, select, update

from satark.commands.mass import cells_around
from satark.core import Core
from satark.resources import data_dir
from satark.routing.pack import Pack
from satark.routing.policy import readers
from satark.store.clock import hour_of, now
from satark.store.sealing import Seal
from satark.store.tables import StatusChange, Tip, TipReader, random_id
from satark.store.writing import Rows
from satark.tips.clocks import clocks_of, step_of
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.standing import write_down

WEEKS = 12
# Hours from one step of a tip's life to the next.
STEP = 9
TIPS = 240
_tip: Any = Tip
_reader: Any = TipReader


def demo_accounts() -> dict[str, str]:
    """What a synthetic informant tells, by category."""
    lines = (data_dir("templates") / "demo" / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("|", 1) for line in lines if "|" in line)


async def load_tips(core: Core) -> None:
    """Drawn from a fixed seed, so that every demo looks alike."""
    draw = random.Random(2026)  # noqa: S311 - no secret is drawn from it
    accounts = demo_accounts()
    seal, rows, moment = Seal(core.keys["content.pub"]), Rows(), hour_of(now())
    cells = cells_around(core.pack)
    for _ in track(range(TIPS), "Demo tips", transient=True):
        new, life = _draw_tip(core.pack, draw, accounts, cells, moment)
        tip = open_tip(rows, seal, new)
        for step, status in enumerate(life, 1):
            rows.add(StatusChange(tip_id=tip.id, status=status, hour=min(moment, new.hour + step * STEP), step=step))
    async with core.store.write() as db:
        await rows.write(db)
        await _settle_statuses(db)


def _draw_tip(
    pack: Pack, draw: random.Random, accounts: Mapping[str, str], cells: Mapping[str, Sequence[str]], moment: int
) -> tuple[NewTip, list[str]]:
    """A tip, and the steps that it has taken. One that accuses its station is acted on by others."""
    category = draw.choices(pack.categories, [6 - one.weight / 2 for one in pack.categories])[0]
    station = draw.choice([office for office in pack.offices.values() if office.kind == "station"])
    accused = frozenset({station.id}) if category.accuses_police else frozenset()
    hour = moment - int(WEEKS * 7 * 24 * draw.random() ** 1.3)
    locale, life = draw.choice(("hi", "hi", "en")), _life(draw, moment - hour)
    if accused:
        life = [status for status in life if status != "assigned"]
    reading = readers(pack.parents, pack.outside, pack.top, pack.district_of(station.id), accused)
    waits_for = step_of(["received", *life][-1], station.id)
    new = NewTip(
        channel="webform",
        locale=locale,
        category=category.id,
        district=pack.district_of(station.id),
        station=station.id,
        cell=draw.choice(cells.get(station.id, ("",))),
        accused=accused,
        readers=reading | {station.id} if "assigned" in life else reading,
        letter=Letter(pieces=(Piece(text=accounts[category.id]),)),
        receipt=random_id(),
        hour=hour,
        due=clocks_of(pack).late_hour(category.id, waits_for, min(moment, hour + len(life) * STEP)),
        synthetic=True,
    )
    return new, life


def _life(draw: random.Random, age: int) -> list[str]:
    """How far a tip of that age (hours) has come."""
    far = min(4, int(age / 72 + draw.random() * 2))
    return ["seen", "assigned", "action_taken", "closed"][:far]


async def _settle_statuses(db: Any) -> None:
    """Each tip has the status of its last step, and the office that has it besides the district."""
    steps: Any = StatusChange
    last = select(func.max(steps.step)).where(steps.tip_id == _tip.id).correlate(Tip).scalar_subquery()
    status = select(steps.status).where(steps.tip_id == _tip.id, steps.step == last).correlate(Tip).scalar_subquery()
    await db.execute(update(Tip).values(status=status))
    has_it = exists().where(_reader.tip_id == _tip.id, _reader.office_id == _tip.station)
    await db.execute(update(Tip).where(has_it).values(assigned=_tip.station))
    looked_at = select(_tip.id).where(_tip.status != "received")
    await db.execute(update(TipReader).where(_reader.tip_id.in_(looked_at)).values(fresh=False))
    await write_down(db, (await db.execute(select(_tip.id))).scalars().all())
