"""The life of a tip is a table: whatever is not in it cannot happen."""

import pytest

from satark.tips.life import ENDED, FOLLOWING, NotNow, Status, check_step


def test_every_status_has_a_way_on_and_none_leads_back_to_the_beginning() -> None:
    assert set(FOLLOWING) == set(Status)
    assert all(FOLLOWING.values())
    assert not any(Status.RECEIVED in following for following in FOLLOWING.values())


def test_every_end_can_be_reached_and_reopened() -> None:
    reached, waiting = set(), [Status.RECEIVED]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += FOLLOWING[one]
    assert reached == set(Status)
    assert all(Status.ASSIGNED in FOLLOWING[end] for end in ENDED)


@pytest.mark.parametrize(
    ("now", "then"), [("received", Status.CLOSED), ("seen", Status.RECEIVED), ("closed", Status.SEEN)]
)
def test_other_steps_are_refused(now: str, then: Status) -> None:
    with pytest.raises(NotNow):
        check_step(now, then)
