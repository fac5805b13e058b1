"""Lists that leave the house: what is in them, who takes them, and what the accused learn from them."""

import csv
import io
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import insert, text

from conftest import House
from satark.panel import export
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.clock import start_of
from satark.store.officers import Passkey
from satark.store.writing import Rows
from satark.tips.audit import append
from tests.promises.test_p4_accused_learn_nothing import NOW, add_tip, as_officer, form_of

PEOPLE = {
    "sho": ["station/jaunpur/kotwali"],
    "sp": ["district/jaunpur"],
    "two": ["station/jaunpur/kotwali", "range/varanasi"],
    "dig": ["range/varanasi"],
}
SEARCHES = (
    "",
    "category=gambling",
    "district=district/jaunpur&status=received",
    "reference=A",
    "unread=yes",
    "locale=hi",
)


class Desks:
    """People who sign in when they are first asked for, and export in one hour."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def client(self, login: str) -> httpx.AsyncClient:
        if login not in self._clients:
            role = Role(login) if login not in PEOPLE else Role.OFFICER
            offices = PEOPLE.get(login, [])
            await add_officer(self.house.core.store, login, f"=Officer {login}", "a long password", offices, "en", role)
            self._clients[login] = await as_officer(self.house, login)
        return self._clients[login]

    async def export(self, login: str, kind: str, search: str = "", of: str = "tips") -> httpx.Response:
        client = await self.client(login)
        data = {**await form_of(client, "/panel/account"), "kind": kind}
        return await client.post(f"/panel/{of}/export?{search}", data=data)

    async def keep(self, numbers: range, accused: frozenset[str] = frozenset()) -> list[str]:
        rows = Rows()
        references = [add_tip(self.house, rows, number, accused) for number in numbers]
        async with self.house.core.store.write() as db:
            await rows.write(db)
        return references


async def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> Desks:
    """With 40 tips of Jaunpur."""
    monkeypatch.setattr(export, "now", lambda: start_of(NOW))
    desks = Desks(house)
    await desks.keep(range(40))
    return desks


@pytest.fixture
async def desks(house: House, monkeypatch: pytest.MonkeyPatch) -> Desks:
    return await opened(house, monkeypatch)


async def test_what_the_accused_export_is_the_same_with_and_without_the_tip(
    both_houses: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = await opened(both_houses, monkeypatch)

    async def exports(login: str) -> dict[tuple[str, str], tuple[bytes, dict[str, str]]]:
        asked = [(kind, search) for kind in export.KINDS for search in SEARCHES]
        answers = {one: await desks.export(login, *one) for one in asked}
        assert all(answer.status_code == 200 for answer in answers.values())
        return {one: (answer.content, dict(answer.headers)) for one, answer in answers.items()}

    before = {login: await exports(login) for login in PEOPLE}
    (of_station,) = await desks.keep(range(900, 901), frozenset({"station/jaunpur/kotwali"}))
    (of_district,) = await desks.keep(range(901, 902), frozenset({"district/jaunpur"}))
    after = {login: await exports(login) for login in PEOPLE}
    assert after["sho"] == before["sho"]
    assert after["two"] == before["two"]
    seen = {login: after[login]["csv", ""][0].decode() for login in PEOPLE}
    assert (of_station in seen["sp"], of_district in seen["sp"]) == (True, False)
    assert of_station in seen["dig"]
    assert of_district in seen["dig"]
    async with desks.house.core.store.write() as db:
        await db.execute(text("DELETE FROM tip_reader WHERE tip_id = (SELECT id FROM tip WHERE reference = :one)"), {"one": of_station})  # fmt: skip
    assert await exports("sp") == before["sp"], "as if the tip that accuses the district had never been there"


async def test_an_export_is_the_inbox_as_filtered_and_no_word_of_any_letter(desks: Desks) -> None:
    async with desks.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET category = 'weapons', status = 'closed', outcome = 'acted', incomplete = true,"
                              " assigned = 'station/jaunpur/kotwali' WHERE id = (SELECT min(id) FROM tip)"))  # fmt: skip
    answer = await desks.export("dig", "xlsx", "category=weapons")
    day = (datetime(1970, 1, 1) + timedelta(hours=NOW)).date().isoformat()
    assert answer.headers["content-disposition"] == f'attachment; filename="satark-tips-{day}.xlsx"'
    leaf, about = load_workbook(io.BytesIO(answer.content)).worksheets
    head, row = [list(line) for line in leaf.iter_rows(values_only=True)]
    shown: dict[Any, Any] = dict(zip(head, row, strict=True))
    received = shown.pop("Received in the hour")
    assert isinstance(received, datetime)
    assert received.minute == 0, "hours begin on the hour in India"
    assert len(shown.pop("Reference")) == 11
    assert shown == {
        "Kind": "Illegal weapons", "District": "Jaunpur", "Station": "Kotwali", "Status": "Closed",
        "Outcome": "Action successful", "Assigned to": "Kotwali · Jaunpur", "Priority": "Normal", "Language": "हिन्दी",
        "Came by": "Web page", "incomplete": "incomplete", "synthetic": None,
    }  # fmt: skip
    said = [line[0] for line in about.iter_rows(values_only=True)]
    assert "Kind: Illegal weapons" in said
    assert any(line.startswith("Exported by =Officer dig on ") for line in said)
    everything = (await desks.export("dig", "csv")).text
    assert len(everything.splitlines()) == 41
    assert "tip 1" not in everything


async def test_a_file_says_when_not_everything_is_in_it(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {kind: (make, 10, mime) for kind, (make, _, mime) in export.KINDS.items()}
    monkeypatch.setattr(export, "KINDS", few)
    rows = (await desks.export("dig", "csv")).text.splitlines()
    assert (len(rows), rows[-1]) == (12, "There are more: these are the first 10 rows.")
    paper = PdfReader(io.BytesIO((await desks.export("dig", "pdf")).content))
    assert "There are more" in paper.pages[0].extract_text()
    whole = (await desks.export("dig", "csv", "category=weapons")).text
    assert "There are more" not in whole


async def test_who_exported_what_is_in_the_log_and_an_auditor_learns_no_number_from_it(desks: Desks) -> None:
    await desks.export("sp", "csv", "category=gambling&reference=A")
    await desks.export("administrator", "xlsx", of="admin/people")
    await desks.export("auditor", "csv", of="admin/audit")
    async with desks.house.core.store.read() as db:
        rows = await db.execute(
            text("SELECT action, detail FROM audit_entry WHERE action LIKE 'export%' ORDER BY number")
        )
        said = [tuple(row) for row in rows]
    number = said[0][1].split()[1]
    assert said == [
        ("export tips", f"csv {number} category=gambling&reference=A"),
        ("export people", "xlsx 2"),
        ("export audit", "csv 5"),
    ]
    page = (await (await desks.client("auditor")).get("/panel/admin/audit")).text
    assert "exported tips" in page
    assert "category=gambling" not in page
    assert "xlsx 2" in page
    log = (await desks.export("auditor", "csv", of="admin/audit")).content.decode("utf-8-sig")
    entries = [entry for entry in csv.DictReader(io.StringIO(log)) if entry["What"].startswith("exported")]
    assert [(entry["What"], entry["Detail"]) for entry in entries] == [
        ("exported the audit log", "csv 5"),
        ("exported the accounts", "xlsx 2"),
        ("exported tips", ""),
    ]
    assert entries[-1]["Who"] == "'=Officer sp"


async def test_the_accounts_are_exported_with_their_offices_and_no_secret(desks: Desks) -> None:
    for login in ("two", "auditor"):
        await desks.client(login)
    answer = await desks.export("administrator", "csv", of="admin/people")
    people = {entry["Login"]: entry for entry in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert set(people) == {"two", "auditor", "administrator"}
    assert people["two"]["Offices"] == "Varanasi range, Kotwali · Jaunpur"
    assert people["auditor"]["Role"] == "Reads the audit log"
    assert "argon2" not in answer.text


async def test_what_is_no_kind_of_file_is_refused(desks: Desks) -> None:
    for kind in ("", "exe", "XLSX"):
        assert (await desks.export("dig", kind)).status_code == 422


async def test_the_accounts_tell_who_has_a_passkey_or_an_authenticator(desks: Desks) -> None:
    for login in ("sp", "sho", "auditor", "administrator"):
        await desks.client(login)
    store = desks.house.core.store
    async with store.write() as db:
        await db.execute(text("UPDATE officer SET second = :some WHERE login = 'sho'"), {"some": b"x"})
        officer = (await db.execute(text("SELECT id FROM officer WHERE login = 'sp'"))).scalar_one()
        for key in ("one", "two"):
            passkey = Passkey(id=key, officer_id=officer, public=b"x")
            await db.execute(insert(Passkey).values(**passkey.model_dump()))
    answer = await desks.export("administrator", "csv", of="admin/people")
    people = {entry["Login"]: entry for entry in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    told = {login: (one["second factor"], one["Passkeys"]) for login, one in people.items()}
    assert told == {
        "sp": ("second factor", "2"), "sho": ("second factor", ""), "auditor": ("", ""), "administrator": ("", ""),
    }  # fmt: skip


async def test_the_log_says_in_a_file_what_its_page_says(desks: Desks) -> None:
    client = await desks.client("auditor")
    async with desks.house.core.store.write() as db:
        await append(db, "clock", "priority", "a" * 32, "urgent")
        await append(db, "retention", "classify", "a" * 32, "weapons")
        await append(db, "nobody", "certificate", "a" * 32, f"{'b' * 32} hi")
        await append(db, "doctor", "add post", "a" * 32, "station/jaunpur/kotwali")
    page = unescape((await client.get("/panel/admin/audit")).text)
    log = (await desks.export("auditor", "csv", of="admin/audit")).content.decode("utf-8-sig")
    entries = [entry for entry in csv.DictReader(io.StringIO(log)) if entry["Of"] == "a" * 8]
    assert [(entry["Who"], entry["Detail"]) for entry in entries] == [
        ("The operator's check", "Kotwali"),
        ("Somebody without an account", "bbbbbbbb hi"),
        ("The retention rules", "Illegal weapons"),
        ("The clock", "Urgent"),
    ]
    assert all(f"<td>{entry['Who']}</td>" in page for entry in entries)
    assert all(f"<td>{entry['Detail']}</td>" in page for entry in entries)


async def test_a_list_says_in_words_what_it_was_filtered_by(desks: Desks) -> None:
    answer = await desks.export("dig", "xlsx", "channel=webform&priority=2")
    about = load_workbook(io.BytesIO(answer.content)).worksheets[1]
    said = [line[0] for line in about.iter_rows(values_only=True)]
    assert {"Came by: Web page", "Priority: Urgent"} <= set(said)
