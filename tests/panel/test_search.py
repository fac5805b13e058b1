"""Full-text search, although nothing that is searched is at rest in the clear."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from conftest import House, house_at, reads_of
from satark.panel.people import add_officer
from satark.routing.policy import readers
from satark.store.columns import random_id
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips import searching
from satark.tips.indexing import index_due
from satark.tips.letters import Letter, LetterKind, Piece
from satark.tips.opening import NewTip, from_informant, open_tip
from tests.promises.test_p4_accused_learn_nothing import as_officer, form_of

DISTRICT, STATION, NOW = "district/jaunpur", "station/jaunpur/kotwali", 500_000
OFFICES = {"dig": "range/varanasi", "sp": DISTRICT, "sho": STATION}


async def told(
    house: House, *letters: str, accused: str = "", place: str = "", hour: int = NOW, category: str = "gambling"
) -> str:
    """A tip of these letters, searchable from now on. Returns its reference."""
    pack, rows, seal = house.core.pack, Rows(), Seal(house.core.keys["content.pub"])
    accusing = frozenset(filter(None, (accused,)))
    reading = readers(pack.parents, pack.outside, pack.top, DISTRICT, accusing) | {STATION}
    first = Letter(pieces=(Piece(text=letters[0]),), place=place)
    new = NewTip(
        channel="webform", locale="hi", category=category, district=DISTRICT, station=STATION, accused=accusing,
        readers=reading, letter=first, receipt=random_id(), hour=hour,
    )  # fmt: skip
    tip = open_tip(rows, seal, new)
    for number, more in enumerate(letters[1:], 1):
        letter = Letter(pieces=(Piece(text=more, evidence="x"),))
        rows.add(from_informant(seal, tip.id, LetterKind.ADDITION, letter, hour, place=number))
    async with house.core.store.write() as db:
        await rows.write(db)
    await index_due(house.bench.indexer)
    return tip.reference


@pytest.fixture
async def desks(both_houses: House) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    for login, office in OFFICES.items():
        await add_officer(both_houses.core.store, login, login, "a long password", [office], "en")
    clients = {login: await as_officer(both_houses, login) for login in OFFICES}
    yield clients
    for client in clients.values():
        await client.aclose()


async def page(desk: httpx.AsyncClient, words: str, **more: str) -> str:
    answer = await desk.post(
        "/panel/tips/search", data={**await form_of(desk, "/panel/tips"), "words": words, **more}, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.text


def in_page(html: str) -> list[str]:
    return re.findall(r'href="/panel/tips/([0-9A-Z-]{11})"', html)


async def found(desk: httpx.AsyncClient, words: str, **more: str) -> list[str]:
    return in_page(await page(desk, words, **more))


async def test_words_are_found_in_every_script_and_across_letters(
    both_houses: House, desks: dict[str, httpx.AsyncClient]
) -> None:
    den = await told(both_houses, "शराब का अड्डा", "the white Bolero UP65 AB 1234 comes at night", place="Rajghat")
    other = await told(both_houses, "ganja in the bazar", hour=NOW - 1, category="other")
    for words in ("शराब", "sharab", "شراب", "BOLERO", "sharab bolero", "up 65 ab 1234", "rajghat"):
        assert await found(desks["dig"], words) == [den], words
    for words in ("sharab ganja", "nowhere"):
        assert await found(desks["dig"], words) == []
    assert await found(desks["dig"], "गांजा") == [other]
    assert await found(desks["dig"], "ganja", category="gambling") == []
    assert await found(desks["sho"], "bazar", category="other") == [other]
    empty = await desks["dig"].post(
        "/panel/tips/search", data={**await form_of(desks["dig"], "/panel/tips"), "words": "?"}
    )
    assert empty.headers["location"] == "/panel/tips?"


async def test_what_officers_write_is_found_and_phrases_are_not(
    both_houses: House, desks: dict[str, httpx.AsyncClient]
) -> None:
    reference = await told(both_houses, "something")
    path, form = f"/panel/tips/{reference}", await form_of(desks["sp"], "/panel/tips")
    await desks["sp"].get(path)
    await desks["sp"].post(f"{path}/note", data={**form, "words": "tamancha noted"})
    await desks["sp"].post(f"{path}/message", data={**form, "words": "which godown?"})
    await desks["sp"].post(f"{path}/message", data={**form, "phrase": "ask_when"})
    await desks["sp"].post(
        f"{path}/report",
        data={**form, "text": "seized forty litres", "what": "mahua", "fir": "112/2026", "step": "send"},
    )
    assert await found(desks["sp"], "tamancha") == []
    await both_houses.work()
    assert await found(desks["sp"], "तमंचा godown litres something महुआ 112") == [reference]
    async with both_houses.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM letter_words"))).scalar_one() == 4


async def test_what_is_searched_for_stands_nowhere(both_houses: House, desks: dict[str, httpx.AsyncClient]) -> None:
    await told(both_houses, "a word")
    html = await page(desks["dig"], 'secretword <b>"&')
    assert 'value="secretword &lt;b&gt;&#34;&amp;"' in html
    assert "<b>&" not in html
    assert not re.findall(r'(?:href|action)="[^"]*secretword', html)
    async with both_houses.core.store.read() as db:
        entries = (await db.execute(text("SELECT action, subject, detail FROM audit_entry ORDER BY number DESC"))).all()
    assert tuple(entries[0]) == ("search", "", "")
    forged = await desks["dig"].post("/panel/tips/search", data={"words": "a word"})
    assert forged.status_code == 403


async def test_a_search_has_an_address_that_opens_again_for_who_searched(
    both_houses: House, desks: dict[str, httpx.AsyncClient]
) -> None:
    one = await told(both_houses, "secretword in the mill")
    form = await form_of(desks["dig"], "/panel/tips")
    answer = await desks["dig"].post("/panel/tips/search", data={**form, "words": "secretword", "category": "gambling"})
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "secretword" not in address
    assert "category=gambling" in address
    for _ in range(2):
        assert one in in_page((await desks["dig"].get(address)).text), "a reload, and Back, show what was found"
    assert (await desks["sp"].get(address)).headers["location"] == "/panel/tips?category=gambling"
    for wrong in ("x", "", "AAAA", "%00", "ü"):
        assert (await desks["dig"].get(f"/panel/tips/search?search={wrong}")).headers["location"] == "/panel/tips?"


async def test_the_accused_find_nothing_and_the_answer_is_the_same(
    both_houses: House, desks: dict[str, httpx.AsyncClient]
) -> None:
    for number in range(3):
        await told(both_houses, f"sharab {number}", hour=NOW - number)
    before = {words: await page(desks["sho"], words) for words in ("sharab", "rishvat", "sharab rishvat")}
    secret = await told(both_houses, "sharab rishvat", accused=STATION, hour=NOW - 1)
    assert {words: await page(desks["sho"], words) for words in before} == before
    assert secret in await found(desks["dig"], "rishvat")
    late = await told(both_houses, "vasuli")
    assert await found(desks["sho"], "vasuli") == [late]
    form = {**await form_of(desks["sp"], f"/panel/tips/{late}"), "office": STATION, "words": "it is theirs"}
    await desks["sp"].post(f"/panel/tips/{late}/accuse", data=form)
    await both_houses.work()
    assert await found(desks["sho"], "vasuli") == await found(desks["sho"], "theirs") == []
    assert await found(desks["sp"], "vasuli") == [late]
    assert await found(desks["sp"], "theirs") == [], "the reason is no note: it stands beside the accusation alone"


async def test_it_goes_further_back_as_far_as_there_is_time(
    both_houses: House, desks: dict[str, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time at all: then one batch of two tips at a time. Every tip is looked at once."""
    monkeypatch.setattr(searching, "BATCH", 2)
    monkeypatch.setattr(searching, "SECONDS", -1.0)
    monkeypatch.setattr(searching.search, "__defaults__", (None, -1.0))
    wanted = [
        await told(both_houses, "sharab" if number % 3 == 0 else "ganja", hour=NOW - number) for number in range(7)
    ][::3]
    seen, more, pages = list[str](), dict[str, str](), 0
    while pages < 9:
        html = await page(desks["dig"], "sharab", **more)
        seen, pages = seen + in_page(html), pages + 1
        further = re.search(r'before=([^"&#]+)#list"', html)
        if further is None:
            break
        assert "Searched back to" in html
        more = {"before": further[1]}
    assert (seen, pages) == (wanted, 4)


async def test_a_full_page_goes_on_behind_its_last(
    both_houses: House, desks: dict[str, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    tips = [await told(both_houses, "sharab", hour=NOW - number) for number in range(3)]
    html = await page(desks["dig"], "sharab")
    assert in_page(html) == tips[:2]
    further = re.search(r'before=([^"&#]+)#list"', html)
    assert further
    assert await found(desks["dig"], "sharab", before=further[1]) == tips[2:]


async def test_the_index_is_opaque_differs_for_equal_words_and_is_gone_with_the_letter(both_houses: House) -> None:
    for number in range(2):
        await told(both_houses, "sharab sharab canarysong", hour=NOW - number)
    async with both_houses.core.store.write() as db:
        rows = list((await db.execute(text("SELECT words FROM letter_words"))).scalars())
        assert len(rows) == len(set(rows)) == 2
        assert len({len(row) for row in rows}) == 1
        assert not any(word in row for row in rows for word in (b"srb", b"knrsng", b"canary"))
        await db.execute(text("DELETE FROM message"))
        assert (await db.execute(text("SELECT count(*) FROM letter_words"))).scalar_one() == 0


async def test_no_word_is_in_the_files_of_the_database(tmp_path: Path) -> None:
    """P1 in the small: the letters of the word, and its sound, in every file."""
    async with house_at(tmp_path) as house:
        await told(house, "canarysong in the well")
    for path in (one for one in tmp_path.rglob("*") if one.is_file()):
        data = path.read_bytes()
        assert not any(mark in data for mark in (b"canarysong", b"knrsng")), path


async def test_a_letter_that_cannot_be_opened_stops_no_other(both_houses: House) -> None:
    await told(both_houses, "first")
    async with both_houses.core.store.write() as db:
        await db.execute(text("UPDATE message SET indexed = (1 = 0), sealed = :noise"), {"noise": bytes(300)})
        await db.execute(text("DELETE FROM letter_words"))
    await told(both_houses, "second")
    assert await index_due(both_houses.bench.indexer) == 0
    async with both_houses.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM letter_words"))).scalar_one() == 1


async def test_the_number_of_queries_does_not_grow(both_houses: House, desks: dict[str, httpx.AsyncClient]) -> None:
    form = await form_of(desks["dig"], "/panel/tips")
    counted = reads_of(both_houses)
    numbers = []
    for tips in (1, 2):
        for number in range(tips):
            await told(both_houses, f"sharab {tips}{number}", hour=NOW - tips - number)
        counted.clear()
        await desks["dig"].post("/panel/tips/search", data={**form, "words": "sharab"}, follow_redirects=True)
        numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 14
