"""The sections of an officer's report, from its numbers and the words of templates/print/report.j2."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from satark.insight.analysis import Analysis, Row, hour_within
from satark.insight.funnel import Standing
from satark.insight.watching import LEAST_WEEKS
from satark.language import show_day, show_month, show_number
from satark.panel.gate import Work
from satark.panel.insight import areas, hours, stations
from satark.panel.insight.changes import MOST_SHOWN, most_changed
from satark.panel.insight.report_numbers import Numbers
from satark.paper.reports import Section
from satark.paper.sheets import Cell, Column
from satark.tips.tallies.calendar import first_hour

MOST_AREAS = 15
NAME, SHORT = 34, 13
Words = Mapping[str, Any]


def sections_of(work: Work, words: Words, found: Numbers) -> list[Section]:
    one = found.analysis
    return [
        _total(work, words, one),
        _changed(work, words, one),
        _compared(work, words, "kinds", one.by_category),
        _compared(work, words, "districts", one.by_district),
        _compared(work, words, "both", one.by_both),
        _days(work, words, one),
        _hours(work, words, found),
        _stations(work, words, found),
        *(_areas(words, found, kind, _span(work, words, found)) for kind in areas.KINDS),
        _warnings(work, words, found),
    ]


def day(work: Work, one: date) -> str:
    return show_day(hour_within(one), work.viewer.locale)


def _columns(words: Words, *names: str) -> list[Column]:
    return [Column(words[name], SHORT if at else NAME) for at, name in enumerate(names)]


def _span(work: Work, words: Words, found: Numbers) -> str:
    first, last = (show_month(first_hour(one), work.viewer.locale) for one in (found.window.first, found.window.last))
    return str(words["months_from"].format(first=first, last=last))


def _total(work: Work, words: Words, found: Analysis) -> Section:
    spans, total = found.periods, found.total
    compared = [("this", spans.now, total.now), ("before", spans.before, total.before)]
    if found.year:
        compared.append(("year_before", spans.year_before, found.year.before))
    rows = [
        (f"{words[name]}: {day(work, span.first)} – {day(work, span.after - timedelta(1))}", number)
        for name, span, number in compared
    ]
    findings = [
        words["seasons" if found.seasonal else "no_seasons"],
        *([] if found.year else [words["no_year"]]),
        *([] if spans.whole else [words["running"].format(until=day(work, spans.now.after - timedelta(1)))]),
    ]
    bars = [(number, None) for _, number in rows]
    return Section(words["total"], words["total_how"], findings, _columns(words, "period", "tips"), rows, bars)


def _changed(work: Work, words: Words, found: Analysis) -> Section:
    lines = [
        words["change_line"].format(
            what=" · ".join(_named(work, words, row.key)),
            now=show_number(row.ranked.change.now),
            usual=show_number(round(row.ranked.change.expected)),
        )
        for row in most_changed(found)
    ]
    how = f"{words['changed_how']} {words['expected_is']}"
    return Section(words["changed"], how, lines or [words["nothing"]])


def _named(work: Work, words: Words, key: Sequence[str]) -> list[str]:
    """A kind, a district, or a district and a kind, in words."""
    return [
        work.name(one) or (work.category(one) if one else "") or words["unknown" if len(key) == 2 else "other"]
        for one in reversed(key)
    ]


def _compared(work: Work, words: Words, name: str, rows: Sequence[Row]) -> Section:
    names = {"kinds": ("kind",), "districts": ("district",), "both": ("kind", "district")}[name]
    return Section(
        words[name],
        f"{words['expected_is']} {words['bars']}",
        columns=_columns(words, *names, "tips", "before", "expected", "year_before", "change"),
        rows=[(*_names(work, words, names, row.key), *_numbers(words, row)) for row in rows],
        bars=[(row.ranked.change.now, row.ranked.change.expected) for row in rows],
        most=MOST_SHOWN if name == "both" else 0,
        more=words["more"],
    )


def _names(work: Work, words: Words, names: Sequence[str], key: Sequence[str]) -> list[str]:
    said = {"kind": key[-1], "district": key[0]}
    usual = {"kind": words["other"], "district": words["unknown"]}
    known = {"kind": work.category, "district": work.name}
    return [known[name](said[name]) or usual[name] for name in names]


def _numbers(words: Words, row: Row) -> tuple[Cell, ...]:
    one = row.ranked.change
    said = ("rose" if one.z > 0 else "fell") if row.ranked.clear else "chance"
    return one.now, one.before, round(one.expected, 1), row.year.before if row.year else "", words[said]


def _days(work: Work, words: Words, found: Analysis) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (day(work, one.day), *("" if n is None else n for n in (one.now, one.before, one.year_before)))
        for one in found.days
    ]
    bars = [(one.now or 0, one.before) for one in found.days]
    columns = _columns(words, "day", "tips", "before", "year_before")
    return Section(words["days"], f"{words['total_how']} {words['bars_before']}", (), columns, rows, bars)


def _hours(work: Work, words: Words, found: Numbers) -> Section:
    slots, starts = found.hours.slots, range(0, 24, hours.TOGETHER)
    titles = [Column(words["hour"], SHORT), *(Column(one, SHORT) for one in hours.weekdays(work))]
    return Section(
        words["hours"],
        f"{words['hours_how']} {_span(work, words, found)} {words['frames']}",
        columns=titles,
        rows=[(hours.title_of(start), *(slots[one, start].count for one in range(7))) for start in starts],
        marks=[[hours.mark_of(slots[one, start]) for one in range(7)] for start in starts],
    )


def _stations(work: Work, words: Words, found: Numbers) -> Section:
    measures = words["measures"]
    shares = [Column(f"{measures[one]} %", SHORT) for one in ("acted", "backlog", "again")]
    ends = [Column(words["outcomes"][one], SHORT) for one in stations.ENDS]
    first = [Column(measures["per_100k"], SHORT), *_columns(words, "office", "median", "ninetieth")[1:]]
    columns = [
        *_columns(words, "office", "tips"),
        *first,
        shares[0],
        Column(words["standing"], SHORT),
        *shares[1:],
        *ends,
    ]
    rows = [tuple(_cell(words, cell) for cell in stations.cells_of(row)) for row in found.stations.rows]
    how = " ".join((words["stations_how"], words["times_how"], _span(work, words, found)))
    return Section(words["stations"], how, columns=columns, rows=rows, wide=True)


def _cell(words: Words, cell: Cell | None) -> Cell:
    if isinstance(cell, Standing):
        return str(words["standings"][cell])
    return "" if cell is None else cell


def _areas(words: Words, found: Numbers, kind: str, span: str) -> Section:
    rows = [
        (
            areas.title_of(row), round(row.of.score, 1), row.area.tips,
            *(round(getattr(row.of, one).points, 1) for one in areas.PARTS),
        )
        for row in found.areas[kind]
    ]  # fmt: skip
    return Section(
        f"{words['index']}: {words['areas'][kind]}",
        " ".join(filter(None, (words["index_how"], words["cells_how"] if kind == "cluster" else "", span))),
        columns=[
            *_columns(words, "area", "score", "tips"),
            *(Column(words["parts"][one], SHORT) for one in areas.PARTS),
        ],
        rows=rows,
        most=MOST_AREAS,
        more=words["more"],
    )


def _warnings(work: Work, words: Words, found: Numbers) -> Section:
    seen = found.watched
    rows: list[tuple[Cell, ...]] = [
        (
            *_names(work, words, ("kind", "district"), (one.district, one.category)), one.alarm.observed,
            round(one.alarm.expected, 1), one.alarm.weeks, one.alarm.once_in_weeks, day(work, one.since),
        )
        for one in seen.warnings
    ]  # fmt: skip
    said = [] if rows else [words["no_warnings"]]
    if seen.weeks < LEAST_WEEKS:
        said = [words["too_early"].format(least=LEAST_WEEKS, weeks=seen.weeks)]
    names = ("kind", "district", "tips", "expected", "weeks", "once_in_weeks", "since")
    return Section(words["warnings"], words["warnings_how"], said, _columns(words, *names), rows)
