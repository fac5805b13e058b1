"""What the log says of an outage: that it began, and that it is over. Not each thing that it struck."""

import math

from satark.store.clock import steady

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
        """Count what it struck. Returns whether its beginning is to be told."""
        self._struck += number
        if self._told or steady() < self._next:
            return False
        self._told, self._next = True, steady() + QUIET
        return True

    def ends(self) -> int:
        """Something worked. Returns how many it struck, where its end is to be told; 0 where it is not."""
        if not self._told:
            return 0
        struck, self._told, self._struck = self._struck, False, 0
        return struck
