"""Old tips are taken from offices that had them before another one got them, and numbers are counted anew."""

from alembic import command
from sqlalchemy import Connection, text

from satark.settings import Settings
from satark.store.engine import Store
from satark.store.migrate import config_for, migrate
from tests.store.test_upgrade import Old

BEFORE = "0018_fewer_pages_a_message"
RANGE, DISTRICT, OTHER = "range/varanasi", "district/jaunpur", "district/ghazipur"
CIRCLE, STATION, SISTER, OUTPOST = (
    "circle/jaunpur/city", "station/jaunpur/kotwali", "station/jaunpur/line-bazar", "outpost/jaunpur/chowk",
)  # fmt: skip
# Who reads a tip that the first has, and who does afterwards.
TIPS = {
    "reassigned": (SISTER, {RANGE, DISTRICT, STATION, SISTER}, {RANGE, DISTRICT, SISTER}),
    "escalated": (STATION, {RANGE, DISTRICT, CIRCLE, STATION}, {RANGE, DISTRICT, CIRCLE, STATION}),
    "back": (STATION, {RANGE, DISTRICT, STATION, OUTPOST}, {RANGE, DISTRICT, STATION}),
    "abroad": ("station/ghazipur/saidpur", {RANGE, DISTRICT, "station/ghazipur/saidpur"}, {RANGE, "station/ghazipur/saidpur"}),
    "outside": ("outside/vigilance", {"outside/vigilance", RANGE}, {"outside/vigilance", RANGE}),
    "nobody's": ("", {RANGE, DISTRICT, STATION}, {RANGE, DISTRICT, STATION}),
}  # fmt: skip


def fill(connection: Connection) -> None:
    command.upgrade(config_for(connection), BEFORE)
    old = Old(connection)
    for number, (name, (assigned, reading, _)) in enumerate(TIPS.items()):
        old.write(
            "tip", id=name, reference=f"AAA-AAA-AA{number}", receipt=name, hour=1, changed_hour=1, channel="webform",
            locale="hi", category="gambling", district=DISTRICT, station="", assigned=assigned, status="assigned",
            outcome="", incomplete=False, synthetic=False, priority=0, late=0, cell="",
        )  # fmt: skip
        for office in reading:
            old.write(
                "tip_reader", tip_id=name, office_id=office, hour=1, fresh=False, fresh_hour=1, status="assigned",
                district=DISTRICT, station="", turn=assigned, late=0,
            )  # fmt: skip
    old.write("tally_month", audience="x", month=24000, version=1, counted=True)


async def test_who_had_a_tip_before_reads_it_no_more(empty_database: str) -> None:
    store = Store(Settings(database_url=empty_database).database)
    async with store.write() as db:
        await db.run_sync(fill)
    await migrate(store)
    async with store.read() as db:
        rows = (await db.execute(text("SELECT tip_id, office_id FROM tip_reader"))).all()
        marked = set((await db.execute(text("SELECT month FROM tally_mark"))).scalars())
    await store.dispose()
    assert {name: {office for tip, office in rows if tip == name} for name in TIPS} == {
        name: after for name, (_, _, after) in TIPS.items()
    }
    assert 24000 in marked
