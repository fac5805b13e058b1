"""The jurisdiction pack: a folder that tells one range from another. A mistake in it is found with file and line."""

import csv
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

NAME_LIMIT = 24  # the row of a WhatsApp list (messaging.md)
DETAIL_LIMIT = 72
# With its verb, an id is a choice: Telegram takes 64 bytes of one, and as many characters of a poster's code.
ID_LIMIT = 50
POSTER_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
REQUIRED = ("en", "hi")

Names = Mapping[str, str]


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


class Office(Struct, frozen=True):
    """`kind` is range, district, station or outside; `parent` is "" at the top and outside."""

    id: str
    kind: str
    parent: str
    name: Names


class Category(Struct, frozen=True):
    """`weight` is its seriousness, 1 to 5."""

    id: str
    name: Names
    detail: Names
    weight: int
    accuses_police: bool = False


class Spot(Struct, frozen=True):
    """A named point (WGS84 degrees, None where unknown). `station` is its office id where it is a station."""

    names: tuple[str, ...]
    name: Names
    district: str
    lat: float | None
    lon: float | None
    station: str = ""
    precise: bool = True


class Poster(Struct, frozen=True):
    code: str
    office: str


class Pack(Struct, frozen=True):
    """A jurisdiction. `outlines` are the polygons of its districts and `neighbours` those beside it."""

    id: str
    offices: dict[str, Office]
    categories: tuple[Category, ...]
    spots: tuple[Spot, ...]
    posters: tuple[Poster, ...]
    outlines: dict[str, BaseGeometry]
    top: str
    outside: str

    @property
    def parents(self) -> dict[str, str]:
        return {office.id: office.parent for office in self.offices.values()}


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
        except (OSError, ValueError, KeyError) as error:
            if not self.findings:
                self._found(getattr(error, "filename", None) or self.folder.name, 1, f"cannot be read: {error}")
            return None

    def _read(self) -> Pack:
        offices, top, outside = self._offices()
        outlines = self._outlines(offices)
        spots = [*self._stations(offices, outlines), *self._places(outlines)]
        self._twins(offices)
        return Pack(
            id=self.folder.name,
            offices=offices,
            categories=tuple(self._categories()),
            spots=tuple(spots),
            posters=tuple(self._posters(offices)),
            outlines=outlines,
            top=top,
            outside=outside,
        )

    def _found(self, file: str, line: int, message: str) -> None:
        self.findings.append(Finding(Path(file).name, line, message))

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
        if len(what.encode()) > ID_LIMIT:
            self._found(file, line, f"the id {what!r} is longer than {ID_LIMIT} bytes")
        given: dict[str, str] = names if isinstance(names, dict) else {}
        for locale in REQUIRED:
            if not given.get(locale):
                self._found(file, line, f"{what} has no name in {locale}")
        for locale, name in given.items():
            if len(name) > limit:
                self._found(file, line, f"{what}: {name!r} ({locale}) is longer than {limit} characters")
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

    def _twins(self, offices: Mapping[str, Office]) -> None:
        """In one district, no two stations have one name: nothing else would tell them apart."""
        stations = [office for office in offices.values() if office.kind == "station"]
        named = Counter((office.parent, locale, name) for office in stations for locale, name in office.name.items())
        for (district, _, name), count in named.items():
            if count > 1:
                self._found("stations.csv", 1, f"{name!r} stands in {district} {count} times")

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
        outline = outlines.get(row["district"])
        if outline is None or not outline.contains(Point(lon, lat)):
            self._found(file, line, f"the point lies outside {row['district']}")
        return lat, lon

    def _categories(self) -> Iterator[Category]:
        data, lines = self._toml("categories.toml")
        seen: set[str] = set()
        for facts in data.get("category", []):
            line = _line_of(lines, f'id = "{facts.get("id")}"')
            if facts["id"] in seen:
                self._found("categories.toml", line, f"{facts['id']} stands here twice")
            seen.add(facts["id"])
            name = self._names("categories.toml", line, facts.get("name"), NAME_LIMIT, facts["id"])
            detail = self._names("categories.toml", line, facts.get("detail"), DETAIL_LIMIT, facts["id"])
            if facts.get("weight") not in range(1, 6):
                self._found("categories.toml", line, f"{facts['id']}: weight is a number from 1 to 5")
            yield Category(facts["id"], name, detail, facts.get("weight", 1), facts.get("accuses_police", False))
        if not seen:
            self._found("categories.toml", 1, "there is no category")

    def _posters(self, offices: Mapping[str, Office]) -> Iterator[Poster]:
        for line, row in self._rows("posters.csv"):
            if row["office"] not in offices:
                self._found("posters.csv", line, f"there is no office {row['office']!r}")
            if not POSTER_CODE.fullmatch(row["code"]):
                self._found("posters.csv", line, f"{row['code']!r} is no code: 1 to 64 of A-Z, a-z, 0-9, _ and -")
            yield Poster(row["code"], row["office"])


def _line_of(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
