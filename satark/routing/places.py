"""Finds where a place is: by a pin, or by a name in Hindi or English, however it is spelt.

The nearest station is not the one in charge, for no map of jurisdictions is open: what is found is a suggestion, which
the citizen or an officer confirms.
"""

import unicodedata
from math import cos, hypot, radians

from msgspec import Struct
from rapidfuzz import fuzz, process
from shapely.geometry import Point

from satark.routing.pack import Pack, Spot

MOST = 5
# Found by trial on the names of tests/routing: below it, the wrong stations outnumber the right ones.
LEAST_SCORE = 78.0
KM_PER_DEGREE = 111.2

_VOWELS = dict(zip("अआइईउऊएऐओऔऑ", "aaiiuueeooo", strict=True)) | {"ऋ": "ri"}
_SIGNS = dict(zip("ािीुूेैोौॉंँ", "aiiuueeooonn", strict=True)) | {"ृ": "ri", "ः": "", "़": "", "्": ""}
_CONSONANTS = dict(
    zip(
        ("क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल व श ष स ह").split(),
        ("k kh g gh n ch ch j jh n t th d dh n t th d dh n p f b bh m y r l v sh sh s h").split(),
        strict=True,
    )
)
# Spellings of one sound, in the order they are replaced.
_ALIKE = dict(
    pair.split(">") for pair in ("ph>f w>v z>j q>k x>ks ee>i oo>u ou>o au>o ai>e ck>k sh>s chh>ch y>i h>").split()
)


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


def romanised(text: str) -> str:
    """Devanagari in Latin letters, near enough to compare names; other letters as they are, without marks."""
    out: list[str] = []
    for char in unicodedata.normalize("NFKD", text.casefold()):
        if char in _CONSONANTS:
            out.append(_CONSONANTS[char] + "a")
        elif char in _SIGNS:
            if out and char not in "ंँः़":
                out[-1] = out[-1].removesuffix("a")
            out.append(_SIGNS[char])
        elif char in _VOWELS:
            out.append(_VOWELS[char])
        elif not unicodedata.combining(char):
            out.append(char if char.isalnum() else " ")
    return "".join(out)


def folded(text: str) -> str:
    """What remains of a name when spelling is set aside: `मड़ियाहूँ`, `Mariahu` and `madiyahun` come close."""
    joined = "".join(romanised(text).split())
    for written, meant in _ALIKE.items():
        joined = joined.replace(written, meant)
    skeleton = "".join(char for at, char in enumerate(joined) if at == 0 or char != joined[at - 1])
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

    def nearest(self, lat: float, lon: float, district: str) -> tuple[Suggestion, ...]:
        stations = [spot for spot in self._stations if spot.district == district and spot.lat is not None]
        found = sorted((_km(lat, lon, spot), spot.station) for spot in stations)
        return tuple(Suggestion(station, district, 100.0, km) for km, station in found[:MOST])

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
