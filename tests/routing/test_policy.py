"""Who reads a tip after it was handed to somebody: as a table, and for any tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.routing.policy import (
    after_accusation,
    after_assignment,
    after_take_back,
    after_transfer,
    assignable,
    decided_by,
    first_told,
    shut_out,
)
from satark.routing.tree import line
from tests.promises.test_p4_accused_learn_nothing import trees

PARENTS = {
    "range": "",
    "outside": "",
    "jaunpur": "range",
    "city": "jaunpur",
    "kotwali": "city",
    "chowki": "kotwali",
    "kerakat": "jaunpur",
    "ghazipur": "range",
    "saidpur": "ghazipur",
}
DISTRICT = frozenset({"range", "jaunpur"})


@pytest.mark.parametrize(
    ("reading", "target", "after"),
    [
        (DISTRICT, "kotwali", DISTRICT | {"kotwali"}),
        (DISTRICT | {"kotwali"}, "kerakat", DISTRICT | {"kerakat"}),
        (DISTRICT | {"kotwali", "city"}, "kerakat", DISTRICT | {"kerakat"}),
        (DISTRICT | {"city"}, "kotwali", DISTRICT | {"city", "kotwali"}),
        (DISTRICT | {"kotwali"}, "chowki", DISTRICT | {"kotwali", "chowki"}),
        (DISTRICT | {"kotwali", "chowki"}, "kotwali", DISTRICT | {"kotwali"}),
        (DISTRICT | {"kotwali"}, "saidpur", {"range", "saidpur"}),
        (DISTRICT | {"outside"}, "kerakat", DISTRICT | {"outside", "kerakat"}),
    ],
)
def test_after_an_assignment_who_has_it_and_offices_above_read(
    reading: frozenset[str], target: str, after: frozenset[str]
) -> None:
    assert after_assignment(PARENTS, "outside", target, reading) == after


@pytest.mark.parametrize(
    ("target", "before", "after"),
    [
        ("kerakat", "", DISTRICT),
        ("kerakat", "kotwali", DISTRICT | {"kotwali"}),
        ("city", "chowki", DISTRICT | {"chowki"}),
    ],
)
def test_what_is_taken_back_is_read_as_before(target: str, before: str, after: frozenset[str]) -> None:
    reading = after_assignment(PARENTS, "outside", target, DISTRICT | ({before} - {""}))
    assert after_take_back(PARENTS, "outside", target, before, reading) == after


def test_a_transfer_takes_it_from_a_station_of_a_third_district_too() -> None:
    reading = frozenset({"range", "saidpur"})
    assert after_transfer({**PARENTS, "mau": "range"}, "jaunpur", "mau", (), reading) == {"range", "mau"}


def test_a_late_accusation_gives_it_to_nobody_who_does_not_have_it() -> None:
    """Of a tip of Jaunpur that a station of Ghazipur has."""
    accused, reading = frozenset({"kotwali"}), frozenset({"range", "saidpur"})
    after = after_accusation(PARENTS, "outside", "range", "jaunpur", accused, reading, "saidpur")
    assert after == {"range", "saidpur"}


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (["received", "seen"], True),
        (["received", "seen", "assigned"], False),
        (["received", "seen", "assigned", "action_taken"], False),
        (["received", "seen", "assigned", "closed"], True),
        (["received", "seen", "assigned", "closed", "assigned"], False),
    ],
)
def test_an_informant_is_told_once_that_somebody_has_it(statuses: list[str], told: bool) -> None:
    assert first_told(statuses, "assigned", {"closed"}) is told


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, str], frozenset[str], list[str]]:
    """A tree, whom a tip accuses, and the offices that it is assigned to, one after the other."""
    parents = draw(trees())
    offices = st.sampled_from(sorted(parents.keys() - {"outside"}))
    return parents, frozenset(draw(st.lists(offices, max_size=2))), draw(st.lists(offices, min_size=1, max_size=6))


@given(histories())
def test_whatever_is_assigned_only_the_last_and_those_above_read(
    history: tuple[dict[str, str], frozenset[str], list[str]],
) -> None:
    parents, accused, targets = history
    reading = frozenset({"top"}) - shut_out(parents, accused) or frozenset({"outside"})
    for target in targets:
        if target in assignable(parents, reading, accused):
            reading = after_assignment(parents, "outside", target, reading)
            assert target in reading
            assert reading <= {*line(parents, target), "outside"}
            assert not reading & shut_out(parents, accused)
            assert reading - {target}, "who assigned it reads on"


@pytest.mark.parametrize(
    ("own", "office", "decides"),
    [
        ({"kotwali"}, "kotwali", ""),
        ({"kotwali"}, "kerakat", ""),
        ({"kotwali"}, "city", "jaunpur"),
        ({"kotwali"}, "jaunpur", "range"),
        ({"kotwali"}, "range", "outside"),
        ({"jaunpur"}, "kotwali", ""),
        ({"jaunpur"}, "range", "outside"),
        ({"kotwali", "range"}, "jaunpur", ""),
        ({"kotwali", "outside"}, "range", ""),
    ],
)
def test_who_names_an_office_above_asks_the_one_above_that(own: set[str], office: str, decides: str) -> None:
    assert decided_by(PARENTS, "outside", own, office, ()) == decides


def test_the_accused_decide_nothing() -> None:
    assert decided_by(PARENTS, "outside", {"kotwali"}, "city", {"jaunpur"}) == "range"


@given(trees(), st.data())
def test_nobody_hides_a_tip_from_their_own_line_alone(parents: dict[str, str], data: st.DataObject) -> None:
    offices = st.sampled_from(sorted(parents.keys() - {"outside"}))
    own, office = data.draw(offices), data.draw(offices)
    above = set(line(parents, own)[1:])
    decides = decided_by(parents, "outside", {own}, office, ())
    assert (decides == "") is (office not in above)
    assert decides not in shut_out(parents, {office})
