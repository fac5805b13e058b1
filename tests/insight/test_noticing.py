"""What is told of warnings: each that begins is told once, whatever comes and goes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from satark.insight.noticing import News, Noted, news
from satark.insight.watching import Series

SERIES = st.sampled_from([("a", "weapons"), ("a", "liquor"), ("b", "weapons")])
LOOKS = st.lists(st.tuples(st.integers(0, 2), st.frozensets(SERIES)), max_size=30)
"""How many weeks later, and what is there then."""


def applied(noted: dict[Series, Noted], due: News, week: int) -> dict[Series, Noted]:
    """As telling.py writes it down."""
    after = noted | dict.fromkeys(due.tell, Noted(week))
    after |= {
        key: Noted(noted[key].week, there) for keys, there in ((due.back, True), (due.gone, False)) for key in keys
    }
    return {key: one for key, one in after.items() if key not in due.forget}


@given(LOOKS)
def test_a_warning_is_told_when_it_begins_and_at_most_once_a_week(looks: list[tuple[int, frozenset[Series]]]) -> None:
    noted: dict[Series, Noted] = {}
    told: Counter[tuple[Series, int]] = Counter()
    week, before = 100, frozenset[Series]()
    for later, there in looks:
        week += later
        due = news(noted, there, week)
        assert not due.tell & before, "it was there at the last look"
        assert due.tell <= there
        for key in there - before:
            assert key in due.tell or told[key, week], "it began and nobody was told"
        told.update((key, week) for key in due.tell)
        noted, before = applied(noted, due, week), there
        assert {key for key, one in noted.items() if one.there} == there
        assert all(one.there or one.week == week for one in noted.values()), "what is gone is forgotten with its week"
        assert not news(noted, there, week), "who looks again finds nothing to do"
    assert set(told.values()) <= {1}


def test_what_comes_back_in_its_week_is_told_of_no_second_time() -> None:
    one = ("a", "weapons")
    assert news({}, {one}, 5) == News(tell=frozenset({one}))
    assert news({one: Noted(5)}, {one}, 6) == News()
    assert news({one: Noted(5)}, (), 5) == News(gone=frozenset({one}))
    assert news({one: Noted(5, there=False)}, {one}, 5) == News(back=frozenset({one}))
    assert news({one: Noted(5, there=False)}, {one}, 6) == News(tell=frozenset({one}))
    assert news({one: Noted(5)}, (), 6) == News(forget=frozenset({one}))
