"""Finds where a place is: by a pin, or by a name in Hindi or English, however it is spelt.

The nearest station is not the one in charge, for no map of jurisdictions is open: what is found is a suggestion, which
the citizen or an officer confirms.
"""

from math import cos, hypot, radians

from msgspec import Struct
from rapidfuzz import fuzz, process
from shapely.geometry import Point

from satark.routing.pack import Pack, Spot
from satark.routing.sounds import alike, romanised

MOST = 5
# Found by trial on the names of tests/routing: below it, the wrong stations outnumber the right ones.
LEAST_SCORE = 78.0
# A name is taken for a place's without asking, so it must be all but the same.
SURE = 90.0
KM_PER_DEGREE = 111.2


class Suggestion(Struct, frozen=True):
    """A station that may be meant. `score` is 0 to 100; `km` is 0 for the station's own name."""

    station: str
    district: str
    score: float
    km: float = 0.0


class Located(Struct, frozen=True):
    """`district` is an office id, "" outside the range."""

    district: str = ""
    suggestions: tuple[Suggestion, ...] = ()


def folded(text: str) -> str:
    """What remains of a name when spelling is set aside: `मड़ियाहूँ`, `Mariahu` and `madiyahun` come close."""
    skeleton = alike("".join(romanised(text).split()))
    return skeleton.rstrip("aiun") or skeleton


# Words around a name that are no part of it.
_NOISE = frozenset(
    folded(word)
    for word in (
        "thana thane police station ps chauki outpost ke ka ki me men mein near pas paas village gaon "
        "gram jila zila district dist थाना थाने पुलिस चौकी के का की में पास गाँव गांव ग्राम जिला ज़िला"
    ).split()
)


class Gazetteer:
    """The places of a pack, ready to be searched."""

    def __init__(self, pack: Pack) -> None:
        self._outlines = pack.outlines
        self._served = {office.id for office in pack.offices.values() if office.kind == "district"}
        # An outpost has a spot too, which leads to its station.
        self._stations = [spot for spot in pack.spots if spot.station]
        usable = [spot for spot in pack.spots if spot.station or (spot.precise and spot.lat is not None)]
        self._names = [(folded(name), spot) for spot in usable for name in spot.names]
        self._keys = [name for name, _ in self._names]
        districts = (pack.offices[office] for office in self._served)
        self._districts = {folded(name): office.id for office in districts for name in office.name.values()}

    def locate(self, lat: float, lon: float) -> Located:
        """The district of a pin (WGS84 degrees), and the nearest stations in it."""
        point = Point(lon, lat)
        inside = [one for one, outline in self._outlines.items() if one in self._served and outline.covers(point)]
        if not inside:
            return Located()
        district = inside[0]
        return Located(district, self.nearest(lat, lon, district))

    def lies_in(self, lat: float, lon: float, district: str) -> bool:
        """Whether a pin (WGS84 degrees) lies in a district."""
        outline = self._outlines.get(district)
        return outline is not None and bool(outline.covers(Point(lon, lat)))

    def nearest(self, lat: float, lon: float, district: str) -> tuple[Suggestion, ...]:
        stations = [spot for spot in self._stations if spot.district == district and spot.lat is not None]
        found: dict[str, float] = {}
        for km, station in sorted((_km(lat, lon, spot), spot.station) for spot in stations):
            found.setdefault(station, km)
        return tuple(Suggestion(station, district, 100.0, km) for station, km in list(found.items())[:MOST])

    def find(self, text: str, district: str = "") -> tuple[Suggestion, ...]:
        """The stations that a name may mean, best first: stations of that name, then those nearest to a place of it."""
        words = [word for word in text.split() if folded(word) not in _NOISE]
        named = [word for word in words if folded(word) in self._districts]
        if named and len(words) > len(named):
            district = self._districts[folded(named[0])]
            words = [word for word in words if word not in named]
        wanted = folded(" ".join(words))
        if len(wanted) < 2:
            return ()
        scored = process.extract(wanted, self._keys, scorer=fuzz.ratio, limit=40, score_cutoff=LEAST_SCORE)
        best: dict[str, Suggestion] = {}
        for _, score, at in scored:
            spot = self._names[at][1]
            if district and spot.district != district:
                continue
            for one in self._meant(spot, score):
                if one.station not in best or one.score > best[one.station].score:
                    best[one.station] = one
        return tuple(sorted(best.values(), key=lambda one: (-one.score, one.km, one.station))[:MOST])

    def point_of(self, text: str, district: str) -> tuple[float, float] | None:
        """Where the place of a district lies that goes by this name (WGS84 degrees: lat, lon); None where none does, or no
        more is known of it than its station."""
        places = [(name, spot) for name, spot in self._names if spot.district == district and not spot.station]
        found = process.extractOne(folded(text), [name for name, _ in places], scorer=fuzz.ratio, score_cutoff=SURE)
        if found is None:
            return None
        spot = places[found[2]][1]
        return None if spot.lat is None or spot.lon is None else (spot.lat, spot.lon)

    def _meant(self, spot: Spot, score: float) -> tuple[Suggestion, ...]:
        """The station itself, or for a place the two nearest, a little below a station of that name."""
        if spot.station:
            return (Suggestion(spot.station, spot.district, score),)
        near = self.nearest(spot.lat or 0.0, spot.lon or 0.0, spot.district)[:2]
        return tuple(Suggestion(one.station, one.district, score - 1.0, one.km) for one in near)


def _km(lat: float, lon: float, spot: Spot) -> float:
    """Straight-line distance on a plane: exact enough within a district."""
    north = (lat - (spot.lat or 0.0)) * KM_PER_DEGREE
    east = (lon - (spot.lon or 0.0)) * KM_PER_DEGREE * cos(radians(lat))
    return round(hypot(north, east), 2)
