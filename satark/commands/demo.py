"""Demo accounts and twelve weeks of synthetic tips, every one of them marked as such."""

import random
from typing import Any

from rich.console import Console
from rich.progress import track
from sqlalchemy import func, select, update

from satark.core import Core
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.resources import data_dir
from satark.routing.policy import readers
from satark.store.clock import hour_of, now
from satark.store.sealing import Seal
from satark.store.tables import Officer, StatusChange, Tip, random_id
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip

WEEKS = 12
TIPS = 240
# Login, password, office: shown at every start of the demo, and of no use anywhere else.
ACCOUNTS = (
    ("dig", "demo-dig-1", "range/varanasi"),
    ("sp", "demo-sp-1", "district/jaunpur"),
    ("sho", "demo-sho-1", "station/jaunpur/kotwali"),
)
KEEPERS = (
    ("admin", "demo-admin-1", Role.ADMINISTRATOR),
    ("auditor", "demo-auditor-1", Role.AUDITOR),
)
_officer: Any = Officer
_tip: Any = Tip


async def load(core: Core, console: Console) -> list[tuple[str, str, str]]:
    """Load the demo into an installation that has no officer. Returns the demo accounts where this is a demo."""
    async with core.store.read() as db:
        logins = set((await db.execute(select(_officer.login))).scalars())
    if not logins:
        for login, password, office in ACCOUNTS:
            await add_officer(core.store, login, core.pack.offices[office].name["en"] + " (demo)", password, [office])
        for login, password, role in KEEPERS:
            await add_officer(core.store, login, f"{login.title()} (demo)", password, [], role=role)
        await _load_tips(core, console)
    elif not logins.issuperset(login for login, *_ in ACCOUNTS):
        return []
    officers = [(login, password, core.pack.offices[office].name["en"]) for login, password, office in ACCOUNTS]
    return [*officers, *((login, password, role.value) for login, password, role in KEEPERS)]


def demo_accounts() -> dict[str, str]:
    """What a synthetic informant tells, by category."""
    lines = (data_dir("templates") / "demo" / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("|", 1) for line in lines if "|" in line)


async def _load_tips(core: Core, console: Console) -> None:
    """Drawn from a fixed seed, so that every demo looks alike."""
    draw = random.Random(2026)  # noqa: S311 - no secret is drawn from it
    accounts = demo_accounts()
    stations = [office for office in core.pack.offices.values() if office.kind == "station"]
    seal, rows, moment = Seal(core.keys["content.pub"]), Rows(), hour_of(now())
    for _ in track(range(TIPS), "Demo tips", console=console, transient=True):
        category = draw.choices(core.pack.categories, [6 - one.weight / 2 for one in core.pack.categories])[0]
        station = draw.choice(stations)
        accused = frozenset({station.id}) if category.accuses_police else frozenset()
        hour = moment - int(WEEKS * 7 * 24 * draw.random() ** 1.3)
        letter = Letter(pieces=(Piece(text=accounts[category.id]),))
        new = NewTip(
            channel="webform",
            locale=draw.choice(("hi", "hi", "en")),
            category=category.id,
            district=station.parent,
            station=station.id,
            accused=accused,
            readers=readers(core.pack.parents, core.pack.outside, core.pack.top, station.parent, accused),
            letter=letter,
            receipt=random_id(),
            hour=hour,
            synthetic=True,
        )
        tip = open_tip(rows, seal, new)
        for step, status in enumerate(_life(draw, moment - hour), 1):
            rows.add(StatusChange(tip_id=tip.id, status=status, hour=min(moment, hour + step * 9), step=step))
    async with core.store.write() as db:
        await rows.write(db)
        await _settle_statuses(db)


def _life(draw: random.Random, age: int) -> list[str]:
    """How far a tip of that age (hours) has come."""
    far = min(4, int(age / 72 + draw.random() * 2))
    return ["seen", "assigned", "action_taken", "closed"][:far]


async def _settle_statuses(db: Any) -> None:
    """Each tip has the status of its last step."""
    steps: Any = StatusChange
    last = select(func.max(steps.step)).where(steps.tip_id == _tip.id).correlate(Tip).scalar_subquery()
    status = select(steps.status).where(steps.tip_id == _tip.id, steps.step == last).correlate(Tip).scalar_subquery()
    await db.execute(update(Tip).values(status=status))
    await db.execute(update(Tip).where(_tip.status != "received").values(fresh=False))
