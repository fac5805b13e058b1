"""An analyst's report: the overview, protected as one set of numbers.

No numbers of a week or month: they would be a second set over the same tips (changes.py says what that gives away)."""

from satark.insight.suppression import Told
from satark.language import show_month
from satark.panel.gate import Work
from satark.panel.insight.overview import Overview
from satark.panel.insight.report_parts import NAME, SHORT, Words
from satark.paper.reports import Section
from satark.paper.sheets import Cell, Column


def period_of(work: Work, words: Words, found: Overview) -> str:
    return str(words["until_month"].format(month=show_month(found.months[0], work.viewer.locale)))


def sections_of(work: Work, words: Words, found: Overview) -> list[Section]:
    if found.told is None:
        return [Section(words["total"], words["few"], [words["too_few"]])]
    kinds, where, when = found.told.divisions
    months = [*(show_month(one, work.viewer.locale) for one in found.months), words["earlier"]]
    statuses = [Column(words["statuses"][one], SHORT) for one in found.statuses]
    by_kind = [
        (work.category(one) or words["other"], *map(_said, told.divisions[0]), _said(told))
        for one, told in zip(found.categories, kinds, strict=True)
    ]
    return [
        _table(words, "by_status", [Column(words["kind"], NAME), *statuses, Column(words["all"], SHORT)], by_kind),
        _table(words, "by_place", _two(words, "place"), _places(work, words, found, where)),
        _table(words, "by_month", _two(words, "month_name"), list(zip(months, map(_said, when), strict=True))),
    ]


def _places(work: Work, words: Words, found: Overview, where: tuple[Told, ...]) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for place, told in zip(found.places, where, strict=True):
        name = work.name(place.office) or words["unknown"]
        rows.append((name, _said(told)))
        if place.within:
            inner = zip(place.within, told.divisions[0], strict=True)
            rows += [(f"{name} · {work.name(one) or words['station_unknown']}", _said(part)) for one, part in inner]
    return rows


def _two(words: Words, name: str) -> list[Column]:
    return [Column(words[name], NAME), Column(words["tips"], SHORT)]


def _table(words: Words, name: str, columns: list[Column], rows: list[tuple[Cell, ...]]) -> Section:
    return Section(words[name], words["few"], columns=columns, rows=rows, wide=name == "by_status")


def _said(told: Told) -> Cell:
    if told.few:
        return "<3"
    return told.least if told.least == told.most else f"{told.least}–{told.most}"
