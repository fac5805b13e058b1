"""What the map of hotspots is asked to show."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from satark.insight.asking import Scope, Window
from satark.insight.cells import RESOLUTIONS
from satark.insight.hotmap import KEYS
from satark.panel.gate import Work
from satark.panel.insight.asked import scope_asked, window_asked
from satark.panel.insight.serving import districts_of

# The usual resolution of the cells of several districts, and of one.
WHOLE, ONE = 6, 7
SORT = "-class"


@dataclass(frozen=True)
class Asked:
    """What the map is to show. `served` are the districts to choose from, `shown` those on it."""

    served: tuple[str, ...]
    scope: Scope
    window: Window
    months: int
    resolution: int
    still_open: bool
    sort: str

    @classmethod
    def of(cls, work: Work) -> Self:
        """What makes no sense is left aside."""
        said, served = work.request.query_params.get, districts_of(work.core.pack, work.viewer.offices)
        scope, window = scope_asked(work), window_asked(work)
        district = scope.district if scope.district in served else ""
        usual = ONE if district or len(served) == 1 else WHOLE
        resolution, sort = said("size", ""), said("sort", "")
        return cls(
            served,
            Scope(district=district, category=scope.category),
            window,
            months=window.last - window.first + 1,
            resolution=int(resolution) if resolution in map(str, RESOLUTIONS) else usual,
            still_open=said("status", "") == "open",
            sort=sort if sort.removeprefix("-") in KEYS else SORT,
        )

    @property
    def shown(self) -> tuple[str, ...]:
        return (self.scope.district,) if self.scope.district else self.served

    def link(self, **changes: str) -> str:
        """A query like this one but for the changes. Another area has its own usual size of cells."""
        asked = {
            "district": self.scope.district, "category": self.scope.category, "months": str(self.months),
            "status": "open" if self.still_open else "", "size": str(self.resolution), "sort": self.sort,
        }  # fmt: skip
        fresh = {"size": ""} if "district" in changes else {}
        return "?" + urlencode({name: value for name, value in (asked | fresh | changes).items() if value})
