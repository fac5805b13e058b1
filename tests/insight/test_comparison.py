"""Stations beside each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satark.insight.comparison import Record, compare
from satark.insight.funnel import Standing
from satark.insight.quantiles import quantile

TIMES = st.dictionaries(st.integers(0, 2000), st.integers(1, 30), min_size=1, max_size=20)


@settings(max_examples=40)
@given(times=TIMES, share=st.floats(0, 1))
def test_a_quantile_is_that_of_numpy_on_all_times(times: dict[int, int], share: float) -> None:
    all_of = [time for time, often in times.items() for _ in range(often)]
    assert quantile(times, share) == pytest.approx(float(np.quantile(all_of, share)), abs=1e-6)


@settings(max_examples=40)
@given(times=TIMES, waiting=st.integers(1, 200))
def test_what_waits_makes_nobody_quicker(times: dict[int, int], waiting: int) -> None:
    with_them, without = quantile(times, 0.5, waiting), quantile(times, 0.5)
    assert without is not None
    assert with_them is None or with_them >= without


def test_without_times_there_is_no_median() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({3: 2}, 0.5, waiting=2) is None
    assert quantile({3: 4}, 0.5, waiting=2) == 3


def test_stations_are_compared() -> None:
    records = {
        f"station/{at}": Record(tips=60, acted=40, open=6, waiting=6, again=3, hours={10: 30, 30: 10}, people=100_000)
        for at in range(12)
    }
    records["idle"] = Record(tips=80, acted=10, open=60, waiting=60, again=20, hours={5: 10}, people=200_000)
    records["new"] = Record(tips=0, acted=0, open=0, waiting=0, again=0)
    found = compare(records).offices
    assert (found["station/0"].median, found["station/0"].ninetieth) == (10, None)
    assert found["idle"].median is None
    assert found["idle"].acted.standing == Standing.MUCH_LOWER  # type: ignore[union-attr]
    assert found["idle"].backlog.standing == Standing.MUCH_HIGHER  # type: ignore[union-attr]
    assert found["idle"].per_100k.value == 40  # type: ignore[union-attr]
    assert found["new"].acted is None
    assert found["new"].per_100k is None
