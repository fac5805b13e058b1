"""Notices in browsers: a push service on this machine opens what it gets with a library that is not ours."""

import asyncio
import logging
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import http_ece
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from conftest import House, served
from satark.jobs.pushes import push_news
from satark.panel.people import add_officer
from satark.panel.push_hosts import is_trusted
from satark.settings import PUSH_HOSTS
from satark.store.writing import Rows
from tests.promises.test_p4_accused_learn_nothing import add_tip, as_officer, form_of

SHO = "station/jaunpur/kotwali"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """A subscription, as a browser keeps it."""

    def __init__(self, endpoint: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.form = {"endpoint": endpoint, "p256dh": b64(point), "auth": b64(self.auth)}

    def read(self, body: bytes) -> str:
        plain: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return plain.decode()


class PushService:
    """What came, by the last part of the address; `answers` are the status codes it gives there."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, int] = {}
        self.app = Starlette(routes=[Route("/push/{name}", self.take, methods=["POST", "GET"])])

    async def take(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.came.append((name, dict(request.headers), await request.body()))
        code = self.answers.get(name, 201)
        return RedirectResponse("/push/elsewhere", code) if 300 <= code < 400 else Response(status_code=code)

    def names(self) -> list[str]:
        found, self.came = sorted(name for name, _, _ in self.came), []
        return found


class Desk:
    def __init__(self, house: House, service: PushService, url: str) -> None:
        self.house = house
        self.service = service
        self.url = url
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.browsers: dict[str, Browser] = {}

    async def subscribe(self, login: str, name: str = "") -> httpx.Response:
        browser = self.browsers[name or login] = Browser(f"{self.url}/push/{name or login}")
        return await self.post(login, "/panel/account/push", **browser.form)

    async def post(self, login: str, path: str, **fields: str) -> httpx.Response:
        token = await form_of(self.clients[login], "/panel/account")
        return await self.clients[login].post(path, data={**token, **fields})

    async def push(self) -> int:
        """Two workers at once."""
        return sum(await asyncio.gather(*(push_news({"bench": self.house.bench}) for _ in range(2))))

    async def tip(self, number: int, *accused: str) -> None:
        rows = Rows()
        add_tip(self.house, rows, number, frozenset(accused))
        async with self.house.core.store.write() as db:
            await rows.write(db)

    async def change(self, statement: str) -> None:
        async with self.house.core.store.write() as db:
            await db.execute(text(statement))

    async def value(self, query: str) -> Any:
        async with self.house.core.store.read() as db:
            return (await db.execute(text(query))).scalar_one()


@pytest.fixture
async def desk(both_houses: House) -> AsyncIterator[Desk]:
    service = PushService()
    async with served(service.app) as url:
        made = Desk(both_houses, service, url)
        both_houses.core.settings.push_hosts = url
        both_houses.core.settings.mail_from = "Satark <satark@police.test>"
        for login, office, locale in (("sho", SHO, "hi"), ("dig", "range/varanasi", "en")):
            await add_officer(both_houses.core.store, login, login, "a long password", [office], locale)
            made.clients[login] = await as_officer(both_houses, login)
        yield made
        for client in made.clients.values():
            await client.aclose()


async def test_a_notice_is_sealed_signed_and_says_only_how_many(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for number in range(2):
        await desk.tip(number)
    for login in desk.clients:
        assert (await desk.subscribe(login)).headers["location"] == "/panel/account#notices"
    assert await desk.push() == 2
    read = {}
    for name, headers, body in desk.service.came:
        read[name] = desk.browsers[name].read(body)
        assert (headers["content-encoding"], headers["topic"], headers["ttl"]) == ("aes128gcm", "satark", "43200")
        scheme, token, key = headers["authorization"].replace(",", " ").split()
        assert scheme == "vapid"
        point = urlsafe_b64decode(key.removeprefix("k=") + "=")
        assert point == desk.house.core.keys["push.pub"]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        claims = jwt.decode(token.removeprefix("t="), public, ["ES256"], audience=desk.url)
        assert claims["sub"] == "mailto:satark@police.test"
    assert {name: said.strip() for name, said in read.items()} == {
        "sho": "2 सूचनाओं में कुछ नया है।", "dig": "2 tips have something new.",
    }  # fmt: skip
    assert len({len(body) for _, _, body in desk.service.came}) == 1, "their length tells nothing"
    said = [record.getMessage() for record in caplog.records if record.name.startswith("satark")]
    assert said
    assert all(re.fullmatch("notices: [12] sent", line) for line in said), said


async def test_it_is_sent_when_there_is_more_and_the_accused_get_none(desk: Desk) -> None:
    for login in desk.clients:
        await desk.subscribe(login)
    await desk.tip(1)
    assert await desk.push() == 2
    assert await desk.push() == 0
    desk.service.names()
    await desk.tip(2, SHO)
    assert (await desk.push(), desk.service.names()) == (1, ["dig"])
    await desk.change("UPDATE tip_reader SET fresh = false")
    assert await desk.push() == 0
    await desk.change("UPDATE tip_reader SET fresh = true")
    assert (await desk.push(), desk.service.names()) == (2, ["dig", "sho"])


async def test_what_a_push_service_says_is_heard(desk: Desk) -> None:
    await desk.tip(1)
    desk.service.answers = {"gone": 410, "lost": 404, "busy": 429, "down": 503, "bad": 400, "away": 307}
    for name in (*desk.service.answers, "well"):
        await desk.subscribe("dig", name)
    assert await push_news({"bench": desk.house.bench}) == 1
    assert desk.service.names() == sorted((*desk.service.answers, "well"))
    assert await desk.value("SELECT count(*) FROM push_subscription") == 5
    desk.service.answers = {}
    assert (await desk.push(), desk.service.names()) == (2, ["busy", "down"])
    assert await desk.push() == 0


async def test_who_signs_out_everywhere_or_is_off_is_told_nothing_more(desk: Desk) -> None:
    await desk.tip(1)
    await desk.subscribe("dig")
    await desk.subscribe("sho")
    await desk.change("UPDATE officer SET active = false WHERE login = 'sho'")
    await desk.post("dig", "/panel/account/sessions")
    assert await desk.push() == 0
    await desk.change("UPDATE officer SET active = true WHERE login = 'sho'")
    await desk.change("UPDATE officer SET role = 'auditor' WHERE login = 'sho'")
    assert await desk.push() == 0
    await desk.change("UPDATE officer SET role = 'officer' WHERE login = 'sho'")
    assert await desk.push() == 1
    await desk.subscribe("dig", "shared")
    await desk.subscribe("sho", "shared")
    assert await desk.value("SELECT count(*) FROM push_subscription WHERE endpoint LIKE '%shared'") == 1
    await desk.post("sho", "/panel/account/push/stop")
    assert await desk.value("SELECT count(*) FROM push_subscription") == 0


async def test_only_a_push_service_may_be_named_with_proper_keys(desk: Desk) -> None:
    good = Browser(f"{desk.url}/push/x").form
    port = desk.url.rsplit(":", 1)[1]
    for wrong in (
        {"endpoint": "http://127.0.0.1:1/push/x"}, {"endpoint": f"http://127.0.0.1:{port}@evil.test/push/x"},
        {"endpoint": "https://fcm.googleapis.com/x"}, {"endpoint": ""}, {"endpoint": f"{desk.url}/{'x' * 1024}"},
        {"p256dh": good["auth"]}, {"p256dh": "é"}, {"auth": good["p256dh"]}, {"auth": ""},
    ):  # fmt: skip
        assert (await desk.post("dig", "/panel/account/push", **{**good, **wrong})).status_code == 422, wrong
    for wrong in (
        {"digest": "weekly", "email": "a@b.test"},
        {"digest": "daily"},
        {"email": "a@b.test\nBcc: c@d.test"},
        {"email": "a@b"},
    ):
        assert (await desk.post("dig", "/panel/account/digest", **wrong)).status_code == 422, wrong
    assert (await desk.post("dig", "/panel/account/digest", digest="daily", email="dig@police.test")).is_redirect
    page = (await desk.clients["dig"].get("/panel/account")).text
    assert 'value="dig@police.test"' in page
    assert '<option value="daily" selected>' in page
    assert (await desk.post("dig", "/panel/account/digest", digest="", email="")).is_redirect
    await desk.subscribe("dig")
    await desk.tip(1)
    desk.house.core.settings.push_hosts = PUSH_HOSTS
    assert (await desk.push(), desk.service.names()) == (0, []), "a host that is trusted no more gets nothing"


@pytest.mark.parametrize(
    ("endpoint", "trusted"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://FCM.googleapis.com:443/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://autopush.push.services.mozilla.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://web.push.apple.com/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.test/x", False),
        ("https://fcm.googleapis.com@evil.test/x", False),
        ("https://evil.test/fcm.googleapis.com", False),
        ("https://evilnotify.windows.com/x", False),
        ("https://notify.windows.com/x", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1", False),
        ("https://fcm.googleapis.com:x/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_a_browser_may_not_name_any_host(endpoint: str, trusted: bool) -> None:
    assert is_trusted(endpoint, PUSH_HOSTS) is trusted
