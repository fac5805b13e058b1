"""What the log says of an outage: that it began, and that it is over. Not each message that it struck."""

import logging
import math
from collections.abc import Sequence

from satark.intake.arrivals import Arrival
from satark.store.clock import steady

log = logging.getLogger(__name__)

# What comes and goes is told once in five minutes.
QUIET = 300


class Outage:
    """One thing that can be out: the database, what a channel's provider takes. It knows no log, so that whoever has one
    says it in words."""

    def __init__(self) -> None:
        self._told = False
        self._next = -math.inf
        self._struck = 0

    def strikes(self, number: int = 1) -> bool:
        """Count messages that it struck. Returns whether its beginning is to be told."""
        self._struck += number
        if self._told or steady() < self._next:
            return False
        self._told, self._next = True, steady() + QUIET
        return True

    def ends(self) -> int:
        """Something worked. Returns how many messages were struck, where its end is to be told; 0 where it is not."""
        if not self._told:
            return 0
        struck, self._told, self._struck = self._struck, False, 0
        return struck


class DatabaseOutage:
    """The database does not take what came to the door: its senders are told to try again."""

    def __init__(self) -> None:
        self._outage = Outage()

    def refused(self, batch: Sequence[Arrival], error: Exception) -> None:
        if self._outage.strikes(sum(max(1, len(arrival.items)) for arrival in batch)):
            log.error(
                "the database takes no messages (%s); they are refused, and their senders try again; see its own log, "
                "and whether its disk is full",
                type(error).__name__,
            )

    def over(self) -> None:
        if struck := self._outage.ends():
            log.warning("the database takes messages again; %d were refused, and may have come again since", struck)
