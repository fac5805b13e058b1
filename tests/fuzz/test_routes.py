"""Whatever is sent to any route, by whomever: an answer, and never a breakdown."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Mount, Route

from conftest import House, house_at, postgres_at
from satark.panel.people import add_officer
from satark.panel.roles import Role
from tests.promises.test_p1_canary import tell_by_form

PASSWORD = "a long password"
OFFICES = {Role.OFFICER: ["range/varanasi"], Role.ADMINISTRATOR: [], Role.AUDITOR: [], Role.ANALYST: ["range/varanasi"]}
# Streams without an end, and what takes the session away.
LEFT_OUT = ("/live", "/sign-out")
# Numbers that are still being counted are a 503 that says so.
COUNTING = "/panel/insight/"
SURPRISES = [
    "", " ", "0", "-1", "9" * 40, "1e309", "nan", "१२३", "٣", "\x00", "\x1b[0m", "\u202e", "\ud7ff", "🙂" * 300, "%00", "../../etc/passwd",
    "' OR 1=1 --", "<script>alert(1)</script>", "{{ 7*7 }}", "%(x)s {x} {0}", "yes", "hi", "en", "ur", "send", "received", "weapons",
    "range/varanasi", "district/jaunpur", "station/jaunpur/kotwali", "station/nowhere/none", "2026-11-26", "2026-13-45", "600000-",
    "8a3d8a3d8a3d8a3d8a3d8a3d8a3d8a3d",
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "",
    "\x7f",
]
HEADERS = {
    "Range": ["bytes=0-", "bytes=-0", "bytes=5-1", "bytes=0-0,2-3", "bytes=99999999999999999999-", "lines=1"],
    "Accept-Language": ["ur", "*;q=0", "hi-IN,en;q=x", "," * 500],
    "If-None-Match": ["*", '"x"', "W/"],
    "HX-Request": ["true"],
    "Tus-Resumable": ["1.0.0", "9"],
    "Upload-Length": ["-1", "0", "9" * 30, "x"],
    "Upload-Offset": ["-1", "0", "9" * 30, "x"],
    "Upload-Metadata": ["filename", "filename x=", ",,,"],
    "Cookie": ["session=x", "session=" + "y" * 5000, ";;;=", "lang=xx"],
    "X-Simulator": ["1"],
    "Content-Length": [],
}


@cache
def fields() -> list[str]:
    """The names of all fields that any form of ours has, and of what is asked for in addresses."""
    found = {
        "csrf",
        "q",
        "after",
        "before",
        "lang",
        "status",
        "turn",
        "step",
        "overdue",
        "unread",
        "sort",
        "window",
        "kind",
        "of",
    }
    for page in [*Path("templates").rglob("*.html"), *Path("plugins").rglob("*.html")]:
        found |= set(re.findall(r'name="([\w-]+)"', page.read_text(encoding="utf-8")))
    return sorted(found)


def paths(routes: Any, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Every path there is, with its gaps, and whether something is posted to it."""
    for route in routes:
        if isinstance(route, Mount):
            yield from paths(route.routes, prefix + route.path)
        elif isinstance(route, Route) and not (prefix + route.path).endswith(LEFT_OUT):
            yield prefix + route.path, "POST" in (route.methods or ())


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str] | None
    body: bytes
    who: Role | None


LONG = "a" * 70_000
words = st.one_of(st.sampled_from(SURPRISES), st.text(max_size=40))


@st.composite
def asked(draw: st.DrawFn, known: list[tuple[str, bool]], ids: list[str]) -> Asked:
    path, posted = draw(st.sampled_from(known))
    gap = st.one_of(st.sampled_from(ids), words.filter(bool))
    path = re.sub(r"\{[^}]+\}", lambda _: quote(draw(gap), safe=""), path)
    # httpx itself refuses long addresses.
    pairs = st.dictionaries(st.sampled_from(fields()), st.one_of(words, st.sampled_from(ids)), max_size=6)
    chosen = draw(st.sets(st.sampled_from([name for name, some in HEADERS.items() if some]), max_size=3))
    headers = {name: draw(st.sampled_from(HEADERS[name])) for name in sorted(chosen)}
    posts = draw(st.sampled_from(["POST"] * 6 + ["GET", "PUT", "PATCH", "DELETE"])) if posted else "GET"
    method = draw(st.sampled_from([posts] * 9 + ["HEAD", "OPTIONS", "PATCH"]))
    by_form = draw(st.booleans())
    if not by_form:
        headers["Content-Type"] = draw(st.sampled_from(TYPES))
    body = b"" if by_form else draw(st.one_of(st.binary(max_size=200), words.map(str.encode)))
    form = draw(pairs) if by_form and method == "POST" else None
    if form and draw(st.integers(0, 9)) == 0:
        form[min(form)] = LONG
    who = draw(st.sampled_from([*Role, Role.OFFICER, Role.OFFICER, Role.ADMINISTRATOR, None]))
    return Asked(method, path, draw(pairs), headers, form, body, who)


class Fuzzed:
    """A house with a tip in it, and somebody of each role at a desk of their own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desks: dict[Role | None, httpx.AsyncClient] = {}
        self.tokens: dict[Role | None, str] = {}
        self.ids: list[str] = []

    def desk(self) -> httpx.AsyncClient:
        # Redirects are not followed: where they lead is asked anyway.
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.house.web), base_url="http://testserver")

    async def begin(self) -> None:
        async with self.desk() as citizen:
            await tell_by_form(citizen)
        await self.house.work()
        self.desks[None] = self.desk()
        for role, offices in OFFICES.items():
            await add_officer(self.house.core.store, role.value, role.value, PASSWORD, offices, "en", role)
            await self.sit_down(role)
        inbox = (await self.desks[Role.OFFICER].get("/panel/tips")).text
        path = re.search(r'"(/panel/tips/[0-9A-Z-]{11})"', inbox)
        assert path
        page = (await self.desks[Role.OFFICER].get(path[1])).text
        self.ids = sorted({path[1].rpartition("/")[2], *re.findall(r"/panel/evidence/([0-9a-f]{32})", page), "jaunpur"})
        assert len(self.ids) == 4

    async def sit_down(self, role: Role) -> None:
        """Anew, where what was sent has taken the session away."""
        desk = self.desks[role] = self.desk()
        await desk.post("/panel/sign-in", data={"login": role.value, "password": PASSWORD})
        token = re.search(r'name="csrf" value="([^"]+)"', (await desk.get("/panel/account")).text)
        assert token
        self.tokens[role] = token[1]

    async def send(self, one: Asked) -> httpx.Response:
        desk = self.desks[one.who]
        if one.who is not None and (await desk.get("/panel/account")).status_code != 200:
            await self.sit_down(one.who)
            desk = self.desks[one.who]
        headers, content = dict(one.headers), one.body
        if one.form is not None:
            content = urlencode({"csrf": self.tokens.get(one.who, ""), **one.form}, errors="surrogatepass").encode()
            headers["Content-Type"] = TYPES[0]
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        if one.who is not None:
            raw.pop(b"Cookie", None)
        return await desk.request(one.method, one.path, params=one.query, content=content, headers=[*raw.items()])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fuzzed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[asyncio.Runner, Fuzzed]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = ""
        if request.param == "postgresql":
            template = request.getfixturevalue("postgres_template")
            database = runner.run(stack.enter_async_context(postgres_at(template)))
        house = runner.run(stack.enter_async_context(house_at(tmp_path_factory.mktemp("fuzz"), database)))
        made = Fuzzed(house)
        runner.run(made.begin())
        yield runner, made
        runner.run(stack.aclose())


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_request_breaks_a_route(fuzzed: tuple[asyncio.Runner, Fuzzed], data: st.DataObject) -> None:
    runner, made = fuzzed
    known = list(paths(made.house.web.routes))
    one = data.draw(asked(known, made.ids))
    answer = runner.run(made.send(one))
    assert answer.status_code < 500 or (answer.status_code == 503 and one.path.startswith(COUNTING)), answer.status_code
    assert "Traceback" not in answer.text[:5000]
    assert "default-src" in answer.headers["content-security-policy"]


NULLS = ["\0"]


def with_nulls(known: list[tuple[str, bool]], ids: list[str]) -> Iterator[Asked]:
    """Every path with null characters in its gaps, in all that is asked and in all that is posted, by everybody."""
    for (path, posted), null, who in product(known, [*NULLS, f"{ids[0]}\0"], (None, Role.OFFICER, Role.ADMINISTRATOR)):
        address = re.sub(r"\{[^}]+\}", quote(null), path)
        everything = dict.fromkeys(fields(), null)
        everything.pop("csrf")
        headers = {"Tus-Resumable": "1.0.0", "X-Simulator": "1", "Cookie": 'session="\\000x"'}
        yield Asked("GET", address, everything, headers, None, b"", who)
        if posted:
            yield Asked("POST", address, everything, headers, everything, b"", who)


def test_a_null_character_breaks_no_route(fuzzed: tuple[asyncio.Runner, Fuzzed]) -> None:
    runner, made = fuzzed
    for one in with_nulls(list(paths(made.house.web.routes)), made.ids):
        answer = runner.run(made.send(one))
        is_counting = answer.status_code == 503 and one.path.startswith(COUNTING)
        assert answer.status_code < 500 or is_counting, (one.method, one.path, one.who, answer.status_code)


def test_all_routes_are_asked(fuzzed: tuple[asyncio.Runner, Fuzzed]) -> None:
    known = list(paths(fuzzed[1].house.web.routes))
    assert len(known) > 80
    assert {path for path, _ in known} >= {"/panel/tips/{reference}/report", "/channels/webform/", "/q/{poster}"}
