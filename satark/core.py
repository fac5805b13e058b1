"""What both applications and the worker stand on: made once by the composition root, and passed in."""

from dataclasses import dataclass

from satark.channels.registry import Registry
from satark.evidence.keeping import Keeper
from satark.intake.door import Door, Wake
from satark.routing.jurisdiction import Jurisdiction
from satark.routing.pack import Pack
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import Keys
from satark.voices.speaker import Speaker
from satark.web.pages import Pages
from satark.web.readiness import Readiness


@dataclass(frozen=True)
class Core:
    """`door` is None in a process that takes no messages (the panel). `wake` starts a job by name, and never raises. To
    `readiness` each part adds what it needs."""

    settings: Settings
    store: Store
    keys: Keys
    jurisdiction: Jurisdiction
    registry: Registry
    pages: Pages
    keeper: Keeper
    speaker: Speaker
    door: Door | None
    wake: Wake
    readiness: Readiness

    @property
    def pack(self) -> Pack:
        """The pack of now: it changes while the process runs."""
        return self.jurisdiction.pack
