"""Stations and circles beside each other: what each did with its tips, and whether chance alone could have made it so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from satark.insight.funnel import Funnel, Placed, rates, shares
from satark.insight.quantiles import quantile

PER = 100_000


@dataclass(frozen=True)
class Record:
    """What is known of an office in a window. `acted` of its `tips` had an action reported; `open` have not ended, and
    `waiting` of them have had no action yet; `again` are complaints about what an earlier tip was about; `hours` says how
    often an action took so many hours. `people` is who lives there, None where that is not known."""

    tips: int
    acted: int
    open: int
    waiting: int
    again: int
    outcomes: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[int, int] = field(default_factory=dict)
    people: int | None = None


@dataclass(frozen=True)
class Compared:
    """`median` and `ninetieth` are hours until action, those that still wait counting as longer than any: None where so
    many do. Shares have their place in the funnel of all offices, None for an office without tips (or people)."""

    record: Record
    median: float | None
    ninetieth: float | None
    acted: Placed | None
    backlog: Placed | None
    again: Placed | None
    per_100k: Placed | None


@dataclass(frozen=True)
class Comparison:
    """All offices, and the funnels for their charts."""

    offices: Mapping[str, Compared]
    acted: Funnel
    backlog: Funnel
    again: Funnel
    per_100k: Funnel


def compare(records: Mapping[str, Record]) -> Comparison:
    """Offices of one kind. Those whose people are not known stand in no funnel per 100,000 people."""
    acted = shares({office: (one.acted, one.tips) for office, one in records.items()})
    backlog = shares({office: (one.open, one.tips) for office, one in records.items()})
    again = shares({office: (one.again, one.tips) for office, one in records.items()})
    peopled = {office: (one.tips, one.people / PER) for office, one in records.items() if one.people}
    per_100k = rates(peopled)
    offices = {
        office: Compared(
            one,
            quantile(one.hours, 0.5, one.waiting),
            quantile(one.hours, 0.9, one.waiting),
            acted.offices.get(office),
            backlog.offices.get(office),
            again.offices.get(office),
            per_100k.offices.get(office),
        )
        for office, one in records.items()
    }
    return Comparison(offices, acted, backlog, again, per_100k)
