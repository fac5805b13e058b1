"""When tips come."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.insight.rhythm import rhythm, times, usual

WEEK = times([4] * 7)


def spread(seed: int, tips: int) -> dict[tuple[int, int], int]:
    counts: dict[tuple[int, int], int] = {}
    for slot in Random(seed).choices(list(WEEK), k=tips):
        counts[slot] = counts.get(slot, 0) + 1
    return counts


def test_a_slot_that_is_full_stands_out_and_its_neighbours_do_not() -> None:
    found = rhythm(spread(1, 1000) | {(5, 22): 60}, WEEK)
    assert [slot for slot, beat in found.items() if beat.high] == [(5, 22)]
    assert len(found) == 7 * 24
    empty = rhythm(dict.fromkeys(WEEK, 20) | {(2, 3): 0}, WEEK)
    assert [slot for slot, beat in empty.items() if beat.low] == [(2, 3)]


def test_what_is_usual_for_all_kinds_is_not_special_to_one() -> None:
    evening = {slot: 40 if slot[1] >= 18 else 4 for slot in WEEK}
    gambling = {slot: 10 if slot[1] >= 18 else 1 for slot in WEEK} | {(6, 3): 15}
    assert (4, 20) in [slot for slot, beat in rhythm(gambling, WEEK).items() if beat.high]
    found = rhythm(gambling, usual(evening, WEEK))
    assert [slot for slot, beat in found.items() if beat.high] == [(6, 3)]


@given(st.lists(st.integers(0, 6), min_size=7, max_size=7), st.integers(0, 200))
def test_what_is_expected_adds_up_to_all(weekdays: list[int], tips: int) -> None:
    chances = times(weekdays, range(0, 24, 3))
    counts = dict.fromkeys(list(chances)[:3], tips)
    found = rhythm(counts, chances)
    if sum(weekdays):
        assert sum(beat.expected for beat in found.values()) == pytest.approx(sum(counts.values()))
    assert list(found) == list(chances)


@pytest.mark.parametrize("tips", [0, 30, 1500])
def test_by_chance_alone_hardly_a_week_has_a_slot_that_stands_out(tips: int) -> None:
    weeks = 40
    assert (
        sum(any(beat.high or beat.low for beat in rhythm(spread(seed, tips), WEEK).values()) for seed in range(weeks))
        <= 0.05 * weeks
    )
