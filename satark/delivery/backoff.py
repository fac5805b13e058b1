"""How long to wait before the next try: pure."""

# 1 s doubling to an hour: 20 tries last about nine hours, longer than most outages of a provider.
MOST_ATTEMPTS = 20
LONGEST = 3600
# What a provider asks for beyond that is a fault of its own.
LONGEST_ASKED = 86400


def wait(attempts: int, asked: float, drawn: float) -> int:
    """Seconds. `asked` is what the provider wants at least, `drawn` a random number in [0, 1) that spreads the crowd."""
    grown = min(LONGEST, 2.0**attempts)
    return max(1, round(max(min(asked, LONGEST_ASKED), grown) * (1 + drawn / 2)))
