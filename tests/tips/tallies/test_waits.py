"""Waits in few bytes: exact where it matters, and never shorter than they were."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from satark.tips.tallies.waits import COARSE_TO, EXACT, MOST, packed, quantile, rounded, unpacked

histograms = st.dictionaries(st.integers(0, MOST), st.integers(1, 5), max_size=30)


@given(st.integers(0, 3 * MOST))
def test_a_wait_is_exact_up_to_three_days_and_never_shortened_after_it(hours: int) -> None:
    kept = rounded(hours)
    assert rounded(kept) == kept
    if hours <= EXACT:
        assert kept == hours
    elif hours <= MOST:
        assert 0 <= kept - hours < (6 if hours <= COARSE_TO else 24)
    else:
        assert kept == MOST


@given(histograms)
def test_what_is_packed_is_the_same_again(hours: dict[int, int]) -> None:
    assert unpacked(packed(hours)) == hours
    assert packed(dict(reversed(hours.items()))) == packed(hours)


@given(histograms, st.sampled_from([0.1, 0.5, 0.9]))
def test_a_quantile_is_one_of_the_waits_and_divides_them(hours: dict[int, int], share: float) -> None:
    found = quantile(hours, share)
    if not hours:
        assert found is None
        return
    every = sorted(Counter(hours).elements())
    assert found in every
    assert sum(one <= found for one in every) >= share * len(every)
    assert sum(one < found for one in every) < share * len(every)
