"""Who may read a tip, decided from stored facts alone (P4).

A tip that accuses an office is unknown to that office, to all below it, and to everyone who serves there or served
there when it may have happened, whatever other posts they hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from satark.routing.tree import Parents, below, line

# Who left an office within this time before a tip may still be part of what it tells.
COOLING_HOURS = 365 * 24


@dataclass(frozen=True)
class Held:
    """A post: the office, and the hour since 1970 in which it ended (None while it lasts)."""

    office: str
    until: int | None = None


def shut_out(parents: Parents, accused: Iterable[str]) -> frozenset[str]:
    """The offices that never learn of a tip: the accused and all below them."""
    return frozenset(office for one in accused for office in below(parents, one))


def readers(parents: Parents, outside: str, top: str, district: str, accused: frozenset[str]) -> frozenset[str]:
    """The offices that a new tip goes to: its district's and the range's, `top`, as far as they are not shut out; where
    nobody is left, the authority `outside`."""
    wanted = {top, district} - {""}
    return frozenset(wanted - shut_out(parents, accused)) or frozenset({outside})


def handed_up(parents: Parents, outside: str, office: str, accused: Iterable[str]) -> str:
    """The next office above one that may learn of a tip; where there is none, the authority `outside`."""
    hidden = shut_out(parents, accused)
    return next((one for one in line(parents, office)[1:] if one not in hidden), outside)


def whose_turn(parents: Parents, reading: Iterable[str], assigned: str) -> frozenset[str]:
    """The offices that a tip waits for: the one it is assigned to, else those that read it and have no reader below."""
    offices = frozenset(reading)
    if assigned in offices:
        return frozenset({assigned})
    return frozenset(one for one in offices if not (below(parents, one) - {one}) & offices)


def levels_up(parents: Parents, turn: Iterable[str], accused: Iterable[str], levels: int) -> frozenset[str]:
    """The offices so many levels above those whose turn it is, of those that may learn of a tip; none at the end."""
    offices, hidden = frozenset(turn), frozenset(accused)
    for _ in range(levels):
        offices = frozenset(handed_up(parents, "", one, hidden) for one in offices) - {""}
    return offices


def after_accusation(
    parents: Parents, outside: str, top: str, district: str, accused: frozenset[str], reading: Iterable[str]
) -> frozenset[str]:
    """Who reads a tip once it accuses all of `accused`: those who did and still may, and whom such a tip goes to."""
    left = frozenset(reading) - shut_out(parents, accused)
    return left | readers(parents, outside, top, district, accused)


def after_transfer(
    parents: Parents, district: str, target: str, accused: Iterable[str], reading: Iterable[str]
) -> frozenset[str]:
    """Who reads a tip that goes from one district to another: nobody of the old one."""
    return (frozenset(reading) - below(parents, district)) | ({target} - shut_out(parents, accused))


def own_offices(posts: Iterable[Held]) -> frozenset[str]:
    """The offices a person serves in now."""
    return frozenset(post.office for post in posts if post.until is None)


def bars(parents: Parents, posts: Iterable[Held]) -> dict[str, int | None]:
    """The offices whose accusation bars a person, each with the last hour of a tip that it bars (None: any hour)."""
    found: dict[str, int | None] = {}
    for post in posts:
        last = None if post.until is None else post.until + COOLING_HOURS
        for office in line(parents, post.office):
            if office in found and (found[office] is None or (last is not None and last <= (found[office] or 0))):
                continue
            found[office] = last
    return found


def is_barred(barred: Mapping[str, int | None], accused: Iterable[str], hour: int) -> bool:
    """Whether a person with these bars must not learn of a tip of that hour."""
    return any(one in barred and ((last := barred[one]) is None or hour <= last) for one in accused)


def may_read(
    parents: Parents, posts: Iterable[Held], reading: Iterable[str], accused: frozenset[str], hour: int
) -> bool:
    """Whether a person may open a tip that the offices `reading` have."""
    held = list(posts)
    return bool(own_offices(held) & set(reading)) and not is_barred(bars(parents, held), accused, hour)


def assignable(parents: Parents, own: Iterable[str], accused: Iterable[str]) -> frozenset[str]:
    """The offices that a person of `own` offices may hand a tip to: those below their own, the accused excepted."""
    under = {office for one in own for office in below(parents, one)} - set(own)
    return frozenset(under - shut_out(parents, accused))
