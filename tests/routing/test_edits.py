"""Edits are a set: their order does not matter, one taken back is as if never made, and none breaks a pack."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from satark.resources import data_dir
from satark.routing.edits import (
    CategoryEdit,
    ClockEdit,
    Edit,
    HoursEdit,
    OfficeEdit,
    OrderEdit,
    RetentionEdit,
    WordingEdit,
    edited,
    settle,
    slot_of,
)
from satark.routing.folder import load_pack
from satark.routing.limits import Fault
from satark.routing.offices import PARENTS, new_id
from satark.routing.pack import RULES, CheckItem, Clock, Keep, OfficeHours, Pack
from satark.routing.places import Gazetteer
from satark.routing.tree import line

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
STATION, OTHER = "station/jaunpur/kotwali", "station/jaunpur/line-bazar"
CIRCLE, OUTPOST = "circle/jaunpur/city", "outpost/jaunpur/ghat"
HERE = (25.75, 82.68)


def names(en: str, hi: str = "") -> dict[str, str]:
    return {"en": en, "hi": hi or f"{en} हि"}


def office(key: str, parent: str, name: str = "", **more: Any) -> OfficeEdit:
    return OfficeEdit(key, key.split("/")[0], parent, names(name or key.rsplit("/", 1)[1]), **more)


def category(key: str, **more: Any) -> CategoryEdit:
    known = PACK.category(key)
    shown = {"name": known.name, "detail": known.detail} if known else {"name": names(key), "detail": names(key)}
    return CategoryEdit(key, **{**shown, "weight": 2, **more})


SOUND: list[Edit] = [
    office(CIRCLE, "district/jaunpur", "City circle"),
    office(STATION, CIRCLE, "Kotwali City", point=HERE),
    office(OUTPOST, STATION, "Ghat", point=HERE),
    office("range/varanasi", "", "Kashi range"),
    category("gambling", hidden=True),
    category("cyber_fraud", checklist=(CheckItem("bank", names("Ask the bank")),)),
    ClockEdit(Clock(1, 2, 3)),
    HoursEdit(OfficeHours(frozenset({0, 6}), 8, 20)),
    RetentionEdit(dict.fromkeys(RULES, Keep(70, 7))),
    WordingEdit("hi", "What is it about?", ("बात क्या है?",)),
]

KEYS = ["circle/jaunpur/a", "circle/ghazipur/a", "station/jaunpur/a", STATION, OTHER, "outpost/jaunpur/a", "outpost/x/y",
        "district/jaunpur", "range/varanasi", "station/jaunpur/b", "x", ""]  # fmt: skip
words = st.sampled_from(["Kotwali", "A", "a name that is longer than a row", "", "Ghat"])
offices = st.builds(
    OfficeEdit,
    key=st.sampled_from(KEYS),
    kind=st.sampled_from([*PARENTS, "district", "range", "nothing"]),
    parent=st.sampled_from([*KEYS, "station/jaunpur/zafarabad", "district/ghazipur"]),
    name=st.fixed_dictionaries({"en": words, "hi": words}),
    closed=st.booleans(),
    point=st.sampled_from([None, HERE, (28.6, 77.2)]),
)
categories = st.builds(
    CategoryEdit,
    key=st.sampled_from([*(one.id for one in PACK.categories), "new", "k" * 60]),
    name=st.fixed_dictionaries({"en": words, "hi": words}),
    detail=st.fixed_dictionaries({"en": words, "hi": words}),
    weight=st.integers(-1, 7),
    clock=st.none() | st.builds(Clock, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
    accuses_police=st.booleans(),
    hidden=st.booleans(),
)
orders = st.builds(OrderEdit, st.lists(st.sampled_from([*(one.id for one in PACK.categories), "new", "z"])).map(tuple))
edits = st.lists(offices | categories | orders | st.sampled_from(SOUND), max_size=12, unique_by=slot_of)


def whole(pack: Pack) -> tuple[Any, ...]:
    return pack.offices, pack.categories, pack.spots, pack.hours, pack.clock, pack.retention, pack.wording


@given(edits, st.randoms())
def test_the_order_of_edits_does_not_matter(made: list[Edit], draw: Any) -> None:
    other = list(made)
    draw.shuffle(other)
    assert whole(edited(PACK, made)) == whole(edited(PACK, other))


@given(edits)
def test_edits_taken_back_leave_the_pack_as_it_was(made: list[Edit]) -> None:
    edited(PACK, made)
    assert whole(edited(PACK, [])) == whole(PACK)


@given(edits)
def test_no_edit_breaks_the_tree_or_loses_an_office_or_a_category(made: list[Edit]) -> None:
    pack = edited(PACK, made)
    assert PACK.offices.keys() <= pack.offices.keys()
    assert {one.id for one in PACK.categories} <= {one.id for one in pack.categories}
    for one in pack.offices.values():
        above = line(pack.parents, one.id)
        assert above[-1] in (pack.top, pack.outside)
        assert one.closed or not any(pack.offices[other].closed for other in above)
        if one.kind in PARENTS:
            assert pack.offices[one.parent].kind in PARENTS[one.kind]
            assert pack.district_of(one.id)
        assert one.id not in PACK.offices or pack.district_of(one.id) == PACK.district_of(one.id)
    assert not pack.fallback.accuses_police
    assert all(1 <= len(name) <= 24 for one in pack.offices.values() for name in one.name.values())
    assert all(one.station in pack.open_parents for one in pack.spots if one.station)


@given(edits)
def test_what_is_left_out_is_all_that_is_left_out(made: list[Edit]) -> None:
    settled = settle(PACK, made)
    sound = [edit for edit in made if slot_of(edit) not in settled.left_out]
    again = settle(PACK, sound)
    assert again.left_out == {}
    assert whole(again.pack) == whole(settled.pack)


def test_all_that_is_sound_is_done() -> None:
    settled = settle(PACK, reversed(SOUND))
    pack = settled.pack
    assert settled.left_out == {}
    assert line(pack.parents, OUTPOST) == (OUTPOST, STATION, CIRCLE, "district/jaunpur", "range/varanasi")
    assert [one.id for one in pack.categories][-2:] == ["cyber_fraud", "other"]
    assert {one.clock for one in pack.categories if one.id in ("cow_smuggling", "cyber_fraud")} == {Clock(1, 2, 3)}
    assert pack.category("weapons").clock == Clock(2, 4, 24, always=True)  # type: ignore[union-attr]
    assert pack.retention["closed"] == Keep(70, 7)
    assert pack.wording == {"hi": {"What is it about?": ("बात क्या है?",)}}


def test_a_station_is_found_by_its_old_name_and_an_outpost_leads_to_its_station() -> None:
    places = Gazetteer(edited(PACK, SOUND))
    assert places.find("Kotwali City")[0].station == STATION
    assert places.find("Nagar Kotwali", "district/jaunpur")[0].station == STATION
    assert places.find("Ghat", "district/jaunpur")[0].station == STATION
    near = [one.station for one in places.nearest(*HERE, "district/jaunpur")]
    assert len(near) == len(set(near))


def test_a_closed_station_is_not_found() -> None:
    closed = edited(PACK, [office(STATION, "district/jaunpur", "Kotwali", closed=True)])
    assert STATION not in [one.station for one in Gazetteer(closed).nearest(*HERE, "district/jaunpur")]
    assert STATION in closed.parents
    assert STATION not in closed.open_parents


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (office("circle/jaunpur/a", "district/ghazipur"), "other_district"),
        (office(STATION, "district/ghazipur"), "other_district"),
        (office("outpost/jaunpur/a", "district/jaunpur"), "parent"),
        (office("outpost/jaunpur/a", "station/nowhere"), "parent"),
        (office("outpost/jaunpur/a b", STATION), "id_form"),
        (office("district/jaunpur", "range/varanasi", closed=True), "fixed"),
        (office("district/new", "range/varanasi"), "fixed"),
        (office(STATION, "district/jaunpur", "Line Bazar"), "twins"),
        (office(STATION, "district/jaunpur", "A name longer than a row of a list"), "long"),
        (office(STATION, "district/jaunpur", point=(28.6, 77.2)), "outside"),
        (replace(office(STATION, "district/jaunpur"), name={"en": "Only English"}), "no_name"),
        (category("other", accuses_police=True), "last_accuses"),
        (OrderEdit(("other", "police_corruption")), "last_accuses"),
        (category("gambling", weight=6), "weight"),
        (category("gambling", clock=Clock(4, 2, 8)), "clock"),
        (category("gambling", name=names("Illegal mining")), "twins"),
        (category("gambling", detail={"en": "x" * 73, "hi": "x"}), "long"),
        (category("gambling", checklist=(CheckItem("a", {"en": "a"}),)), "no_name"),
        (category("gambling", checklist=(CheckItem("a", names("a")), CheckItem("a", names("b")))), "twins"),
        (HoursEdit(OfficeHours(frozenset(), 8, 20)), "hours"),
        (HoursEdit(OfficeHours(frozenset({1}), 20, 8)), "hours"),
        (RetentionEdit(dict.fromkeys(RULES, Keep(0, 1))), "retention"),
        (RetentionEdit(dict.fromkeys(RULES, Keep(4000, 1))), "retention"),
        (RetentionEdit(dict.fromkeys(RULES, Keep(1, 366))), "return"),
        (RetentionEdit({"closed": Keep(1, 1)}), "rules"),
        (WordingEdit("hi", "Place: %(place)s", ("जगह",)), "placeholders"),
        (WordingEdit("hi", "Place: %(place)s", ("जगह: %(place)s %(name)s",)), "placeholders"),
        (WordingEdit("hi", "Back", ("<b>पीछे</b>",)), "markup"),
        (WordingEdit("hi", "Back", ("{{ code }}",)), "markup"),
        (WordingEdit("hi", "Back", ("100 %",)), "markup"),
        (WordingEdit("hi", "Back", (" ",)), "empty"),
        (WordingEdit("xx", "Back", ("x",)), "empty"),
        (WordingEdit("hi", "%(num)s file", ("%(num)s",), "%(num)s files"), "empty"),
        (WordingEdit("hi", "Back", ("x" * 601,)), "wording_long"),
    ],
)  # fmt: skip
def test_what_a_pack_cannot_be_is_left_out_and_says_why(made: Edit, code: str) -> None:
    settled = settle(PACK, [made])
    assert [fault.code for fault in settled.left_out.values()] == [code]
    assert whole(settled.pack) == whole(PACK)


def test_a_closed_office_has_no_open_one_below_it() -> None:
    outpost = office("outpost/jaunpur/a", STATION)
    settled = settle(PACK, [office(STATION, "district/jaunpur", "Kotwali", closed=True), outpost])
    assert settled.left_out == {("office", outpost.key): Fault("closed_above", outpost.key)}


def test_at_least_one_category_remains() -> None:
    settled = settle(PACK, [category(one.id, hidden=True) for one in PACK.categories])
    assert {fault.code for fault in settled.left_out.values()} == {"no_category"}
    assert settled.pack.fallback.id == "other"


def test_ids_come_from_english_names() -> None:
    assert new_id("outpost", "district/jaunpur", " Naya Ghat (East) ", ()) == "outpost/jaunpur/naya-ghat-east"
    assert new_id("station", "district/jaunpur", "Kotwali", PACK.offices) == "station/jaunpur/kotwali-2"
    assert new_id("station", "district/jaunpur", "घाट", ()) == ""
