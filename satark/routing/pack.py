"""The jurisdiction pack: what tells one range from another. satark/routing/folder.py reads it."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field
from shapely.geometry.base import BaseGeometry

from satark.language import Wording
from satark.routing.tree import line

Names = Mapping[str, str]


class Office(Struct, frozen=True):
    """`kind` is range, district, circle, station, outpost or outside; `parent` is "" at the top and outside. An office that
    is `closed` keeps its name for what it once did, and is offered nowhere."""

    id: str
    kind: str
    parent: str
    name: Names
    closed: bool = False


class Clock(Struct, frozen=True):
    """Within how many hours a tip should be seen, assigned and acted on: office hours, or any where it runs `always`."""

    seen: int
    assigned: int
    action: int
    always: bool = False


class OfficeHours(Struct, frozen=True):
    """When clocks run, in India: weekdays (0 is Monday), from one hour of the day to another."""

    days: frozenset[int]
    start: int
    end: int


class Keep(Struct, frozen=True):
    """For how many days after its last change a tip keeps what was said in it, and the way back to who said it."""

    content: int
    address: int


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts how much in the index of sensitivity: only how they compare matters."""

    rate: float
    trend: float
    seriousness: float
    unresolved: float


class Index(Struct, frozen=True, forbid_unknown_fields=True):
    """The index of sensitivity. `average` is how many tips of the average are added to those of an area."""

    weights: Weights
    average: float


class Population(Struct, frozen=True, forbid_unknown_fields=True):
    """People by office, as the census of `year` counted them. An office whose number is not known is not in it."""

    year: int
    source: str
    people: Mapping[str, int]


class Insight(Struct, frozen=True, forbid_unknown_fields=True):
    """What the numbers of a jurisdiction are made with (satark/insight/)."""

    index: Index
    population: Population


OPEN = "open"
RULES = (OPEN, "closed", "duplicate", "not_actionable")
"""What a tip is for retention: its status, once it has ended."""


class CheckItem(Struct, frozen=True):
    """What is to be done about a tip of a category. `id` stays when its words change."""

    id: str
    name: Names


class Category(Struct, frozen=True):
    """`weight` is its seriousness, 1 to 5. One that is `hidden` is not offered any more."""

    id: str
    name: Names
    detail: Names
    weight: int
    clock: Clock
    checklist: tuple[CheckItem, ...] = ()
    accuses_police: bool = False
    hidden: bool = False


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


class Pack(Struct, frozen=True, dict=True):
    """A jurisdiction. `outlines` are the polygons of its districts and `neighbours` those beside it. `clock` is that of
    categories without one of their own. `retention` says by rule for how long a tip is kept. `insight` is what
    numbers are made with. `wording` are an installation's own words for prompts (language.py)."""

    id: str
    offices: dict[str, Office]
    categories: tuple[Category, ...]
    spots: tuple[Spot, ...]
    posters: tuple[Poster, ...]
    outlines: dict[str, BaseGeometry]
    top: str
    outside: str
    hours: OfficeHours
    clock: Clock
    retention: Mapping[str, Keep]
    insight: Insight
    wording: Wording = field(default_factory=dict)

    @cached_property
    def parents(self) -> dict[str, str]:
        return {office.id: office.parent for office in self.offices.values()}

    @cached_property
    def open_parents(self) -> dict[str, str]:
        """The tree of what is not closed: to whom something can be given. No open office is below a closed one."""
        return {office.id: office.parent for office in self.offices.values() if not office.closed}

    @property
    def fallback(self) -> Category:
        """The category of a tip for which none was chosen: the last that is offered."""
        return [category for category in self.categories if not category.hidden][-1]

    def district_of(self, office: str) -> str:
        """The district that an office is or lies in, "" above and outside of districts."""
        return next((one for one in self._line(office) if self.offices[one].kind == "district"), "")

    def _line(self, office: str) -> list[str]:
        """The office and those above it that there are."""
        return [one for one in line(self.parents, office) if one in self.offices]

    def category(self, value: str) -> Category | None:
        return next((one for one in self.categories if one.id == value), None)
