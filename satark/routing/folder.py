"""Reads a jurisdiction pack from its folder. A mistake in it is found with file and line."""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from satark.routing.limits import (
    DETAIL_LIMIT,
    NAME_LIMIT,
    Fault,
    id_faults,
    insight_faults,
    name_faults,
    point_faults,
    retention_faults,
    twin_faults,
    weight_faults,
)
from satark.routing.pack import (
    Category,
    CheckItem,
    Clock,
    Insight,
    Keep,
    Names,
    Office,
    OfficeHours,
    Pack,
    Poster,
    Spot,
)

# What a file raises that is none of its kind, or has something else in its place.
NOT_READ = (OSError, LookupError, ValueError, TypeError, AttributeError, RecursionError, csv.Error, ShapelyError)
POSTER_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Finding(Struct, frozen=True):
    """A mistake in a pack, for `satark doctor`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(Exception):
    """The pack cannot be used. `findings` are all mistakes, not only the first."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


def load_pack(folder: Path) -> Pack:
    """Raises PackError with all that is wrong."""
    reader = _Reader(folder)
    pack = reader.read()
    if reader.findings or pack is None:
        raise PackError(reader.findings)
    return pack


def check_pack(folder: Path) -> list[Finding]:
    reader = _Reader(folder)
    reader.read()
    return reader.findings


class _Reader:
    """Reads the files of a pack, and goes on after a mistake to find the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def read(self) -> Pack | None:
        try:
            return self._read()
        except NOT_READ as error:
            if not self.findings:
                said = f"cannot be read: {type(error).__name__} {error}"
                self._found(getattr(error, "filename", None) or self.folder.name, 1, said)
            return None

    def _read(self) -> Pack:
        offices, top, outside = self._offices()
        outlines = self._outlines(offices)
        spots = [*self._stations(offices, outlines), *self._places(outlines)]
        self._faults("stations.csv", 1, twin_faults(offices))
        clocks, hours = self._clocks()
        return Pack(
            id=self.folder.name,
            offices=offices,
            categories=tuple(self._categories(clocks)),
            spots=tuple(spots),
            posters=tuple(self._posters(offices)),
            outlines=outlines,
            top=top,
            outside=outside,
            hours=hours,
            clock=clocks["default"],
            retention=self._retention(),
            insight=self._insight(offices),
        )

    def _found(self, file: str, line: int, message: str) -> None:
        self.findings.append(Finding(Path(file).name, line, message))

    def _faults(self, file: str, line: int, faults: Iterable[Fault]) -> None:
        for said in dict.fromkeys(map(str, faults)):
            self._found(file, line, said)

    def _toml(self, name: str) -> tuple[dict[str, Any], list[str]]:
        text = (self.folder / name).read_text(encoding="utf-8")
        try:
            return tomllib.loads(text), text.splitlines()
        except tomllib.TOMLDecodeError as error:
            self._found(name, getattr(error, "lineno", 1) or 1, str(error))
            raise

    def _rows(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                if None in row or None in row.values():
                    self._found(name, reader.line_num, "the row has too few or too many columns")
                else:
                    yield reader.line_num, row

    def _names(self, file: str, line: int, names: Any, limit: int, what: str) -> Names:
        """The names of a thing; one that is missing or too long is a finding, and so is a long id (`what`)."""
        given: dict[str, str] = names if isinstance(names, dict) else {}
        for locale in [locale for locale, name in given.items() if not isinstance(name, str)]:
            self._found(file, line, f"{what}: its name in {locale} is no text")
            given = {**given, locale: ""}
        self._faults(file, line, (*id_faults(what), *name_faults(what, given, limit)))
        return given

    def _offices(self) -> tuple[dict[str, Office], str, str]:
        data, lines = self._toml("offices.toml")
        offices: dict[str, Office] = {}
        for kind in ("range", "outside", "district"):
            for office, facts in data.get(kind, {}).items():
                line = _line_of(lines, f'"{office}"')
                names = self._names("offices.toml", line, facts.get("name"), NAME_LIMIT, office)
                parent = facts.get("range", "") if kind == "district" else ""
                if kind == "district" and parent not in data.get("range", {}):
                    self._found("offices.toml", line, f"{office} belongs to no range: {parent!r}")
                offices[office] = Office(office, kind, parent, names)
        ranges = list(data.get("range", {}).items())
        if len(ranges) != 1:
            self._found("offices.toml", 1, f"a pack has one range, this has {len(ranges)}")
            raise ValueError("no range")
        top, facts = ranges[0]
        if facts.get("outside") not in offices:
            self._found("offices.toml", _line_of(lines, f'"{top}"'), f"{top} names no outside authority")
        return offices, top, facts.get("outside", "")

    def _outlines(self, offices: Mapping[str, Office]) -> dict[str, BaseGeometry]:
        """The polygons; a district of the pack without one is a finding."""
        features = json.loads((self.folder / "districts.geojson").read_text(encoding="utf-8"))["features"]
        outlines = {f"district/{one['properties']['name_en'].lower()}": shape(one["geometry"]) for one in features}
        for office in offices.values():
            if office.kind == "district" and office.id not in outlines:
                self._found("districts.geojson", 1, f"{office.id} has no outline")
        return outlines

    def _stations(self, offices: dict[str, Office], outlines: Mapping[str, BaseGeometry]) -> Iterator[Spot]:
        file = "stations.csv"
        for line, row in self._rows(file):
            office, district = row["office"], row["district"]
            if office in offices:
                self._found(file, line, f"{office} stands here twice")
            if district not in offices:
                self._found(file, line, f"{office} belongs to no district: {district!r}")
            name = self._names(file, line, {"en": row["name_en"], "hi": row["name_hi"]}, NAME_LIMIT, office)
            offices[office] = Office(office, "station", district, name)
            lat, lon = self._position(file, line, row, outlines)
            aliases = tuple(filter(None, row["aliases"].split("|")))
            yield Spot((*name.values(), *aliases), name, district, lat, lon, station=office)

    def _places(self, outlines: Mapping[str, BaseGeometry]) -> Iterator[Spot]:
        for line, row in self._rows("places.csv"):
            name = {"en": row["name_en"], "hi": row["name_hi"] or row["name_en"]}
            lat, lon = self._position("places.csv", line, row, outlines)
            names = tuple(dict.fromkeys(name.values()))
            yield Spot(names, name, row["district"], lat, lon, precise=row["quality"] != "area")

    def _position(
        self, file: str, line: int, row: Mapping[str, str], outlines: Mapping[str, BaseGeometry]
    ) -> tuple[float | None, float | None]:
        if not row["lat"] and not row["lon"]:
            return None, None
        try:
            lat, lon = float(row["lat"]), float(row["lon"])
        except ValueError:
            self._found(file, line, f"{row['lat']!r}, {row['lon']!r} is no point")
            return None, None
        self._faults(file, line, point_faults("", outlines, row["district"], lat, lon))
        return lat, lon

    def _clocks(self) -> tuple[dict[str, Clock], OfficeHours]:
        """Clocks by category, `default` among them, and when they run."""
        data, lines = self._toml("clocks.toml")
        clocks: dict[str, Clock] = {}
        for name, facts in data["clock"].items():
            try:
                clocks[name] = convert(facts, Clock)
            except ValidationError as error:
                self._found("clocks.toml", _line_of(lines, f"[clock.{name}]"), str(error))
        return clocks, convert(data["hours"], OfficeHours)

    def _retention(self) -> dict[str, Keep]:
        """For how long tips are kept, by rule."""
        data, lines = self._toml("retention.toml")
        rules: dict[str, Keep] = {}
        for name, facts in data.items():
            try:
                rules[name] = convert(facts, Keep)
            except ValidationError as error:
                self._found("retention.toml", _line_of(lines, f"[{name}]"), str(error))
        for fault in retention_faults(rules):
            self._found("retention.toml", _line_of(lines, f"[{fault.about}]"), str(fault))
        return rules

    def _insight(self, offices: Mapping[str, Office]) -> Insight:
        """What numbers are made with. A mistake stands at the line of what it is about."""
        data, lines = self._toml("insight.toml")
        try:
            insight = convert(data, Insight)
        except ValidationError as error:
            table = next((name for name in data if f"$.{name}" in str(error)), "")
            self._found("insight.toml", _line_of(lines, f"[{table}"), str(error))
            raise
        for fault in insight_faults(insight, offices):
            self._found("insight.toml", _line_of(lines, fault.about), str(fault))
        return insight

    def _categories(self, clocks: Mapping[str, Clock]) -> Iterator[Category]:
        data, lines = self._toml("categories.toml")
        seen: set[str] = set()
        for facts in data.get("category", []):
            line = _line_of(lines, f'id = "{facts.get("id")}"')
            if facts["id"] in seen:
                self._found("categories.toml", line, f"{facts['id']} stands here twice")
            seen.add(facts["id"])
            name = self._names("categories.toml", line, facts.get("name"), NAME_LIMIT, facts["id"])
            detail = self._names("categories.toml", line, facts.get("detail"), DETAIL_LIMIT, facts["id"])
            self._faults("categories.toml", line, weight_faults(facts["id"], facts.get("weight")))
            items = tuple(self._items(line, facts))
            accuses = facts.get("accuses_police", False)
            clock = clocks.get(facts["id"], clocks["default"])
            yield Category(facts["id"], name, detail, facts.get("weight", 1), clock, items, accuses)
        if not seen:
            self._found("categories.toml", 1, "there is no category")

    def _items(self, line: int, facts: Mapping[str, Any]) -> Iterator[CheckItem]:
        for item, names in facts.get("checklist", {}).items():
            yield CheckItem(item, self._names("categories.toml", line, names, DETAIL_LIMIT, item))

    def _posters(self, offices: Mapping[str, Office]) -> Iterator[Poster]:
        for line, row in self._rows("posters.csv"):
            if row["office"] not in offices:
                self._found("posters.csv", line, f"there is no office {row['office']!r}")
            if not POSTER_CODE.fullmatch(row["code"]):
                self._found("posters.csv", line, f"{row['code']!r} is no code: 1 to 64 of A-Z, a-z, 0-9, _ and -")
            yield Poster(row["code"], row["office"])


def _line_of(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
