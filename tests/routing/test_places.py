"""Places are found by pin and by name, however the name is spelt."""

import pytest

from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.places import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(load_pack(data_dir("jurisdictions") / "varanasi"))


@pytest.mark.parametrize(
    ("asked", "station"),
    [
        ("मड़ियाहूँ", "jaunpur/mariahu"),
        ("madiyahu", "jaunpur/mariahu"),
        ("mariahu", "jaunpur/mariahu"),
        ("केराकत थाना", "jaunpur/kerakat"),
        ("zamania", "ghazipur/zamania"),
        ("jamaniya", "ghazipur/zamania"),
        ("saidpur gazipur", "ghazipur/saidpur"),
        ("सैदपुर", "ghazipur/saidpur"),
        ("mughalsarai", "chandauli/mughalsarai"),
        ("मुगलसराय के पास", "chandauli/mughalsarai"),
        ("chakiya", "chandauli/chakia"),
        ("चकिया", "chandauli/chakia"),
        ("ghazipur kotwali", "ghazipur/kotwali"),
        ("जौनपुर कोतवाली", "jaunpur/kotwali"),
        ("line bajar", "jaunpur/line-bazar"),
        ("लाइन बाज़ार", "jaunpur/line-bazar"),
        ("badlapur", "jaunpur/badlapur"),
        ("नंदगंज", "ghazipur/nandganj"),
        ("mohamdabad", "ghazipur/muhammadabad"),
        ("मुहम्मदाबाद", "ghazipur/muhammadabad"),
        ("sakaldiha", "chandauli/sakaldiha"),
        ("alinagar", "chandauli/alinagar"),
        ("dhanapur", "chandauli/dhanapur"),
        ("मछलीशहर", "jaunpur/machhlishahr"),
        ("babura", "chandauli/baburi"),
    ],
)
def test_the_first_suggestion_is_meant(gazetteer: Gazetteer, asked: str, station: str) -> None:
    assert gazetteer.find(asked)[0].station == f"station/{station}"


def test_a_name_with_another_of_its_kind_is_offered_with_it(gazetteer: Gazetteer) -> None:
    assert "station/jaunpur/shahganj" in [one.station for one in gazetteer.find("shahgunj")]


def test_nonsense_is_nowhere(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("xyzzy") == ()
    assert gazetteer.find("") == ()


def test_a_district_narrows_the_search(gazetteer: Gazetteer) -> None:
    assert {one.district for one in gazetteer.find("rampur", "district/ghazipur")} == {"district/ghazipur"}


def test_a_pin_gives_its_district_and_near_stations(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate(25.7536, 82.6869)
    assert found.district == "district/jaunpur"
    assert found.suggestions[0].station == "station/jaunpur/kotwali"
    assert [one.km for one in found.suggestions] == sorted(one.km for one in found.suggestions)


def test_a_pin_outside_the_range_has_no_district(gazetteer: Gazetteer) -> None:
    assert gazetteer.locate(28.6, 77.2).district == ""
    assert gazetteer.locate(25.32, 82.98).district == ""
