"""Gi*: what esda says, and what it should say of few tips."""

import json
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satark.insight.hotspots import Heat, hotspots, new_since

STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, -1), (-1, 1))
PEER = json.loads((Path(__file__).parent / "gi_star.json").read_text(encoding="utf-8"))


def grid(size: int) -> dict[str, list[str]]:
    cells = {(q, r): f"{q},{r}" for q, r in product(range(size), repeat=2)}
    return {name: [cells[q + a, r + b] for a, b in STEPS if (q + a, r + b) in cells] for (q, r), name in cells.items()}


GRID = grid(20)


def scattered(seed: int, tips: int, cells: dict[str, list[str]] = GRID) -> dict[str, int]:
    """Tips that fell into any cell alike."""
    random, names = Random(seed), list(cells)
    counts: dict[str, int] = {}
    for cell in random.choices(names, k=tips):
        counts[cell] = counts.get(cell, 0) + 1
    return counts


@pytest.mark.parametrize("case", PEER["cases"], ids=lambda case: f"{len(case['counts'])} cells")
def test_z_is_that_of_esda(case: dict[str, object]) -> None:
    neighbours: dict[str, list[str]] = case["neighbours"]  # type: ignore[assignment]
    counts: list[int] = case["counts"]  # type: ignore[assignment]
    found = hotspots(dict(zip(neighbours, counts, strict=True)), neighbours)
    assert [spot.z for spot in found.values()] == pytest.approx(case["z"], rel=1e-9)
    # esda gives one tail; ours are two, and never smaller: the exact tail of few tips has its say.
    assert all(spot.p >= min(1, 2 * p) - 1e-12 for spot, p in zip(found.values(), case["p"], strict=True))  # type: ignore[call-overload]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 30), min_size=25, max_size=25), st.randoms(use_true_random=False))
def test_other_names_and_another_order_change_nothing(numbers: list[int], random: Random) -> None:
    cells = grid(5)
    counts = dict(zip(cells, numbers, strict=True))
    order = list(cells)
    random.shuffle(order)
    renamed = {f"x{cell}": [f"x{one}" for one in reversed(cells[cell])] for cell in order}
    again = hotspots({f"x{cell}": counts[cell] for cell in reversed(order)}, renamed)
    assert {cell: again[f"x{cell}"] for cell in cells} == hotspots(counts, cells)


@pytest.mark.parametrize(
    ("counts", "neighbours"),
    [({}, {}), ({"a": 9}, {}), ({"a": 9}, {"a": ["b"]}), ({"a": 9, "b": 1}, {"a": ["b"], "b": ["a"]}), (dict.fromkeys(GRID, 4), GRID), ({}, GRID)],
    ids=["nothing", "one cell", "a neighbour beyond", "all are neighbours", "all alike", "no tips"],
)  # fmt: skip
def test_where_there_is_nothing_to_compare_nothing_stands_out(
    counts: dict[str, int], neighbours: dict[str, list[str]]
) -> None:
    assert all(spot.heat == Heat.NONE and spot.p == 1 for spot in hotspots(counts, neighbours).values())


def test_one_tip_alone_is_no_hotspot() -> None:
    """Its z is over 7, and a table of the normal distribution would have called it one."""
    found = hotspots({"10,10": 1}, GRID)
    assert found["10,10"].z > 7
    assert {spot.heat for spot in found.values()} == {Heat.NONE}


def test_where_tips_gather_it_is_hot_and_without_them_cold() -> None:
    counts = dict.fromkeys(GRID, 12)
    counts |= dict.fromkeys(["5,5", *GRID["5,5"]], 40) | dict.fromkeys(["15,15", *GRID["15,15"]], 0)
    found = hotspots(counts, GRID)
    assert found["5,5"].heat == Heat.HOT_99
    assert found["15,15"].heat == Heat.COLD_99
    assert found["10,0"].heat == Heat.NONE
    assert found["5,5"].around == 7 * 40


def test_what_is_hot_now_and_was_not_is_new() -> None:
    before = hotspots(scattered(1, 400) | {"3,3": 40}, GRID)
    now = hotspots(scattered(2, 400) | {"3,3": 40, "12,12": 40}, GRID)
    assert "12,12" in new_since(now, before)
    assert "3,3" not in new_since(now, before)


@pytest.mark.parametrize("tips", [5, 60, 2000])
def test_tips_without_a_pattern_seldom_make_a_hotspot(tips: int) -> None:
    """At a false discovery rate of 10 %, at most one map in ten has any."""
    cells = grid(12)
    maps = 60
    wrong = sum(
        any(spot.heat != Heat.NONE for spot in hotspots(scattered(seed, tips, cells), cells).values())
        for seed in range(maps)
    )
    assert wrong <= 0.2 * maps
