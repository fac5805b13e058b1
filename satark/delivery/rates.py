"""How fast one informant may be written to: the generic cell rate algorithm, pure.

`ready` is when the informant's allowance will be full again, in unix seconds. All that is kept of a conversation's pace
is that one number.
"""


def wait_for(ready: float, now: float, interval: float, burst: int) -> float:
    """Seconds until the next message may go: 0 as long as fewer than `burst` were sent ahead of their time."""
    return max(0.0, ready - now - interval * (burst - 1))


def after_one(ready: float, now: float, interval: float) -> float:
    """`ready`, after a message that is sent now."""
    return max(ready, now) + interval
