"""The list is read off the narrowest index, and is what a plain query would give."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.policy import Held, readers
from satark.settings import Settings
from satark.store.columns import random_id
from satark.store.engine import Store
from satark.store.migrate import migrate
from satark.store.tables import Accusation, Tip, TipReader
from satark.store.writing import Rows
from satark.tips import inbox as listing
from satark.tips import ways
from satark.tips.clocks import step_of
from satark.tips.inbox import WATCHED, arrived, counts, inbox, newest
from satark.tips.numbers import new_reference, span
from satark.tips.queries import Filters, looked_for
from satark.tips.standing import standing_of
from satark.tips.viewing import Viewer, viewer_of, visible

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
STATIONS = [office.id for office in PACK.offices.values() if office.kind == "station"][:4]
KOTWALI, HOUR = "station/jaunpur/kotwali", 490_000
SP, GHAZIPUR, SAIDPUR = "district/jaunpur", "district/ghazipur", "station/ghazipur/saidpur"
OFFICES = {
    "dig": [Held("range/varanasi")],
    "sp": [Held("district/jaunpur")],
    "sho": [Held(KOTWALI)],
    "two": [Held("range/varanasi"), Held(KOTWALI), Held("district/jaunpur")],
    "was there": [Held("range/varanasi"), Held(KOTWALI, HOUR - 365 * 24)],
}
VIEWERS = {name: viewer_of("x", "x", "en", held, PACK.parents) for name, held in OFFICES.items()}
ASKED = [
    {}, {"status": "closed"}, {"status": "received"}, {"category": "gambling"}, {"district": "district/ghazipur"},
    {"station": KOTWALI}, {"assigned": KOTWALI}, {"locale": "ur"}, {"channel": "telegram"}, {"priority": "1"},
    {"priority": "2"}, {"overdue": "late"}, {"unread": "yes"}, {"unread": "yes", "status": "closed"},
    {"unread": "yes", "locale": "hi", "channel": "webform"}, {"category": "weapons", "status": "seen", "overdue": "late"},
    {"locale": "nowhere"}, {"status": "nonsense"}, {"reference": "3"}, {"reference": "34", "status": "closed"},
    {"station": STATIONS[1], "priority": "1", "locale": "hi"}, {"station": SAIDPUR},
    {"district": GHAZIPUR, "unread": "yes"}, {"district": GHAZIPUR, "status": "closed"}, {"district": "district/chandauli"},
    {"turn": SP, "step": "see", "overdue": "late"}, {"turn": SP, "step": "see", "overdue": "in-time"},
    {"turn": "none", "step": "see", "overdue": "late"}, {"turn": KOTWALI, "step": "act", "overdue": "escalated"},
    {"turn": SP, "step": "see", "overdue": "late", "status": "received", "unread": "yes"},
    {"turn": SP, "step": "assign", "overdue": "nonsense"}, {"turn": KOTWALI, "overdue": "late"},
    {"turn": SP, "step": "assign"}, {"turn": KOTWALI, "step": "act", "status": "assigned"}, {"turn": KOTWALI, "step": "nonsense"},
]  # fmt: skip


def some_tips(number: int) -> Rows:
    draw, rows = random.Random(7), Rows()
    for _ in range(number):
        station = draw.choice([KOTWALI, *STATIONS, SAIDPUR])
        district = PACK.parents[station]
        accused = frozenset({draw.choice((KOTWALI, "district/jaunpur"))} if draw.random() < 0.2 else set())
        status = draw.choice(("received", "seen", "assigned", "closed", "closed", "duplicate"))
        # Now and then one of another district: the range may hand it to anybody.
        assigned = draw.choice((KOTWALI, KOTWALI, SP)) if status != "received" and draw.random() < 0.4 else ""
        tip = Tip(
            reference=new_reference(), receipt=random_id(), hour=HOUR - draw.randrange(30), changed_hour=HOUR,
            channel=draw.choice(("webform", "telegram")), locale=draw.choice(("hi", "hi", "hi", "ur")),
            category=draw.choice(("gambling", "weapons", "other")), district=district, station=station,
            assigned=assigned, status=status, priority=draw.choice((0, 0, 0, 1, 2)),
            due_hour=draw.choice((None, HOUR - 5, HOUR - 4, HOUR + 10**6)) if step_of(status, assigned) else None,
            late=draw.choice((0, 1, 2)),
        )  # fmt: skip
        reading = readers(PACK.parents, PACK.outside, PACK.top, district, accused) | ({assigned} - {"", *accused})
        rows.add(tip, *(Accusation(tip_id=tip.id, office_id=office) for office in accused))
        stands = standing_of(status, district, station, assigned, tip.due_hour, reading)
        for office in sorted(reading):
            fresh = {"fresh": draw.random() < 0.3, "fresh_hour": HOUR - draw.randrange(30)}
            rows.add(TipReader(tip_id=tip.id, office_id=office, hour=tip.hour, late=tip.late, **fresh, **stands))
    return rows


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    made = Store(Settings(database_url=database).database)
    await migrate(made)
    yield made
    await made.dispose()


@pytest.fixture
async def full(store: Store) -> Store:
    async with store.write() as db:
        await some_tips(60).write(db)
    return store


async def plainly(db: AsyncConnection, viewer: Viewer, filters: Filters) -> list[str]:
    tip = Tip.__table__.c  # type: ignore[attr-defined]
    wanted = select(tip.id).where(visible(viewer), *looked_for(viewer, filters))
    return list((await db.execute(wanted.order_by(tip.hour.desc(), tip.id.desc()))).scalars())


async def counted_plainly(db: AsyncConnection, viewer: Viewer, filters: Filters) -> dict[str, int]:
    tip = Tip.__table__.c  # type: ignore[attr-defined]
    wanted = select(tip.status, func.count()).where(visible(viewer), *looked_for(viewer, replace(filters, status="")))
    return dict((await db.execute(wanted.group_by(tip.status))).all())  # type: ignore[arg-type]


@pytest.mark.parametrize("enough", [1, 12])
async def test_on_every_way_the_list_is_the_same(full: Store, monkeypatch: pytest.MonkeyPatch, enough: int) -> None:
    """`enough` decides which index is read: with one none is narrow, with twelve some are."""
    monkeypatch.setattr(ways, "ENOUGH", enough)
    monkeypatch.setattr(listing, "PAGE", 7)
    async with full.read() as db:
        for viewer in (VIEWERS["sp"], VIEWERS["two"], VIEWERS["was there"]):
            for asked in ASKED:
                filters = Filters(**asked)
                expected = await plainly(db, viewer, filters)
                page = await inbox(db, viewer, filters)
                assert [tip.id for tip in page.tips] == expected[:7], asked
                assert (page.newer, page.older is None) == (None, len(expected) <= 7)
                assert await counts(db, viewer, filters) == await counted_plainly(db, viewer, filters), asked


@pytest.mark.parametrize(
    "asked", [{"district": GHAZIPUR}, {"station": SAIDPUR}, {"turn": SP, "step": "see", "overdue": "late"}]
)
async def test_what_is_narrow_is_read_off_an_index_of_the_office(
    full: Store, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    """A district has little of another's: neither all of its own nor all of that other's is looked at."""
    if not full.is_sqlite:
        pytest.skip("PostgreSQL plans by numbers, and reads so few rows as they lie")
    viewer, filters = VIEWERS["sp"], Filters(**asked)
    async with full.read() as db:
        way = await ways.way_to(db, viewer, filters)
        found = ways.found_on(way, viewer, None, listing.PAGE).compile(
            full.engine.sync_engine, compile_kwargs={"literal_binds": True}
        )
        # Of an offset without a limit, SQLAlchemy leaves the limit open all the same.
        plan = str(found).replace("LIMIT ?", "LIMIT -1")
        steps = [row[-1] for row in await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {plan}")]
    read = [step for step in steps if "tip_reader_1 USING" in step or "SCAN tip" in step]
    place = "turn=? AND step=? AND status=?" if "turn" in asked else f"{next(iter(asked))}=? AND status=?"
    assert read
    assert all(f"COVERING INDEX ix_tip_reader_{next(iter(asked))} (office_id=? AND {place}" in step for step in read), (
        steps
    )


@pytest.mark.parametrize(
    "asked", [{}, {"unread": "yes"}, {"locale": "hi"}, {"status": "closed"}, {"district": GHAZIPUR}]
)
async def test_walked_back_and_forth_every_tip_is_there_once(
    full: Store, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    monkeypatch.setattr(listing, "PAGE", 7)
    filters, viewer = Filters(**asked), VIEWERS["two"]
    async with full.read() as db:
        expected = await plainly(db, viewer, filters)
        page = await inbox(db, viewer, filters)
        there = [tip.id for tip in page.tips]
        while page.older is not None and len(there) <= len(expected):
            page = await inbox(db, viewer, filters, page.older)
            there += [tip.id for tip in page.tips]
        assert there == expected
        back = [tip.id for tip in page.tips]
        while page.newer is not None and len(back) < len(expected):
            page = await inbox(db, viewer, filters, page.newer, newer=True)
            back = [tip.id for tip in page.tips] + back
        assert back[-len(expected) :] == expected
        assert [tip.id for tip in page.tips] == expected[:7], "the first page is whole"


async def test_counting_stops_where_it_is_said(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 10)
    monkeypatch.setattr(listing, "MOST_COUNTED_OF_FILTERED", 3)
    async with full.read() as db:
        for most, filters in ((10, Filters()), (10, Filters(status="seen")), (3, Filters(locale="hi"))):
            plain = await counted_plainly(db, VIEWERS["two"], filters)
            expected = {status: min(number, most) for status, number in plain.items()}
            assert await counts(db, VIEWERS["two"], filters) == expected
            assert max(expected.values()) == most


async def test_the_oldest_page_is_there_at_once(full: Store) -> None:
    async with full.read() as db:
        expected = await plainly(db, VIEWERS["dig"], Filters())
        page = await inbox(db, VIEWERS["dig"], Filters(), ways.Place(0), newer=True)
    assert [tip.id for tip in page.tips] == expected[-listing.PAGE :]


async def test_what_comes_to_an_old_tip_arrives_and_what_is_hidden_does_not(full: Store) -> None:
    async with full.write() as db:
        for viewer in (VIEWERS["sho"], VIEWERS["dig"]):
            await db.execute(text("UPDATE tip_reader SET fresh = (1 = 0)"))
            known = await newest(db, viewer)
            assert known == []
            mine = (await plainly(db, viewer, Filters()))[-1]
            change = text("UPDATE tip_reader SET fresh = (1 = 1), fresh_hour = :hour WHERE tip_id = :tip")
            await db.execute(change, {"tip": mine, "hour": HOUR + 1})
            first = await newest(db, viewer)
            assert arrived(known, first)
            assert not arrived(first, first)
            await db.execute(change, {"tip": mine, "hour": HOUR + 2})
            assert arrived(first, await newest(db, viewer))
        accusing = "SELECT tip_id FROM accusation WHERE office_id = 'station/jaunpur/kotwali' LIMIT 1"
        hidden = (await db.execute(text(accusing))).scalar_one()
        known = await newest(db, VIEWERS["two"])
        await db.execute(change, {"tip": hidden, "hour": HOUR + 9})
        assert await newest(db, VIEWERS["two"]) == known


unread = st.lists(st.tuples(st.integers(HOUR, HOUR + 2), st.sampled_from("abcdefghij")), unique=True, max_size=12)


def watched(tips: set[tuple[int, str]], most: int) -> list[tuple[int, str]]:
    return sorted(tips, reverse=True)[:most]


@given(unread, st.data())
def test_what_a_colleague_reads_is_no_news(tips: list[tuple[int, str]], data: st.DataObject) -> None:
    read = set(data.draw(st.lists(st.sampled_from(tips), max_size=4)) if tips else [])
    assert not arrived(sorted(tips, reverse=True), sorted(set(tips) - read, reverse=True))


def test_what_moves_up_from_behind_is_no_news() -> None:
    tips = {(HOUR, f"{number:03}") for number in range(2 * WATCHED)}
    known = watched(tips, WATCHED)
    assert not arrived(known, watched(tips - set(known[:5]), WATCHED))
    assert arrived(known, watched((tips - set(known[:5])) | {(HOUR + 1, "000")}, WATCHED))


@given(st.integers(1, 11), st.integers(0, 5))
def test_a_reference_is_found_by_its_beginning(length: int, other: int) -> None:
    references = sorted(new_reference() for _ in range(50))
    typed = references[other][:length].lower().replace("-", " ")
    letters = typed.replace(" ", "").upper()
    found = span(typed)
    if len(letters) < 2:
        assert found is None
        return
    assert found is not None
    between = [one for one in references if found[0] <= one <= found[1]]
    assert between == [one for one in references if one.replace("-", "").startswith(letters)]
