"""A database that was filled by an older version is brought to this one, and the police work on with what is in it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from argon2 import PasswordHasher
from sqlalchemy import Connection, MetaData, Table, insert, text

from conftest import MONDAY, House, Watch, house_at
from satark.jobs.clocks import empty_closed, keep_time
from satark.jobs.purging import purge
from satark.settings import Settings
from satark.store.clock import hour_of, start_of
from satark.store.engine import Store
from satark.store.keys import load_keys, make_keys
from satark.store.migrate import config_for, migrate
from satark.store.sealing import Seal
from satark.tips.letters import Letter, Piece, close_letter
from tests.panel.test_search import found
from tests.promises.test_p4_accused_learn_nothing import as_officer
from tests.tips.standing import wrong

PASSWORD = "a long password"
DIG, SP, SHO, OUTSIDE = "range/varanasi", "district/jaunpur", "station/jaunpur/kotwali", "outside/vigilance"
# The first one; the last before clocks; with clocks, and before search; before readers knew how a tip stands.
BEFORE_CLOCKS = ("0001", "0006")
REVISIONS = (*BEFORE_CLOCKS, "0007_clocks", "0013_old_tips")
HOUR = int(MONDAY.timestamp()) // 3600 - 48
DUE = HOUR + 100


class Old:
    """A database of an older version. What is written names the columns of all times; those of its own are kept."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.tables = MetaData()
        self.tables.reflect(connection)
        has_clocks = "next_hour" in self.tables.tables["tip"].columns
        self.clock = {"due_hour": DUE, "next_hour": DUE} if has_clocks else {}

    def write(self, table: str, **values: Any) -> None:
        known: Table = self.tables.tables[table]
        kept = {name: value for name, value in values.items() if name in known.columns}
        self.connection.execute(insert(known).values(**kept))

    def officer(self, login: str, office: str) -> None:
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        self.write("officer", id=login, login=login, name=login.upper(), password=hashed, locale="en", active=True)
        self.write("post", id=login, officer_id=login, office_id=office, since=HOUR - 9000, until=None)
        self.write("sign_in", key=login, officer_id=login, csrf="x", expires=(HOUR + 99) * 3600)

    def tip(
        self, name: str, seal: Seal, status: str, readers: list[str], accused: str = "", assigned: str = ""
    ) -> None:
        """Its id and receipt are its name. The informant told of a den and a file, and added a horse."""
        self.write(
            "tip", id=name, reference=name.upper().ljust(3, "2") + "-222-222", receipt=name, hour=HOUR, changed_hour=HOUR,
            channel="webform", locale="hi", category="gambling", district=SP, station=SHO, assigned=assigned,
            status=status, outcome="", incomplete=False, fresh=status == "received", synthetic=False,
            **(self.clock if status != "closed" else {}),
        )  # fmt: skip
        for office in readers:
            fresh = status == "received"
            self.write(
                "tip_reader", tip_id=name, office_id=office, hour=HOUR, fresh=fresh, fresh_hour=HOUR, status=status
            )
        if accused:
            self.write("accusation", tip_id=name, office_id=accused)
        self.write("status_change", id=name, tip_id=name, status="received", outcome="", hour=HOUR, step=0)
        letters = (
            ("account", [Piece(text=f"a den {name}"), Piece(evidence=name)]),
            ("addition", [Piece(text="a horse")]),
        )
        for place, (kind, pieces) in enumerate(letters):
            sealed = close_letter(seal, Letter(pieces=tuple(pieces)))
            self.write(
                "message", id=f"{name}{place}", tip_id=name, kind=kind, author="", hour=HOUR, place=place, sealed=sealed,
                delivery="",
            )  # fmt: skip
        self.write(
            "evidence", id=name, tip_id=name, kind="image", mime="image/jpeg", size=9, state="ready", reason="",
            original="0" * 64, cleaned="1" * 64, blob="none", key=b"k", channel="webform", attempts=0, due=0, hour=HOUR,
        )  # fmt: skip


def fill(connection: Connection, revision: str, seal: Seal) -> None:
    command.upgrade(config_for(connection), revision)
    old = Old(connection)
    for login, office in {"dig": DIG, "sp": SP, "sho": SHO}.items():
        old.officer(login, office)
    old.tip("aaa", seal, "received", [DIG, SP])
    old.tip("bbb", seal, "assigned", [DIG, SP, SHO], assigned=SHO)
    old.tip("ccc", seal, "received", [DIG, SP], accused=SHO)
    old.tip("ddd", seal, "closed", [DIG, SP])


async def rows(house: House, query: str) -> list[tuple[Any, ...]]:
    async with house.core.store.read() as db:
        return [tuple(row) for row in await db.execute(text(query))]


async def listed(client: httpx.AsyncClient, query: str = "") -> list[str]:
    page = (await client.get(f"/panel/tips?{query}")).text
    return [name for name in ("aaa", "bbb", "ccc", "ddd") if f"/panel/tips/{name.upper()}-222-222" in page]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_police_work_on_after_an_upgrade(
    tmp_path: Path, empty_database: str, watch: Watch, revision: str
) -> None:
    keys = Settings(data_dir=tmp_path).keys
    make_keys(keys)
    store = Store(Settings(database_url=empty_database).database)
    async with store.write() as db:
        await db.run_sync(fill, revision, Seal(load_keys(keys)["content.pub"]))
    await migrate(store)
    assert await wrong(store) == []
    await store.dispose()
    async with house_at(tmp_path, empty_database) as house:
        await hours_are_those_of_india(house)
        await the_police_work_on(house, watch, had_clocks=revision not in BEFORE_CLOCKS)


async def the_police_work_on(house: House, watch: Watch, had_clocks: bool) -> None:
    desks = {login: await as_officer(house, login) for login in ("dig", "sp", "sho")}
    assert {login: await listed(desk) for login, desk in desks.items()} == {
        "dig": ["aaa", "bbb", "ccc", "ddd"], "sp": ["aaa", "bbb", "ccc", "ddd"], "sho": ["bbb"],
    }  # fmt: skip
    assert await listed(desks["sp"], "unread=yes") == ["aaa", "ccc"]
    assert await listed(desks["sp"], "status=closed") == ["ddd"]
    assert await listed(desks["sp"], f"district={SP}&station={SHO}") == ["aaa", "bbb", "ccc", "ddd"]
    assert (await desks["sho"].get("/panel/tips/CCC-222-222")).status_code == 404
    page = (await desks["sp"].get("/panel/tips/CCC-222-222")).text
    assert "a den ccc" in page
    assert "a horse" in page
    await house.work()
    assert sorted(await found(desks["sp"], "horse")) == [f"{name}-222-222" for name in ("AAA", "BBB", "CCC", "DDD")]
    assert await found(desks["sho"], "den") == ["BBB-222-222"]
    await its_clocks_run(house, watch, had_clocks)
    for client in desks.values():
        await client.aclose()


async def hours_are_those_of_india(house: House) -> None:
    """A row of before begins in the same hour of India, and what is due is so no sooner than it was."""
    began, ended = HOUR * 3600, (DUE + 1) * 3600
    told = await rows(
        house, "SELECT hour FROM tip UNION SELECT hour FROM status_change UNION SELECT hour FROM evidence"
    )
    assert told == [(hour_of(began),)]
    due = await rows(house, "SELECT due_hour FROM tip WHERE due_hour IS NOT NULL")
    assert all(start_of(hour) >= ended - 3600 for (hour,) in due)
    (since,) = {one for (one,) in await rows(house, "SELECT since FROM post")}
    assert since == hour_of((HOUR - 9000) * 3600)


async def its_clocks_run(house: House, watch: Watch, had_clocks: bool) -> None:
    """A clock that ran goes on. Where none did, the office gets the whole time from the worker's first look on."""
    for job in (keep_time, empty_closed):
        await job({"bench": house.bench})
    running = await rows(house, "SELECT id, due_hour, next_hour, late FROM tip WHERE due_hour IS NOT NULL ORDER BY id")
    assert [(name, due == then, late) for name, due, then, late in running] == [
        ("aaa", True, 0), ("bbb", True, 0), ("ccc", True, 0),
    ]  # fmt: skip
    assert min(due for _, due, *_ in running) > watch.hour
    assert {due == DUE + 6 for name, due, *_ in running if name != "ccc"} == {had_clocks}, (
        "that was opened: its next step runs"
    )
    watch.seconds += 30 * 24 * 3600
    await keep_time({"bench": house.bench})
    assert await rows(house, "SELECT count(*) FROM tip WHERE late = 1") == [(3,)]
    dig = await as_officer(house, "dig")
    assert await listed(dig, "overdue=late") == ["aaa", "bbb", "ccc"]
    await dig.aclose()
    assert not (await purge(house.core)).content
