"""How fast one informant may be written to: the generic cell rate algorithm, pure.

`ready` is when the informant's allowance will be full again, in unix seconds. All that is kept of a conversation's pace
is that one number. It is never further away than a whole burst: where it is, the clock was set back meanwhile.
"""


def wait_for(ready: float, now: float, interval: float, burst: int) -> float:
    """Seconds until the next message may go: 0 as long as fewer than `burst` were sent ahead of their time."""
    return max(0.0, min(ready - now, interval * burst) - interval * (burst - 1))


def after_one(ready: float, now: float, interval: float, burst: int) -> float:
    """`ready`, after a message that is sent now."""
    return min(max(ready, now), now + interval * (burst - 1)) + interval
