"""What is kept of numbers: how many tips there are, as one audience may see them (tips/tallies/).

An audience is officers who see the same; every row belongs to one, and counts what it sees and nothing else (P4).
Months are counted since year 0 and days since 1970, both in India (tips/tallies/calendar.py). The rows are bounded by the
pack and the calendar, however many tips there are; `n` is how many, and a row with none is not kept.
"""

from sqlmodel import Field, SQLModel

from satark.store.columns import UNORDERED, random_id, sealed_bytes


class Audience(SQLModel, table=True):
    """Those who see the same tips. `spec` is JSON (tips/tallies/audiences.py), and `key` its hash. `counted` is the hour
    since 1970 at whose beginning all its numbers were right, 0 as long as they are being counted for the first time."""

    __tablename__ = "audience"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    spec: str
    counted: int = 0


class TallyMonth(SQLModel, table=True):
    """A month of an audience. Whoever counts it writes only if `version` is what it was when they began to read."""

    __tablename__ = "tally_month"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    version: int = 0
    counted: bool = False


class TallyMark(SQLModel, table=True):
    """Something of a month has changed since it was counted. Each change adds a mark of its own, so that nobody waits."""

    __tablename__ = "tally_mark"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    month: int


class PlaceTally(SQLModel, table=True):
    """Tips by place and category. Each has one state: its status, or where it was closed with an outcome, that
    (tips/tallies/counting.py). `acted_on` are those on which something was done, `repeats` those that repeat another."""

    __tablename__ = "tally_place"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    district: str = Field(primary_key=True)
    station: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    received: int = 0
    seen: int = 0
    assigned: int = 0
    action_taken: int = 0
    closed: int = 0
    acted: int = 0
    unfounded: int = 0
    referred: int = 0
    duplicate: int = 0
    not_actionable: int = 0
    acted_on: int = 0
    repeats: int = 0


class DayTally(SQLModel, table=True):
    __tablename__ = "tally_day"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    district: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    n: int


class SlotTally(SQLModel, table=True):
    """By the hour of the week in India: 0 to 167, from Monday's first hour on."""

    __tablename__ = "tally_slot"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    category: str = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    n: int


class CellTally(SQLModel, table=True):
    """Tips whose place is known, by H3 cell (insight/cells.py). A `category` of "" is all of them together."""

    __tablename__ = "tally_cell"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    category: str = Field(primary_key=True)
    district: str = Field(primary_key=True)
    cell: str = Field(primary_key=True)
    n: int
    open: int


class WaitTally(SQLModel, table=True):
    """How long tips waited for a step: `hours` are how many for how long, packed (tips/tallies/waits.py)."""

    __tablename__ = "tally_wait"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    month: int = Field(primary_key=True)
    district: str = Field(primary_key=True)
    station: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    hours: bytes = sealed_bytes()


class WarningNotice(SQLModel, table=True):
    """What an audience was told of: that tips of a category in a district are more than chance explains. `week` is the
    Monday (days since 1970) of the week that was then the newest whole one, `told` the moment (unix seconds), the same in
    every hour. What is not `there` any more stays to the end of its week: it is told of once (insight/noticing.py)."""

    __tablename__ = "warning_notice"
    __table_args__ = UNORDERED
    audience: str = Field(primary_key=True)
    district: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    week: int
    told: int
    there: bool = True


TALLIES: tuple[type[SQLModel], ...] = (PlaceTally, DayTally, SlotTally, CellTally, WaitTally)
"""The tables that one counting of a month fills."""
