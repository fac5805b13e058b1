"""What an officer can do with a tip now: what its page offers."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from satark.panel.acting import tree
from satark.panel.gate import Work
from satark.routing.pack import Office, Pack
from satark.routing.policy import shut_out
from satark.tips.abuse import may_mute
from satark.tips.handing import may_assign
from satark.tips.holding import may_hold
from satark.tips.letters import QUICK
from satark.tips.life import FOLLOWING, Outcome, Priority, Status

ENDS = (Status.CLOSED, Status.DUPLICATE, Status.NOT_ACTIONABLE)
# More rows of what was seized than an officer fills in on a telephone; a longer list is a photo.
SEIZURES = 4


def offers(work: Work, tip: Any, accused: Sequence[str], reading: Collection[str], *, reported: bool) -> dict[str, Any]:
    """What the page of a tip offers. `reported` is whether there was an action report."""
    pack, following = work.core.pack, FOLLOWING[Status(tip.status)]
    channel = work.core.registry.channels.get(tip.channel)
    return {
        "quick": QUICK,
        "handed_to_us": tip.assigned in work.viewer.offices,
        "districts": districts_for(work, tip, accused),
        "offices": offices_to_accuse(work, accused),
        "assignable": work.in_order(may_assign(work.viewer, tree(work), reading, accused)),
        "categories": [one.id for one in pack.categories if not one.hidden or one.id == tip.category],
        "stations": _stations(work, tip, accused),
        "priorities": list(Priority),
        "rows": SEIZURES,
        "can_assign": Status.ASSIGNED in following,
        "can_act": Status.ACTION_TAKEN in following,
        "ends": [status.value for status in ENDS if status in following],
        "reported": reported,
        "outcomes": [outcome.value for outcome in Outcome if outcome],
        "can_mute": may_mute(office_kinds(work)),
        "can_hold": may_hold(office_kinds(work)),
        "finds_sender": channel is not None and channel.capabilities.pushes_for != 0,
    }


def office_kinds(work: Work) -> Sequence[str]:
    """The kinds of the offices that the officer serves in."""
    offices = work.core.pack.offices
    return [offices[one].kind for one in work.viewer.offices if one in offices]


def offices_to_accuse(work: Work, accused: Iterable[str]) -> list[str]:
    """The offices that can still be named."""
    pack, hidden = work.core.pack, shut_out(work.core.pack.parents, accused)
    return work.in_order(one for one in pack.offices if one not in hidden and one != pack.outside)


def districts_for(work: Work, tip: Any, accused: Iterable[str]) -> list[str]:
    """The districts that a tip can go over to."""
    pack, hidden = work.core.pack, shut_out(work.core.pack.parents, accused)
    offices = (one.id for one in pack.offices.values() if one.kind == "district")
    return work.in_order(one for one in offices if one != tip.district and one not in hidden)


def _stations(work: Work, tip: Any, accused: Iterable[str]) -> list[str]:
    """Where it may have been: the stations of the district, but for those that it accuses."""
    pack, hidden = work.core.pack, shut_out(work.core.pack.parents, accused)
    own = (one.id for one in pack.offices.values() if _is_station_of(pack, one, tip.district))
    return work.in_order(one for one in own if one not in hidden)


def _is_station_of(pack: Pack, office: Office, district: str) -> bool:
    return office.kind == "station" and not office.closed and pack.district_of(office.id) == district
