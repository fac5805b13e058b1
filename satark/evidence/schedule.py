"""When a file is worked on next: to the second in this process's memory, to the quarter of an hour in the database (P3).

What the database would know better tells when the file came, and so when its tip did.
"""

from satark.store.clock import now, steady

# The release interval, in seconds.
COARSE = 900
# In seconds; a worker at work on a file renews it.
LEASE = 300


def lease_end() -> int:
    """Return until when a file that is claimed now is out of reach of other workers, in unix seconds."""
    return -(-(now() + LEASE) // COARSE) * COARSE


def due_after(pause: float) -> int:
    """Return from when the database offers a file again, at the latest after `pause` seconds."""
    return int(now() + pause) // COARSE * COARSE


class Pauses:
    """The files that this process leaves alone for a while after they failed, by their ids."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def begin(self, evidence: str, pause: float) -> None:
        self._until[evidence] = steady() + pause

    def current(self) -> list[str]:
        """Return the files that are to be left alone now."""
        moment = steady()
        self._until = {evidence: until for evidence, until in self._until.items() if until > moment}
        return list(self._until)

    def end_all(self) -> None:
        self._until.clear()
