"""The codes of posters."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from satark.resources import data_dir
from satark.routing.folder import POSTER_CODE, load_pack
from satark.routing.pack import Office, Pack, Poster
from satark.routing.posters import codes_of, printed_codes


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(data_dir("jurisdictions") / "varanasi"))


def test_every_office_has_a_code_that_leads_to_it_and_the_authority_outside_has_none(pack: Pack) -> None:
    printed, leads = printed_codes(pack), codes_of(pack)
    assert set(printed) == set(pack.offices) - {pack.outside}
    assert all(leads[code] == office for office, code in printed.items())
    assert all(POSTER_CODE.fullmatch(code) for code in leads)
    assert printed["station/jaunpur/line-bazar"] == "jaunpur-line-bazar"
    assert printed["district/jaunpur"] == "district-jaunpur"


def test_codes_that_were_given_out_before_go_on(pack: Pack) -> None:
    leads = codes_of(pack)
    assert {poster.code: poster.office for poster in pack.posters}.items() <= leads.items()
    assert printed_codes(pack)["station/jaunpur/kotwali"] == "jnp-kotwali"
    assert leads["jaunpur-kotwali"] == "station/jaunpur/kotwali"


def test_the_posters_of_a_closed_office_lead_to_the_one_above(pack: Pack) -> None:
    closed = replace(pack.offices["station/jaunpur/kotwali"], closed=True)
    without = replace(pack, offices={**pack.offices, closed.id: closed})
    leads = codes_of(without)
    assert leads["jnp-kotwali"] == leads["jaunpur-kotwali"] == "district/jaunpur"
    assert closed.id not in printed_codes(without)
    assert printed_codes(without)["district/jaunpur"] == "district-jaunpur"


def test_of_two_offices_with_one_code_the_first_keeps_it(pack: Pack) -> None:
    names = {"en": "X", "hi": "X"}
    late = Office("station/jaunpur-line/bazar", "station", "district/jaunpur", names)
    odd = Office("station/जौनपुर/नया थाना", "station", "district/jaunpur", names)
    more = replace(pack, offices={**pack.offices, late.id: late, odd.id: odd})
    assert codes_of(more)["jaunpur-line-bazar"] == "station/jaunpur/line-bazar"
    assert late.id not in printed_codes(more)
    given = replace(more, posters=(*pack.posters, Poster("new", late.id)))
    assert printed_codes(given)[late.id] == "new"
    assert re.fullmatch(POSTER_CODE, printed_codes(more)[odd.id])
