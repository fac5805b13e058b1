"""Against scipy.stats.false_discovery_control."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from satark.insight.discovery import discoveries


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_q_is_that_of_scipy(p_values: list[float]) -> None:
    assert discoveries(p_values) == pytest.approx(stats.false_discovery_control(p_values))


def test_no_question_has_no_answer() -> None:
    assert discoveries([]) == []
