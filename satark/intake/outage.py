"""What the log says while the database does not take what comes to the door."""

import logging
from collections.abc import Sequence

from satark.intake.arrivals import Arrival
from satark.store.outage import Outage

log = logging.getLogger(__name__)


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
