"""Whether the leases in the outbox can be believed: they are times, and somebody may set the clock."""

from typing import Any

from satark.store.clock import Jumps, steady
from satark.store.informants import Outbox

# In seconds: longer than a send may take (registry.SEND_LIMIT), for it is renewed with every part.
LEASE = 60
# No lease is longer, however many parts a message has.
LONGEST_LEASE = 4 * LEASE

_outbox: Any = Outbox


class Leases:
    """Who is in the middle of a send when the clock is set holds a lease that seems over, or seems to last for hours. For as
    long as a lease lasts, nobody's errand is taken away; after that, one that lasts too long is none."""

    def __init__(self) -> None:
        self._jumps = Jumps()
        self._believed_from = steady()

    def free(self, moment: int) -> Any:
        """The errands that nobody has, as a condition; `moment` is now."""
        if self._jumps.look():
            self._believed_from = steady() + LEASE
        untouched = _outbox.claimed_until == 0
        if steady() < self._believed_from:
            return untouched
        return untouched | (_outbox.claimed_until <= moment) | (_outbox.claimed_until > moment + LONGEST_LEASE)


def renewed(lease: int, moment: int) -> int:
    """The next lease, from the end of this one on: another number, by which its holder knows it, and never much longer than
    two leases are."""
    return max(min(max(lease, moment), moment + LEASE) + LEASE, lease + 1)
