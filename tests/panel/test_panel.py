"""The panel: sign-in, one mechanism before every page, and what an officer may do."""

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from conftest import House, house_at, reads_of
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.panel.gate import COOKIE, Guarded
from satark.panel.people import LoginTaken, add_officer
from satark.store.clock import now
from satark.store.keys import load_keys
from satark.store.writing import Rows
from tests.promises.test_p3_two_tips_cannot_be_linked import tell
from tests.promises.test_p4_accused_learn_nothing import add_tip

PASSWORD = "a long password"


def browser(house: House) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")


@pytest.fixture
async def officer(both_houses: House) -> AsyncIterator[httpx.AsyncClient]:
    """The DIG, signed in, with one tip in the inbox."""
    await add_officer(both_houses.core.store, "dig", "A", PASSWORD, ["range/varanasi"], "en")
    await tell(both_houses, "910000000001", 1)
    async with browser(both_houses) as client:
        await client.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
        yield client


async def open_tip(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    inbox = (await client.get("/panel/tips")).text
    path = re.search(r'"(/panel/tips/[0-9A-Z-]{11})"', inbox)
    assert path
    page = (await client.get(path[1])).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    return path[1], {"csrf": csrf[1]}


async def value(house: House, query: str) -> Any:
    async with house.core.store.read() as db:
        return (await db.execute(text(query))).scalar_one()


async def test_nobody_gets_in_without_signing_in(house: House) -> None:
    panel = next(route for route in house.web.routes if getattr(route, "path", "") == "/panel").app
    guarded = (
        [
            route
            for route in panel.routes
            if isinstance(getattr(getattr(route, "endpoint", None), "__self__", None), Guarded)
        ]
        if panel
        else []
    )
    others = {route.path for route in panel.routes if route not in guarded} if panel else set()
    assert others == {
        "/static",
        *(f"/sign-in{step}" for step in ("", "/code", "/code/passkey", "/enrol", "/enrol/passkey")),
    }
    async with browser(house) as client:
        for route in guarded:
            path = "/panel" + re.sub(r"\{\w+\}", "x", route.path)
            for method in route.methods:
                answer = await client.request(method, path)
                assert (answer.status_code, answer.headers["location"]) == (303, "/panel/sign-in")


async def test_a_wrong_password_and_a_wrong_login_are_one_answer_and_braked(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"])
    async with browser(house) as client:
        answers = [
            await client.post("/panel/sign-in", data={"login": login, "password": "x"}) for login in ("dig", "nobody")
        ]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].text.replace("dig", "nobody") == answers[1].text
        for _ in range(5):
            await client.post("/panel/sign-in", data={"login": "dig", "password": "x"})
        assert (await client.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})).status_code == 429


async def test_a_session_is_new_at_each_sign_in_and_ends_at_sign_out(
    officer: httpx.AsyncClient, both_houses: House
) -> None:
    first = officer.cookies[COOKIE]
    await officer.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
    assert officer.cookies[COOKIE] != first
    async with browser(both_houses) as other:
        other.cookies.set(COOKIE, first, path="/panel")
        assert (await other.get("/panel/tips")).status_code == 303
    _, csrf = await open_tip(officer)
    await officer.post("/panel/sign-out", data=csrf)
    assert (await officer.get("/panel/tips")).status_code == 303
    assert await value(both_houses, f"SELECT count(*) FROM sign_in WHERE expires > {now()}") == 0


async def test_a_form_without_its_token_does_nothing(officer: httpx.AsyncClient, both_houses: House) -> None:
    path, _ = await open_tip(officer)
    for data in ({}, {"csrf": "x"}, {"csrf": ""}):
        assert (await officer.post(f"{path}/note", data={**data, "words": "x"})).status_code == 403
    assert await value(both_houses, "SELECT count(*) FROM message WHERE kind = 'note'") == 0


async def test_a_tip_is_seen_assigned_acted_on_and_closed(officer: httpx.AsyncClient, both_houses: House) -> None:
    path, csrf = await open_tip(officer)
    assert await value(both_houses, "SELECT status FROM tip") == "seen"
    await officer.post(f"{path}/assign", data={**csrf, "office": "station/jaunpur/kotwali"})
    assert await value(both_houses, "SELECT assigned FROM tip") == "station/jaunpur/kotwali"
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(photo, "JPEG")
    files = {"files": ("x.jpg", photo.getvalue(), "image/jpeg")}
    await officer.post(f"{path}/report", data={**csrf, "text": "went there", "step": "send"}, files=files)
    assert "A file is being cleaned." in (await officer.get(path)).text
    await both_houses.work()
    page = (await officer.get(path)).text
    evidence = re.search(r'src="(/panel/evidence/[0-9a-f]{32})"', page)
    assert evidence
    whole = await officer.get(evidence[1])
    assert whole.headers["content-type"] == "image/jpeg"
    part = await officer.get(evidence[1], headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert (await officer.get(evidence[1], headers={"Range": "bytes=999999-"})).status_code == 416
    await officer.post(f"{path}/close", data={**csrf, "status": "closed", "outcome": "acted"})
    await both_houses.work()
    assert await value(both_houses, "SELECT status FROM tip") == "closed"
    assert await value(both_houses, "SELECT count(*) FROM message WHERE kind = 'message'") == 3
    assert await value(both_houses, "SELECT count(*) FROM message WHERE kind = 'message' AND delivery = 'sent'") == 3
    noted = "SELECT count(DISTINCT action) FROM audit_entry WHERE action IN ('assign', 'report', 'close', 'file')"
    assert await value(both_houses, noted) == 4


async def test_what_the_life_of_a_tip_does_not_allow_is_refused(officer: httpx.AsyncClient, both_houses: House) -> None:
    path, csrf = await open_tip(officer)
    for data in ({"status": "received"}, {"status": "nonsense"}, {"status": "closed", "outcome": "nonsense"}):
        assert (await officer.post(f"{path}/close", data={**csrf, **data})).status_code == 422
    assert (await officer.post(f"{path}/assign", data={**csrf, "office": "range/varanasi"})).status_code == 403
    assert (await officer.post(f"{path}/assign", data={**csrf, "office": "outside/vigilance"})).status_code == 403
    assert (await officer.post(f"{path}/message", data={**csrf, "words": "  "})).status_code == 422
    assert await value(both_houses, "SELECT status FROM tip") == "seen"


async def test_the_panel_works_without_the_keys_to_an_address(tmp_path: Path) -> None:
    """P2, the half that needs no second database role: nothing but the panel's keys, and every page opens."""
    from satark.app import build_core, build_web
    from satark.settings import Settings

    async with house_at(tmp_path) as house:
        await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"], "en")
        await tell(house, "910000000001", 1)
    for name in ("courier.key", "courier.pub", "lookup.key", "conversation.key"):
        (tmp_path / "keys" / name).unlink()
    assert "courier.key" not in load_keys(tmp_path / "keys")
    core = build_core(Settings(data_dir=tmp_path, channels="webform", second_factor="optional"), environ={})
    panel = httpx.AsyncClient(transport=httpx.ASGITransport(app=build_web(core, "panel")), base_url="http://testserver")
    async with panel:
        await panel.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
        path, csrf = await open_tip(panel)
        assert "the same words" in (await panel.get(path)).text
        for act, data in {
            "assign": {"office": "district/jaunpur"},
            "report": {"text": "x", "step": "send"},
            "message": {"words": "x"},
            "note": {"words": "x"},
        }.items():
            assert (await panel.post(f"{path}/{act}", data={**csrf, **data})).status_code == 303
        assert (await panel.get(path)).status_code == 200
    assert core.door is None
    await core.store.dispose()


async def test_the_number_of_queries_does_not_grow_with_the_tips(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"], "en")
    counted = reads_of(house)
    async with browser(house) as client:
        await client.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
        numbers = []
        for tips in (1, 3):
            while (told := await value(house, "SELECT count(*) FROM tip")) < tips:
                await tell(house, f"91{told:010}", 1)
            counted.clear()
            await client.get("/panel/tips")
            numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 10


async def test_a_login_is_given_once(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"])
    with pytest.raises(LoginTaken):
        await add_officer(house.core.store, "dig", "B", PASSWORD, ["range/varanasi"])


async def test_the_inbox_is_filtered_and_its_links_keep_the_filters(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"], "en")
    rows = Rows()
    for number in range(60):
        add_tip(house, rows, number, frozenset())
    async with house.core.store.write() as db:
        await rows.write(db)
        await db.execute(
            text("UPDATE tip_reader SET fresh = (tip_id < (SELECT id FROM tip ORDER BY id LIMIT 1 OFFSET 55))")
        )
        await db.execute(
            text("UPDATE tip SET locale = 'ur', assigned = 'district/jaunpur' WHERE id = (SELECT min(id) FROM tip)")
        )
    async with browser(house) as client:
        await client.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})

        async def found(query: str) -> int:
            return len(re.findall(r'href="/panel/tips/[0-9A-Z-]{11}"', (await client.get(f"/panel/tips?{query}")).text))

        assert await found("") == 50
        older = re.search(r'rel="next" href="[?]([^"]+)"', (await client.get("/panel/tips?unread=yes")).text)
        assert older
        assert await found(older[1].replace("&amp;", "&")) == 5
        assert await found("locale=ur") == await found("assigned=district/jaunpur&locale=ur&unread=yes") == 1
        assert await found("channel=webform") == 50
        assert await found("channel=simulator") == await found("station=station/jaunpur/line-bazar") == 0
        page = (await client.get("/panel/tips?unread=yes&channel=webform")).text
        assert 'href="?unread=yes' not in page
        assert "channel=webform&amp;unread=yes&amp;before=" in page
        assert "status=received" in page
        assert (
            await client.get("/panel/tips?before=99999999-x&after=1&unread=%27%22%3E&nonsense=1")
        ).status_code == 200


async def test_what_asks_who_they_are_is_shown_once_more(officer: httpx.AsyncClient, both_houses: House) -> None:
    path, csrf = await open_tip(officer)
    asked = await officer.post(f"{path}/message", data={**csrf, "words": "What is your name? <b>"})
    assert asked.status_code == 200
    assert "This seems to ask who they are" in asked.text
    assert "What is your name? &lt;b&gt;</textarea>" in asked.text
    assert await value(both_houses, "SELECT count(*) FROM outbox WHERE message_id <> ''") == 0
    changed = await officer.post(f"{path}/message", data={**csrf, "words": "Where is it?"})
    assert changed.status_code == 303
    sent = await officer.post(f"{path}/message", data={**csrf, "words": "What is your name?", "sure": "yes"})
    assert sent.status_code == 303
    assert await value(both_houses, "SELECT count(*) FROM audit_entry WHERE detail = 'asks who they are'") == 1


async def test_a_quick_question_arrives_in_the_informant_s_language(
    officer: httpx.AsyncClient, both_houses: House
) -> None:
    """The officer reads English, the informant Hindi."""
    house = both_houses
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET locale = 'hi'"))
    path, csrf = await open_tip(officer)
    for phrase in ("", "closed", "nonsense"):
        assert (await officer.post(f"{path}/message", data={**csrf, "phrase": phrase})).status_code == 422
    assert (await officer.post(f"{path}/message", data={**csrf, "phrase": "ask_when"})).status_code == 303
    assert "on which days, and at what time?" in (await officer.get(path)).text
    await house.work()
    chat: Any = house.core.registry.channels["simulator"]
    read = Envelope(Secret("910000000001"), Secret("read"), Inbound(Kind.CHOICE, choice="news"))
    await house.core.door.receive(chat, [read])
    await house.work()
    assert any("किन दिनों में" in str(said) for said in chat._inboxes["910000000001"].values())
