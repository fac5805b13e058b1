"""No number under 3 can be worked out from what is shown: tried by somebody who tries everything."""

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from satark.insight.suppression import LEAST, Counted, Told, protect

SMALL = st.integers(0, 7)


@st.composite
def tables(draw: st.DrawFn) -> Counted:
    """A few tips by two or three kinds, of which one may be divided by status, and by two or three places."""
    kinds = [
        draw(st.one_of(SMALL.map(Counted), st.lists(SMALL, min_size=2, max_size=2).map(_divided)))
        for _ in range(draw(st.integers(1, 2)))
    ]
    number = sum(kind.number for kind in kinds)
    cuts = sorted(draw(st.lists(st.integers(0, number), min_size=1, max_size=2)))
    places = [Counted(high - low) for low, high in zip([0, *cuts], [*cuts, number], strict=True)]
    return Counted.of(kinds, places)


def _divided(parts: list[int]) -> Counted:
    return Counted.of([Counted(part) for part in parts])


def solutions(told: Told, number: int | None = None) -> Iterator[tuple[int, ...]]:
    """Every way in which what is shown could be true: the numbers of the tree, this one first. `number` is what it must be."""
    for own in range(told.least, told.most + 1) if number is None else [number]:
        if not told.least <= own <= told.most:
            continue
        ways = [list(_ways(division, own)) for division in told.divisions]
        for one in product(*ways):
            yield (own, *(value for way in one for value in way))


def _ways(division: tuple[Told, ...], left: int) -> Iterator[tuple[int, ...]]:
    if not division:
        if left == 0:
            yield ()
        return
    first, *others = division
    for own in range(first.least, min(first.most, left) + 1):
        for head in solutions(first, own):
            for tail in _ways(tuple(others), left - own):
                yield (*head, *tail)


def flat(node: Told | Counted) -> list[Told | Counted]:
    return [node, *(one for division in node.divisions for part in division for one in flat(part))]


@given(tables())
def test_every_number_under_three_could_be_another(counted: Counted) -> None:
    told = protect(counted)
    if told is None:
        return
    possible = list(solutions(told))
    truth = tuple(one.number for one in flat(counted))  # type: ignore[union-attr]
    assert truth in possible
    for at, shown in enumerate(flat(told)):
        assert shown.few is (truth[at] < LEAST)  # type: ignore[union-attr]
        if shown.few:  # type: ignore[union-attr]
            assert len({one[at] for one in possible}) > 1, (counted, told)


@given(st.lists(st.integers(3, 10_000), min_size=1, max_size=20))
def test_where_nothing_is_small_everything_is_shown(numbers: list[int]) -> None:
    told = protect(Counted.of([Counted(number) for number in numbers]))
    assert told is not None
    assert all(low <= number <= high < low + 5 for number, (low, high) in zip(numbers, leaves(told), strict=True))
    assert told.least <= sum(numbers) <= told.most < told.least + 5


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2)), min_size=1, max_size=12))
def test_two_looks_do_not_tell_how_few_came_in_between(rows: list[tuple[int, int]]) -> None:
    """Somebody keeps a report and subtracts it from the next."""
    looks = [
        protect(Counted.of([Counted(n) for n in one])) for one in ([n for n, _ in rows], [n + more for n, more in rows])
    ]
    before, after = looks
    if before is None or after is None:
        return
    for old, new in zip((before, *before.divisions[0]), (after, *after.divisions[0]), strict=True):
        assert new.most - old.least > max(0, new.least - old.most)


def leaves(told: Told) -> list[tuple[int, int]]:
    return [(part.least, part.most) for part in told.divisions[0]]


def test_a_lone_small_number_blurs_all_others() -> None:
    """The other table gives the sum away: 17 - 12 - 4 would be 1."""
    told = protect(Counted.of([Counted(12), Counted(4), Counted(1)], [Counted(10), Counted(7)]))
    assert told is not None
    assert leaves(told)[2] == (0, 2)
    assert (told.least, told.most) == (15, 19)


def test_small_numbers_that_hide_each_other_cost_nothing() -> None:
    told = protect(Counted.of([Counted(40), Counted(2), Counted(1)], [Counted(20), Counted(23)]))
    assert told is not None
    assert (told.least, told.most, leaves(told)) == (40, 44, [(40, 44), (0, 2), (0, 2)])


def test_where_no_range_helps_nothing_is_shown() -> None:
    """Two kinds of at least 3 are 6, and three places of at most 2 are 6 only where each is 2."""
    assert protect(Counted.of([Counted(3), Counted(3)], [Counted(2), Counted(2), Counted(2)])) is None


def test_a_house_without_tips_shows_that_there_are_few() -> None:
    told = protect(Counted.of([Counted(0)] * 4, [Counted(0)] * 3))
    assert told is not None
    assert (told.least, told.most) == (0, 2)
