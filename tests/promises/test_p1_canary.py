"""P1: no marked identity is at rest anywhere, in any form, after each channel was driven from end to end."""

import asyncio
import base64
import io
import itertools
import json
import logging
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from arq.connections import ArqRedis, create_pool
from PIL import Image

from conftest import House, house_at
from satark.commands.canary import Canary
from satark.jobs.redis import PrivateRedis, redis_settings
from satark.web.logs import configure_logging
from satark_telegram.standin import Refused
from tests.journey.calls import carrier
from tests.journey.messengers import ENVIRON, Messenger, messengers, sent_photo

PHONE = "919876500042"
NAME = "Canary Kumari"
FILE = "canary-kumari-selfie.jpg"
AGENT = "CanaryBrowser/7.7"
CLIENT = "203.0.113.77"
EXIF = "CanaryMaker"
MESSAGE_ID = "wamid.CANARY0042"
TELEGRAM_ID = "7000400042"
FIRST_ID = 770042000
FILE_ID = "660042000"
CALLER = "+911000400042"
ARTIST = "CanarySinger"
TOKENS = tuple(value for key, value in ENVIRON.items() if "TOKEN" in key or "SECRET" in key)
MARKS = (
    *(PHONE, PHONE[2:], NAME, FILE, AGENT, CLIENT, EXIF, MESSAGE_ID),
    *(TELEGRAM_ID, *(str(FIRST_ID + at) for at in range(20)), FILE_ID, *TOKENS),
)


CANARY = Canary({mark: mark for mark in MARKS})


def found_in(data: bytes) -> list[str]:
    return CANARY.found_in(data)


def photo() -> bytes:
    file, tags = io.BytesIO(), Image.Exif()
    tags[0x010F] = EXIF
    Image.new("RGB", (40, 30), "blue").save(file, "JPEG", exif=tags)
    return file.getvalue()


async def send_ahead(client: httpx.AsyncClient, cut: int = 0) -> str:
    """A file in parts, by a client that tells its name. Returns what the form says of it."""
    told = {"filename": FILE, "filetype": "image/jpeg", "name": NAME}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo()) + cut), "Upload-Metadata": metadata}
    begun = await client.post("/channels/webform/files", headers=headers)
    headers |= {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = await client.patch(begun.headers["location"], headers=headers, content=photo())
    assert sent.status_code == 204
    return begun.headers["location"].rsplit("/")[-1] + "/photo"


async def tell_by_form(client: httpx.AsyncClient) -> str:
    page = (await client.get("/channels/webform/")).text
    fields = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', page))
    fields |= {
        "category": "category:gambling",
        "text": "a den by the well",
        "place": "at:district/jaunpur",
        "lang": "en",
        "kept": await send_ahead(client),
    }
    await send_ahead(client, cut=1)
    answer = await client.post("/channels/webform/", data=fields, files={"files": (FILE, photo(), "image/jpeg")})
    receipt = re.search(r'data-code="(\d{16})"', answer.text)
    assert receipt, answer.text
    return receipt[1]


async def tell_by_chat(client: httpx.AsyncClient) -> None:
    kept = await client.post(
        "/channels/simulator/file", content=photo(), headers={"X-Simulator": "1", "Content-Type": "image/jpeg"}
    )
    said = [
        {"text": f"hello I am {NAME}, my number is {PHONE[2:]}"},
        {"kind": "choice", "choice": "language:en"},
        {"kind": "choice", "choice": "category:weapons"},
        {"kind": "media", "text": f"from {NAME}", **kept.json()},
        {"kind": "choice", "choice": "done"},
        {"text": "kotwali jaunpur"},
        {"kind": "choice", "choice": "at:station/jaunpur/kotwali"},
        {"kind": "choice", "choice": "check:send"},
        {"text": f"unfinished, call +91 {PHONE[2:7]} {PHONE[7:]}"},
    ]
    batch = [{"phone": PHONE, "id": f"{MESSAGE_ID}{at}", "name": NAME, **one} for at, one in enumerate(said)]
    answer = await client.post("/channels/simulator/say", content=json.dumps(batch), headers={"X-Simulator": "1"})
    assert answer.status_code == 200


async def tell_by(messenger: Messenger, person: str) -> None:
    """Words with the teller's own name and number, a photo, a failed send, a report on it, and a second tip."""
    messenger.people, messenger.numbers = NAME, itertools.count(FIRST_ID)
    messenger.files[FILE_ID] = photo()
    await messenger.report(person, f"I am {NAME}, call {person} or {person[2:]}")
    await messenger.say(person, sent_photo(FILE_ID, f"from {NAME}"), "=same:yes")
    messenger.stand_in.refusals.append(131000 if messenger.channel.name == "whatsapp" else Refused(500, f"no {person}"))
    await messenger.say(person, "and my number again: " + person)
    await messenger.later()
    assert await messenger.count("evidence", f"state = 'ready' AND channel = '{messenger.channel.name}'")
    assert any("Keep this number" in one for one in messenger.heard(person))


async def act(client: httpx.AsyncClient, house: House) -> None:
    from satark.panel.people import add_officer

    await add_officer(house.core.store, "dig", "A", "a long password", ["range/varanasi"])
    await client.post("/panel/sign-in", data={"login": "dig", "password": "a long password"})
    inbox = (await client.get("/panel/tips")).text
    for reference in set(re.findall(r"/panel/tips/([0-9A-Z-]{11})\"", inbox)):
        page = (await client.get(f"/panel/tips/{reference}")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf
        assert not found_in(page.encode())
        await client.post(
            f"/panel/tips/{reference}/report",
            data={"csrf": csrf[1], "text": "went there", "words": "done", "step": "send"},
        )
        for evidence in re.findall(r'src="(/panel/evidence/[0-9a-f]+)"', page):
            assert found_in((await client.get(evidence)).content) == []


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
async def test_no_mark_is_at_rest(tmp_path: Path, capfd: pytest.CaptureFixture[str], level: int) -> None:
    configure_logging(level)
    async with messengers(tmp_path) as both:
        house = both["whatsapp"].house
        transport = httpx.ASGITransport(app=house.web, client=(CLIENT, 4242), raise_app_exceptions=False)
        headers = {"User-Agent": AGENT}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            receipt = await tell_by_form(client)
            await tell_by_chat(client)
            await tell_by(both["whatsapp"], PHONE)
            await tell_by(both["telegram"], TELEGRAM_ID)
            await house.work()
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as desk:
                await act(desk, house)
            await both["telegram"].later()
            await house.work()
            got = (await client.get("/channels/simulator/inbox", headers={"X-Phone": PHONE})).json()
            status = await client.post("/channels/webform/status", data={"receipt": receipt, "lang": "en"})
            await client.get(f"/nowhere/{PHONE}?name={NAME}")
    assert any("news" in message["text"] for message in got), "the courier did not reach the phone"
    assert all("news" in one.heard(person)[-1] for one, person in zip(both.values(), (PHONE, TELEGRAM_ID), strict=True))
    assert "done" in status.text
    out, err = capfd.readouterr()
    assert found_in((out + err).encode()) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert any("evidence" in path.parts for path in files)
    assert {str(path): found_in(path.read_bytes()) for path in files if found_in(path.read_bytes())} == {}
    assert [path for path in files if found_in(str(path).encode())] == []


async def test_no_mark_of_a_call_is_at_rest(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A ring, the call back, a tip in it, a line that broke, and a carrier that does not delete at once."""
    configure_logging(logging.DEBUG)
    async with carrier(tmp_path, environ={"SATARK_IVR_MISSED_CALL": "1"}) as line:
        line.artist = ARTIST
        line.stand_in.refusals.append(500)
        ring = await line.call(CALLER).begin()
        await line.change("UPDATE outbox SET due = 0")
        await line.house.work()
        await line.change("UPDATE outbox SET due = 0, claimed_until = 0")
        await line.house.work()
        assert [one["To"] for one in line.stand_in.called] == [CALLER]
        back = line.call(CALLER, direction="outbound-api")
        receipt = await back.tell()
        broken = await line.call(CALLER, direction="outbound-api").to_the_account()
        recordings = [await broken.speak("hangup")]
        await line.house.work()
        await line.clock_speaks()
        async with httpx.AsyncClient(transport=line.client._transport, base_url="http://testserver") as desk:
            await act(desk, line.house)
        again = await line.call(CALLER, direction="outbound-api").begin()
        await again.press(f"22{receipt}")
        assert "done" in again.heard
        await again.wait()
        await line.client.post(f"/channels/ivr/voice?From={CALLER}", data={"From": CALLER})
        sids = [one.sid for one in (ring, back, broken, again)]
        assert len(line.stand_in.deleted) == await line.count("evidence", "state = 'ready'") == 2
        own = (*sids, *recordings, *line.stand_in.deleted, CALLER, CALLER[3:], ARTIST, line.token)
    out, err = capfd.readouterr()
    calls = Canary({mark: mark for mark in own})
    assert calls.found_in((out + err).encode()) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {str(path): found for path in files if (found := calls.found_in_file(path))} == {}


def test_the_search_finds_what_it_looks_for() -> None:
    """A canary that never sings would prove nothing."""
    for mark in MARKS:
        for data in (mark, mark.encode().hex(), quote(mark)):
            assert mark in found_in(f"xx{data}yy".encode())
        for before in ("", "a", "ab"):
            assert mark in found_in(base64.b64encode(f"{before}{mark}zzz".encode()))


async def everything_in(pool: ArqRedis) -> bytes:
    return b"".join([key + (await pool.dump(key) or b"") for key in await pool.keys("*")])


async def test_redis_holds_wake_ups_and_nothing_else(tmp_path: Path) -> None:
    """Every key and value in a real Redis, while jobs wait in it that nobody takes."""
    private = PrivateRedis(tmp_path)
    await private.start()
    pool = await create_pool(redis_settings(private.url))
    async with house_at(tmp_path, pool=pool) as house:
        transport = httpx.ASGITransport(app=house.web, client=(CLIENT, 4242))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await tell_by_form(client)
            await tell_by_chat(client)
            dump = b""
            while not (b"deliver" in dump and b"prepare" in dump):
                await asyncio.sleep(0.01)
                dump = await everything_in(pool)
        await house.core.wake.__self__.stop()
    assert found_in(dump) == []
    await pool.aclose()
    await private.stop()


async def test_file_times_are_no_finer_than_the_hour(tmp_path: Path) -> None:
    async with house_at(tmp_path) as house:
        transport = httpx.ASGITransport(app=house.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await tell_by_form(client)
        times = [path.stat().st_mtime for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    assert times
    assert all((time + 19_800) % 3600 == 0 for time in times), (
        "hours of the same zone as in rows: two grids would tell more"
    )
