"""Who may read a tip, decided from stored facts alone (P4).

A tip that accuses an office is unknown to that office, to all below it, and to everyone who serves there or served
there when it may have happened, whatever other posts they hold.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    parents: Parents,
    outside: str,
    top: str,
    district: str,
    accused: frozenset[str],
    reading: Iterable[str],
    assigned: str = "",
) -> frozenset[str]:
    """Who reads a tip once it accuses all of `accused`: those who did and still may, and whom such a tip goes to. `assigned`
    is the office that has it then, if any."""
    left = frozenset(reading) - shut_out(parents, accused)
    such = readers(parents, outside, top, district, accused)
    return left | (entitled(parents, outside, assigned, such) if assigned else such)


def entitled(parents: Parents, outside: str, assigned: str, reading: Iterable[str]) -> frozenset[str]:
    """Of the offices that read an assigned tip, those that may go on: the one that has it, those above it, and the
    authority `outside`. One that had it before is none of them."""
    return (frozenset(reading) & {*line(parents, assigned), outside}) | {assigned}


def after_assignment(parents: Parents, outside: str, target: str, reading: Iterable[str]) -> frozenset[str]:
    """Who reads a tip that `target` has from now on."""
    return entitled(parents, outside, target, reading)


def after_take_back(parents: Parents, outside: str, target: str, before: str, reading: Iterable[str]) -> frozenset[str]:
    """Who reads a tip that `target` got by mistake, and that the office which had it `before`, if any, has again."""
    left = frozenset(reading) - {target}
    return entitled(parents, outside, before, left) if before else left


def after_transfer(
    parents: Parents, district: str, target: str, accused: Iterable[str], reading: Iterable[str]
) -> frozenset[str]:
    """Who reads a tip that goes from one district to another: nobody of the old one, nor of a third that had it, but those
    above the new one and the roots of the tree."""
    above = frozenset(one for one in reading if not parents.get(one) or one in line(parents, target))
    return (above - below(parents, district)) | ({target} - shut_out(parents, accused))


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


def after_withdrawal(
    parents: Parents,
    outside: str,
    top: str,
    district: str,
    accused: frozenset[str],
    reading: Iterable[str],
    assigned: str,
) -> frozenset[str]:
    """Who reads a tip that accuses one office less: who did, and whom such a tip goes to."""
    such = readers(parents, outside, top, district, accused)
    below_top = assigned and assigned not in (top, outside)
    return frozenset(reading) | (entitled(parents, outside, assigned, such) if below_top else such)


def decided_by(parents: Parents, outside: str, own: Iterable[str], office: str, accused: Iterable[str]) -> str:
    """The office that decides whether a tip accuses `office`, where who serves in `own` offices names one above theirs; ""
    where that is not so, or they serve above it as well."""
    offices = frozenset(own)
    is_above = any(office in line(parents, one)[1:] for one in offices)
    if not is_above or offices & {*line(parents, office)[1:], outside}:
        return ""
    return handed_up(parents, outside, office, accused)


def first_told(statuses: Sequence[str], status: str, ended: Collection[str]) -> bool:
    """Whether an informant is to be told of a status: it is the first of it since the tip began, or ended and began anew."""
    since = next((at for at in range(len(statuses), 0, -1) if statuses[at - 1] in ended), 0)
    return status not in statuses[since:]


def assignable(parents: Parents, own: Iterable[str], accused: Iterable[str]) -> frozenset[str]:
    """The offices that a person may hand a tip to which their `own` offices read: those below these, the accused
    excepted."""
    under = {office for one in own for office in below(parents, one)} - set(own)
    return frozenset(under - shut_out(parents, accused))
