"""What a name, an id, a point or a clock of a pack may be: one place for its folder and for changes in the panel."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import inf

from msgspec import Struct
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from satark.routing.pack import RULES, Clock, Insight, Keep, Names, Office, OfficeHours
from satark.routing.tree import line

NAME_LIMIT = 24  # the row of a WhatsApp list (messaging.md)
DETAIL_LIMIT = 72
# With its verb, an id is a choice: Telegram takes 64 bytes of one, and as many characters of a poster's code.
ID_LIMIT = 50
REQUIRED = ("en", "hi")
WEIGHTS = range(1, 6)
LONGEST_CLOCK = 24 * 30
# The longest that a tip may keep its return address, and what was said in it (P8).
MOST_RETURN_DAYS = 365
MOST_CONTENT_DAYS = 3650
MOST_AVERAGE = 100
MOST_PEOPLE = 1_500_000_000

_SAID = {
    "id": "the id {about!r} is longer than {limit} bytes",
    "no_name": "{about} has no name in {detail}",
    "long": "{about}: {detail} is longer than {limit} characters",
    "weight": "{about}: weight is a number from 1 to 5",
    "outside": "the point lies outside {detail}",
    "twins": "{detail}",
    "rules": "there is a rule for each of {detail}, and no other",
    "retention": "{about}: content is kept from 1 to {limit} days",
    "weights": "a weight of the index is a number from 0 on, and one of them is above 0",
    "average": "average is a number from 1 to {limit}",
    "nowhere": "there is no office {about!r}",
    "people": "{about}: people are a number from 1 to {limit}",
    "return": "{about}: a return address is kept from 1 to {limit} days",
}


OUTDATED = "outdated"
"""The fault of a form that was made before somebody else changed the same."""


class Fault(Struct, frozen=True):
    """What is wrong with a thing of a pack: to officers by its `code` (templates/panel/words.html), to operators as text.

    `about` is the id of the thing, `detail` the locale, the name or the district that it is about, `limit` what it
    should keep to. `field` is the part of the thing that is wrong, where the code alone does not tell: `name-hi`.
    """

    code: str
    about: str
    detail: str = ""
    limit: int = 0
    field: str = ""

    def __str__(self) -> str:
        said = _SAID.get(self.code, "{about}: {code}")
        return said.format(code=self.code, about=self.about, detail=self.detail, limit=self.limit)


def id_faults(value: str) -> Iterator[Fault]:
    if len(value.encode()) > ID_LIMIT:
        yield Fault("id", value, limit=ID_LIMIT)


def name_faults(about: str, names: Names, limit: int, field: str = "name") -> Iterator[Fault]:
    """A name that is missing or too long. `field` is what it is of the thing."""
    for locale in REQUIRED:
        if not names.get(locale):
            yield Fault("no_name", about, locale, field=f"{field}-{locale}")
    for locale, name in names.items():
        if len(name) > limit:
            yield Fault("long", about, f"{name!r} ({locale})", limit, f"{field}-{locale}")


def weight_faults(about: str, weight: object) -> Iterator[Fault]:
    if weight not in WEIGHTS:
        yield Fault("weight", about)


def point_faults(
    about: str, outlines: Mapping[str, BaseGeometry], district: str, lat: float | None, lon: float | None
) -> Iterator[Fault]:
    """A point (WGS84 degrees) is whole, or unknown, and lies in its district."""
    if lat is None and lon is None:
        return
    outline = outlines.get(district)
    if lat is None or lon is None or outline is None or not outline.contains(Point(lon, lat)):
        yield Fault("outside", about, district)


def twin_faults(offices: Mapping[str, Office]) -> Iterator[Fault]:
    """In one district, no two open offices of a kind have one name: nothing else would tell them apart. Each of them is
    a fault."""
    parents = {office.id: office.parent for office in offices.values()}
    named: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for office in offices.values():
        if office.kind in ("circle", "station", "outpost") and not office.closed:
            district = next((one for one in line(parents, office.id) if one.startswith("district/")), "")
            for locale, name in office.name.items():
                named[office.kind, district, locale, name].append(office.id)
    for (_, district, locale, name), twins in named.items():
        said = f"{name!r} stands in {district} {len(twins)} times"
        if len(twins) > 1:
            yield from (Fault("twins", one, said, field=f"name-{locale}") for one in twins)


def clock_faults(about: str, clock: Clock) -> Iterator[Fault]:
    least = 1
    for field in ("seen", "assigned", "action"):
        hours: int = getattr(clock, field)
        if least <= hours <= LONGEST_CLOCK:
            least = hours
        else:
            yield Fault("clock", about, limit=LONGEST_CLOCK, field=field)


def hours_faults(hours: OfficeHours) -> Iterator[Fault]:
    if not hours.days or not hours.days <= set(range(7)):
        yield Fault("hours", "hours", field="day-0")
    if not 0 <= hours.start < 24:
        yield Fault("hours", "hours", field="start")
    elif not hours.start < hours.end <= 24:
        yield Fault("hours", "hours", field="end")


def retention_faults(retention: Mapping[str, Keep]) -> Iterator[Fault]:
    if retention.keys() != set(RULES):
        yield Fault("rules", " ".join(sorted(retention)), ", ".join(RULES))
    for rule, keep in retention.items():
        if not 1 <= keep.content <= MOST_CONTENT_DAYS:
            yield Fault("retention", rule, limit=MOST_CONTENT_DAYS, field=f"content-{rule}")
        if not 1 <= keep.address <= MOST_RETURN_DAYS:
            yield Fault("return", rule, limit=MOST_RETURN_DAYS, field=f"address-{rule}")


def insight_faults(insight: Insight, offices: Mapping[str, Office]) -> Iterator[Fault]:
    weights = insight.index.weights
    values = [weights.rate, weights.trend, weights.seriousness, weights.unresolved]
    if not min(values) >= 0 < max(values) < inf:
        yield Fault("weights", "weights")
    if not 1 <= insight.index.average <= MOST_AVERAGE:
        yield Fault("average", "average", limit=MOST_AVERAGE)
    for office, people in insight.population.people.items():
        if office not in offices:
            yield Fault("nowhere", office)
        if not 1 <= people <= MOST_PEOPLE:
            yield Fault("people", office, limit=MOST_PEOPLE)
