"""Whose tip it is, and who steps aside."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import House
from satark.panel.people import add_officer
from satark.store.writing import Rows
from tests.promises.test_p4_accused_learn_nothing import add_tip, as_officer, form_of

OFFICES = {
    "sho": "station/jaunpur/kotwali",
    "second": "station/jaunpur/kotwali",
    "sp": "district/jaunpur",
    "other": "district/ghazipur",
    "dig": "range/varanasi",
    "vigilance": "outside/vigilance",
}


class Desks:
    """Officers at their desks, and one tip that the SP has assigned to the Kotwali of Jaunpur."""

    def __init__(self, house: House, clients: dict[str, httpx.AsyncClient], path: str) -> None:
        self.house = house
        self.clients = clients
        self.path = path

    async def act(self, login: str, verb: str, **fields: str) -> httpx.Response:
        token = await form_of(self.clients[login], "/panel/tips")
        return await self.clients[login].post(f"{self.path}/{verb}", data={**token, "words": "a reason", **fields})

    async def who_sees(self) -> set[str]:
        return {login for login, client in self.clients.items() if (await client.get(self.path)).status_code == 200}

    async def value(self, column: str) -> Any:
        reference = self.path.rsplit("/", 1)[1]
        async with self.house.core.store.read() as db:
            found = await db.execute(text(f"SELECT {column} FROM tip WHERE reference = :one"), {"one": reference})
            return found.scalar_one()


@asynccontextmanager
async def desks_of(house: House, offices: Mapping[str, str], station: str) -> AsyncIterator[Desks]:
    """An officer of each office, and one tip that the SP has assigned to the station."""
    for login, office in offices.items():
        await add_officer(house.core.store, login, f"Officer {login}", "a long password", [office], "en")
    clients = {login: await as_officer(house, login) for login in offices}
    rows = Rows()
    path = f"/panel/tips/{add_tip(house, rows, 1, frozenset())}"
    async with house.core.store.write() as db:
        await rows.write(db)
    made = Desks(house, clients, path)
    await clients["sp"].get(path)
    assert (await made.act("sp", "assign", office=station)).is_redirect
    yield made
    for client in clients.values():
        await client.aclose()


@pytest.fixture
async def desks(both_houses: House) -> AsyncIterator[Desks]:
    async with desks_of(both_houses, OFFICES, OFFICES["sho"]) as made:
        yield made


async def test_what_is_handed_back_is_the_district_s_again(desks: Desks) -> None:
    assert await desks.who_sees() == {"sho", "second", "sp", "dig"}
    assert (await desks.act("sho", "hand-back")).headers["location"] == "/panel/tips"
    assert await desks.value("assigned") == "district/jaunpur"
    assert await desks.who_sees() == {"sp", "dig"}
    page = (await desks.clients["sp"].get(desks.path)).text
    assert "a reason" in page
    assert "Officer sho" in page
    assert (await desks.act("dig", "hand-back")).status_code == 403


async def test_a_transfer_takes_it_from_the_whole_district(desks: Desks) -> None:
    assert (await desks.act("sp", "transfer", office="district/ghazipur")).headers["location"] == "/panel/tips"
    assert await desks.who_sees() == {"other", "dig"}
    assert (await desks.value("district"), await desks.value("assigned")) == ("district/ghazipur", "")
    assert (await desks.act("dig", "transfer", office="district/jaunpur")).headers["location"] == desks.path
    assert await desks.who_sees() == {"sp", "dig"}


@pytest.mark.parametrize(
    "office", ["", "district/jaunpur", "station/ghazipur/kotwali", "range/varanasi", "outside/vigilance", "x"]
)
async def test_a_transfer_goes_to_another_district_and_nowhere_else(desks: Desks, office: str) -> None:
    assert (await desks.act("sp", "transfer", office=office)).status_code == 403
    assert (await desks.act("sho", "transfer", office="district/ghazipur")).status_code == 403
    assert await desks.who_sees() == {"sho", "second", "sp", "dig"}


async def test_who_knows_the_people_steps_aside_and_their_colleagues_stay(desks: Desks) -> None:
    assert (await desks.act("sho", "recuse")).headers["location"] == "/panel/tips"
    assert await desks.who_sees() == {"second", "sp", "dig"}
    assert await desks.value("assigned") == "district/jaunpur"
    assert (await desks.act("dig", "recuse")).is_redirect
    assert await desks.who_sees() == {"second", "sp", "vigilance"}
    inbox = (await desks.clients["sho"].get("/panel/tips")).text
    assert desks.path not in inbox
    assert not re.search(r"Tips?</h1>.*<b>1</b>", inbox, re.S)


@pytest.mark.parametrize("verb", ["accuse", "recuse", "hand-back", "transfer"])
async def test_each_wants_a_reason(desks: Desks, verb: str) -> None:
    answer = await desks.act("sho", verb, office="district/jaunpur", words="  ")
    assert answer.status_code == 422
    assert await desks.who_sees() == {"sho", "second", "sp", "dig"}


@pytest.mark.parametrize("office", ["", "outside/vigilance", "station/nowhere"])
async def test_what_is_no_office_cannot_be_accused(desks: Desks, office: str) -> None:
    assert (await desks.act("sp", "accuse", office=office)).status_code == 403


async def test_each_leaves_an_entry_in_the_audit_log(desks: Desks) -> None:
    await desks.act("sho", "hand-back")
    await desks.act("sp", "transfer", office="district/ghazipur")
    await desks.act("other", "accuse", office="station/ghazipur/kotwali")
    await desks.act("other", "recuse")
    async with desks.house.core.store.read() as db:
        said = (
            await db.execute(text("SELECT action, detail FROM audit_entry WHERE subject <> '' ORDER BY number"))
        ).all()
    assert [tuple(one) for one in said if one[0] not in ("look", "assign")] == [
        ("hand back", "station/jaunpur/kotwali"),
        ("transfer", "district/jaunpur district/ghazipur"),
        ("accuse", "station/ghazipur/kotwali"),
        ("recuse", ""),
    ]


async def test_the_list_has_the_status_and_the_hour_of_the_tip_whatever_happened(desks: Desks) -> None:
    """They are kept beside each reader, for the list is read off an index."""
    acts = (
        ("sho", "hand-back", {}),
        ("sp", "report", {"text": "went there", "step": "send"}),
        ("sp", "transfer", {"office": "district/ghazipur"}),
        ("other", "assign", {"office": "station/ghazipur/kotwali"}),
        ("other", "accuse", {"office": "station/ghazipur/kotwali"}),
        ("dig", "close", {"status": "closed", "outcome": "acted"}),
    )
    for login, verb, fields in acts:
        assert (await desks.act(login, verb, **fields)).is_redirect, verb
        async with desks.house.core.store.read() as db:
            kept = await db.execute(text("SELECT tip_reader.status, tip_reader.hour, fresh_hour FROM tip_reader"))
            rows = [tuple(row) for row in kept]
        assert {row[:2] for row in rows} == {(await desks.value("status"), await desks.value("hour"))}, verb
        assert all(row[2] for row in rows)
