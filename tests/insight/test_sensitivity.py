"""The index: from its parts, never less for more of one, and calm where there is little to know."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.insight.sensitivity import Area, Sensitivity, sensitivity
from satark.routing.pack import Index, Weights

INDEX = Index(Weights(3, 2, 3, 2), average=5)
INDEXES = st.builds(Index, st.builds(Weights, *[st.floats(0.1, 10)] * 4), st.floats(1, 50))


@st.composite
def areas(draw: st.DrawFn) -> Area:
    tips = draw(st.integers(0, 300))
    return Area(
        tips,
        draw(st.integers(0, 300)),
        draw(st.integers(tips, 5 * tips)),
        draw(st.integers(0, tips)),
        draw(st.floats(0.1, 20)),
    )


OTHERS = st.lists(areas(), min_size=1, max_size=6)


def score(area: Area, others: list[Area], index: Index) -> Sensitivity:
    return sensitivity({"it": area} | {str(at): one for at, one in enumerate(others)}, index)["it"]


@given(area=areas(), others=OTHERS, index=INDEXES)
def test_it_is_from_0_to_100_and_the_sum_of_its_parts(area: Area, others: list[Area], index: Index) -> None:
    found = score(area, others, index)
    parts = (found.rate, found.trend, found.seriousness, found.unresolved)
    assert 0 <= found.score <= 100
    assert found.score == pytest.approx(sum(part.points for part in parts))
    assert found.score == pytest.approx(100 * sum(p.normal * p.weight for p in parts) / sum(p.weight for p in parts))
    assert all(0 <= part.normal <= 1 for part in parts)


@given(area=areas(), others=OTHERS, index=INDEXES, more=st.integers(1, 40))
def test_more_of_a_part_never_makes_it_less(area: Area, others: list[Area], index: Index, more: int) -> None:
    was = score(area, others, index)
    graver = score(replace(area, seriousness=min(5 * area.tips, area.seriousness + more)), others, index)
    waiting = score(replace(area, unresolved=min(area.tips, area.unresolved + more)), others, index)
    newer = score(replace(area, before=max(0, area.before - more)), others, index)
    fewer_people = score(replace(area, size=area.size / 2), others, index)
    assert min(graver.score, waiting.score, newer.score) >= was.score - 1e-9
    assert fewer_people.rate.normal >= was.rate.normal - 1e-9
    many = score(replace(area, tips=area.tips + more, seriousness=area.seriousness + more), others, index)
    assert many.rate.normal >= was.rate.normal - 1e-9
    assert many.trend.normal >= was.trend.normal


def test_each_part_can_be_checked_with_pencil_and_paper() -> None:
    """30 tips among 40, of which 20 would be its share, and 5 of the average: (30 + 5) / (20 + 5) = 1.4, so 1.4 / 2.4."""
    found = sensitivity({"a": Area(30, 10, 120, 15), "b": Area(10, 10, 20, 5)}, INDEX)["a"]
    assert (found.rate.raw, found.rate.drawn, found.rate.normal) == (1.5, 1.4, pytest.approx(1.4 / 2.4))
    assert found.trend.drawn == pytest.approx(35 / 15)
    assert found.seriousness.drawn == pytest.approx((120 + 5 * 3.5) / 35)
    assert found.unresolved.normal == pytest.approx(0.5)
    assert found.unresolved.points == pytest.approx(100 * 0.5 * 2 / 10)


def test_two_tips_leave_an_area_near_the_average_and_two_hundred_do_not() -> None:
    rest = {str(at): Area(50, 50, 150, 25) for at in range(20)}
    small = sensitivity(rest | {"it": Area(2, 0, 10, 2, size=0.02)}, INDEX)["it"]
    large = sensitivity(rest | {"it": Area(200, 0, 1000, 200, size=2)}, INDEX)["it"]
    usual = sensitivity(rest, INDEX)["0"].score
    assert small.score - usual < 15 < 30 < large.score - usual


def test_windows_of_other_lengths_are_set_right() -> None:
    half = sensitivity({"a": Area(10, 20, 30, 5)}, INDEX, days=15, days_before=30)["a"]
    assert half.trend.normal == pytest.approx(0.5)


def test_without_tips_all_areas_are_alike() -> None:
    found = sensitivity({"a": Area(0, 0, 0, 0), "b": Area(0, 0, 0, 0)}, INDEX)
    assert found["a"] == found["b"]
    assert found["a"].rate.raw is None
    assert sensitivity({}, INDEX) == {}
