"""Very many synthetic tips, made in minutes, to measure with: what an office of a range has after a dozen years."""

import random
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from satark.insight.cells import cell_of, neighbours
from satark.routing.pack import Pack
from satark.routing.policy import readers, shut_out
from satark.routing.tree import Parents
from satark.store.clock import hour_of, now, start_of
from satark.store.engine import Store
from satark.store.informants import ReturnAddress
from satark.store.keys import Keys
from satark.store.officers import AuditEntry
from satark.store.sealing import Locker, Seal
from satark.store.tables import Accusation, Evidence, LetterWords, Message, StatusChange, Tip, TipReader
from satark.tips.letters import Letter, LetterKind, Piece, close_letter
from satark.tips.life import ENDED, Status
from satark.tips.numbers import SPEAKABLE
from satark.tips.standing import standing_of

YEARS = 12
CHUNK = 20_000
TABLES: tuple[type[SQLModel], ...] = (
    Tip,
    StatusChange,
    TipReader,
    Accusation,
    Message,
    LetterWords,
    Evidence,
    ReturnAddress,
    AuditEntry,
)
# Found in one tip of so many.
RARE_WORD, RARE = "zzqrare", 25_000
WORDS_OF_A_LETTER = 18
# Of tips older than two weeks; the younger are spread over the steps of a tip's life.
LATER: dict[str, float] = {
    "closed": 82,
    "not_actionable": 9,
    "duplicate": 5,
    "action_taken": 2,
    "assigned": 1.5,
    "seen": 0.5,
}
EARLIER: dict[str, float] = {"received": 30, "seen": 20, "assigned": 25, "action_taken": 10, "closed": 15}
# Of tips, how many name a place; and how many hours steps take on average.
WITH_A_CELL = 0.6
WAITS = {"seen": 9, "assigned": 20, "action_taken": 90, "closed": 60, "not_actionable": 40, "duplicate": 30}
Row = dict[str, Any]


@dataclass(frozen=True)
class Shared:
    """What all rows have in common: offices, the defaults of each table, letters sealed once, words to draw from."""

    pack: Pack
    parents: Parents
    stations: Sequence[str]
    cells: dict[str, Sequence[str]]
    defaults: dict[type[SQLModel], Row]
    letters: dict[LetterKind, bytes]
    locker: Locker
    words: Sequence[str]

    def row(self, table: type[SQLModel], **values: Any) -> Row:
        return self.defaults[table] | values


class Rows:
    """Rows by table."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.by_table: dict[type[SQLModel], list[Row]] = defaultdict(list)

    def add(self, table: type[SQLModel], **values: Any) -> None:
        self.by_table[table].append(self.shared.row(table, **values))


async def fill(store: Store, keys: Keys, pack: Pack, tips: int) -> None:
    """Put so many tips into an empty database, drawn from a fixed seed but for their ids. Indexes are made at the end."""
    draw = random.Random(2026)  # noqa: S311 - no secret is drawn from it
    shared = _shared(keys, pack)
    if store.is_sqlite:
        await spare_the_disk(store)
    async with store.write() as db:
        await db.run_sync(_indexes, make=False)
    for rows in _chunks(draw, shared, tips):
        for table in TABLES:
            await copy(store, table, rows.by_table[table])
    async with store.write() as db:
        await db.run_sync(_indexes, make=True)
    await _settle(store)


def _shared(keys: Keys, pack: Pack) -> Shared:
    content, reply = Seal(keys["content.pub"]), Seal(keys["reply.pub"])
    told = Letter(pieces=(Piece(text="[synthetic] " + "रात में यहाँ शराब बनती है। " * 4),))
    letters = {kind: close_letter(reply if kind == LetterKind.MESSAGE else content, told) for kind in LetterKind}
    words = sorted({f"w{number:x}" for number in range(3000)} | {one.id.replace("_", "") for one in pack.categories})
    defaults = {table: dict.fromkeys(table.model_fields) for table in TABLES}
    for table in TABLES:
        for name, field in table.model_fields.items():
            if not field.is_required():
                defaults[table][name] = field.get_default(call_default_factory=False)
    stations = [office.id for office in pack.offices.values() if office.kind == "station"]
    return Shared(
        pack, pack.parents, stations, cells_around(pack), defaults, letters, Locker(keys["search.key"]), words
    )


def cells_around(pack: Pack) -> dict[str, Sequence[str]]:
    """Where tips of each station come from: around it, the nearer the more often; from nowhere where it has no point."""
    found: dict[str, Sequence[str]] = {}
    for spot in pack.spots:
        if spot.station and spot.lat is not None and spot.lon is not None:
            here = cell_of(spot.lat, spot.lon)
            near = sorted(neighbours(here))
            found.setdefault(spot.station, [here] * 6 + near * 2 + sorted(neighbours(near[0]) | neighbours(near[3])))
    return found


def _chunks(draw: random.Random, shared: Shared, tips: int) -> Iterator[Rows]:
    """Ids in their order, so that a table grows at its end; the hours are as random as the ids of real tips."""
    this_hour, rows = hour_of(now()), Rows(shared)
    for number, tip_id in enumerate(sorted(secrets.token_hex(16) for _ in range(tips)), 1):
        _tip(draw, rows, tip_id, number, this_hour)
        if number % CHUNK == 0 or number == tips:
            yield rows
            rows = Rows(shared)


def _tip(draw: random.Random, rows: Rows, tip_id: str, number: int, this_hour: int) -> None:
    """One tip with all that belongs to it."""
    pack, parents, station = rows.shared.pack, rows.shared.parents, draw.choice(rows.shared.stations)
    age = int(draw.random() ** 1.2 * YEARS * 365 * 24)
    district = parents[station]
    status = _draw(draw, EARLIER if age < 14 * 24 else LATER)
    cell = draw.choice(rows.shared.cells.get(station, ("",))) if draw.random() < WITH_A_CELL else ""
    accused = frozenset({draw.choice((station, station, station, district))}) if draw.random() < 0.01 else frozenset()
    assigned = station if status not in ("received", "seen") and draw.random() < 0.12 else ""
    assigned = "" if assigned in shut_out(parents, accused) else assigned
    reading = readers(parents, pack.outside, pack.top, district, accused) | ({assigned} - {""})
    hour, running = this_hour - age, Status(status) not in ENDED and status != "action_taken"
    due = hour + 48 if running else None
    rows.add(
        Tip, id=tip_id, reference=_reference(number), receipt=f"{number:064x}", hour=hour,
        changed_hour=min(this_hour, hour + 300), channel=draw.choice(("whatsapp", "whatsapp", "webform", "telegram")),
        locale=draw.choices(("hi", "en", "ur", "bho"), (70, 20, 2, 8))[0], category=draw.choice(pack.categories).id,
        district=district, station=station, cell=cell, assigned=assigned, status=status, synthetic=True,
        priority=draw.choices((0, 1, 2), (970, 27, 3))[0], due_hour=due,
    )  # fmt: skip
    at = hour
    for step, one in enumerate(_steps(draw, status)):
        at = min(this_hour, at + (int(draw.expovariate(1 / WAITS[one])) if step else 0))
        rows.add(StatusChange, id=_id(draw), tip_id=tip_id, status=one, hour=at, step=step)
    stands = standing_of(status, district, station, assigned, due, reading)
    # In one order, that of a set being another in each process: what is drawn is the same everywhere.
    for office in sorted(reading):
        fresh = status == "received" or (office == pack.top and draw.random() < 0.3) or draw.random() < 0.003
        rows.add(TipReader, tip_id=tip_id, office_id=office, hour=hour, fresh=fresh, fresh_hour=hour, **stands)
    for office in accused:
        rows.add(Accusation, tip_id=tip_id, office_id=office)
    _letters(draw, rows, tip_id, number, hour, LetterKind.ACCOUNT, *_later_letters(draw, status))
    if draw.random() < 0.1:
        rows.add(
            Evidence, id=_id(draw), tip_id=tip_id, kind="photo", mime="image/jpeg", size=1, state="ready", hour=hour
        )
    if running:
        rows.add(ReturnAddress, tip_id=tip_id, channel="webform", sealed=bytes(300))
    if draw.random() < 0.2:
        rows.add(
            AuditEntry,
            number=number,
            time=start_of(hour),
            actor="bench",
            action="look",
            subject=tip_id,
            detail="",
            hash="",
        )


def _steps(draw: random.Random, status: str) -> Sequence[str]:
    """The life of a tip up to its status: one that was closed was mostly acted on before."""
    before = ("received", "seen", "assigned", "action_taken")
    if status in before:
        return before[: before.index(status) + 1]
    return (*(before if status == "closed" and draw.random() < 0.8 else before[:2]), status)


def _draw(draw: random.Random, weights: dict[str, float]) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


def _later_letters(draw: random.Random, status: str) -> Iterator[LetterKind]:
    if draw.random() < 0.15:
        yield LetterKind.ADDITION
    if status in ("action_taken", "closed") and draw.random() < 0.3:
        yield LetterKind.REPORT


def _letters(draw: random.Random, rows: Rows, tip_id: str, number: int, hour: int, *kinds: LetterKind) -> None:
    for place, kind in enumerate(kinds):
        words = draw.choices(rows.shared.words, k=WORDS_OF_A_LETTER)
        if number % RARE == 0 and place == 0:
            words.append(RARE_WORD)
        message_id, locked = _id(draw), rows.shared.locker.close(f" {' '.join(words)} ".encode())
        facts = {"kind": kind.value, "hour": hour, "place": place, "indexed": True}
        rows.add(Message, id=message_id, tip_id=tip_id, sealed=rows.shared.letters[kind], **facts)
        rows.add(LetterWords, hour=hour, tip_id=tip_id, message_id=message_id, words=locked)


def _id(draw: random.Random) -> str:
    return f"{draw.getrandbits(128):032x}"


def _reference(number: int) -> str:
    """Each number has its own, and neighbours have nothing in common."""
    left = number * 1_000_003 % len(SPEAKABLE) ** 9
    letters = ""
    for _ in range(9):
        left, at = divmod(left, len(SPEAKABLE))
        letters += SPEAKABLE[at]
    return "-".join(letters[at : at + 3] for at in (0, 3, 6))


async def copy(store: Store, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows in the fastest way that the database has."""
    if not rows:
        return
    name, columns, values = str(table.__tablename__), list(rows[0]), [tuple(row.values()) for row in rows]
    async with store.write() as db:
        if store.is_sqlite:
            marks = ", ".join("?" * len(columns))
            await db.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608
        else:
            raw = await db.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.copy_records_to_table(name, records=values, columns=columns)


def _indexes(connection: Connection, *, make: bool) -> None:
    for table in TABLES:
        for index in SQLModel.metadata.tables[str(table.__tablename__)].indexes:
            index.create(connection) if make else index.drop(connection)


async def spare_the_disk(store: Store) -> None:
    """What is made here can be made again."""
    async with store.engine.connect() as db:
        driver: Any = (await db.get_raw_connection()).driver_connection
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF", "secure_delete=OFF"):
            await driver.execute(f"PRAGMA {pragma}")


async def _settle(store: Store) -> None:
    """As an installation is that has run for a while: PostgreSQL sweeps and counts by itself, SQLite does not."""
    if store.is_sqlite:
        return
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as db:
        await _vacuum(db)


async def _vacuum(db: AsyncConnection) -> None:
    for table in TABLES:
        await db.execute(text(f"VACUUM ANALYZE {table.__tablename__}"))
