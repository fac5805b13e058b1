"""Forms, files in parts and files themselves: whatever comes, it is an answer or a reason, and never a breakdown."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from conftest import House, house_at
from satark.channels.testing import FakeHost
from satark.evidence.kinds import HEAD, kind_of_content
from satark.evidence.report import Reason
from satark.evidence.sandbox import Clean, Sandbox, Withheld
from satark_webform.envelopes import files_of, point_of, token_of, whole_report
from satark_webform.reading import BadForm, Form, read_form
from tests.evidence.samples import MARK, pieces
from tests.fuzz.corpora import kept, spoilt, telling_nobody

FORMS, LINES, FILES = kept("webform"), kept("tus"), kept("files")
UPLOADS = "/channels/webform/files"
MOST_STATUS = 500


def posted(data: bytes, cut: int) -> Request:
    """A form whose first line is its type; its body comes in pieces of so many bytes."""
    kind, _, body = data.partition(b"\n")
    chunks = [body[at : at + cut] for at in range(0, len(body), cut)] or [b""]
    messages = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
    messages[-1]["more_body"] = False

    async def receive() -> Any:
        return messages.pop(0)

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}, receive)


async def form_of(data: bytes, cut: int) -> Form | None:
    try:
        return await read_form(posted(data, cut), FakeHost(), 1000)
    except BadForm:
        return None


def read(runner: asyncio.Runner, data: bytes, cut: int) -> None:
    """However it is cut, it is the same form, and what it says can be told to the flow."""
    with telling_nobody(data):
        found, whole = (runner.run(form_of(data, size)) for size in (cut, 2**20))
        assert (found and found.fields) == (whole and whole.fields)
        if found is None:
            return
        said = whole_report(found, FakeHost().questions("hi"))
    assert re.fullmatch(r"[\w-]{22}", token_of(found))
    for envelope in said:
        envelope.inbound.text.encode()
    assert len(files_of(found)) <= 20
    point = point_of(found)
    assert point is None or -180 <= point.lon <= 180


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.mark.parametrize("name", FORMS)
def test_a_kept_form_is_read(runner: asyncio.Runner, name: str) -> None:
    read(runner, FORMS[name], 7)


@settings(max_examples=300)
@given(data=spoilt(FORMS), cut=st.integers(1, 64))
def test_a_spoilt_form_is_read_or_refused(runner: asyncio.Runner, data: bytes, cut: int) -> None:
    read(runner, data, cut)


@pytest.fixture(scope="module")
def house(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One client may begin as many uploads as it likes."""
    stack = AsyncExitStack()
    stack.enter_context(pytest.MonkeyPatch.context()).setattr("satark.gateway.tus.FREE_UPLOADS", 10**6)
    yield runner.run(stack.enter_async_context(house_at(tmp_path_factory.mktemp("fuzz"))))
    runner.run(stack.aclose())


async def asked(house: House, data: bytes) -> httpx.Response:
    """A line `METHOD /path`, headers, a blank line and the body; `{id}` is an upload that was begun."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, path = first.decode("latin-1").partition(" ")
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    transport = httpx.ASGITransport(app=house.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        begun = await client.post(UPLOADS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "40"})
        assert begun.status_code == 201
        upload = begun.headers["Location"].rpartition("/")[2]
        path = UPLOADS + path.replace("{id}", upload).rstrip("/")
        scope_headers = [(name, value) for name, value in headers if re.fullmatch(rb"[\w-]+", name)]
        return await client.request(method, httpx.URL(path), headers=scope_headers, content=body)


def takes(runner: asyncio.Runner, house: House, data: bytes) -> None:
    try:
        with telling_nobody(data):
            answer = runner.run(asked(house, data))
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
        return
    assert answer.status_code < MOST_STATUS
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", LINES)
def test_kept_headers_of_an_upload_are_answered(runner: asyncio.Runner, house: House, name: str) -> None:
    takes(runner, house, LINES[name])


@settings(max_examples=250)
@given(data=spoilt(LINES))
def test_spoilt_headers_of_an_upload_are_answered(runner: asyncio.Runner, house: House, data: bytes) -> None:
    takes(runner, house, data)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


async def cleaned(sandbox: Sandbox, data: bytes) -> tuple[Reason | None, bytes]:
    result = await sandbox.clean(pieces(data))
    if isinstance(result, Withheld):
        return result.reason, b""
    assert isinstance(result, Clean)
    shown = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    return None, shown


def is_clean_or_withheld(runner: asyncio.Runner, sandbox: Sandbox, data: bytes) -> None:
    """What is shown has no tag of the sample in it (P6)."""
    kind_of_content(data[:HEAD])
    _, shown = runner.run(cleaned(sandbox, data))
    assert MARK.encode() not in shown


@pytest.mark.parametrize("name", FILES)
def test_a_kept_file_is_clean_or_withheld(runner: asyncio.Runner, sandbox: Sandbox, name: str) -> None:
    is_clean_or_withheld(runner, sandbox, FILES[name])


SMALL = {name: data for name, data in FILES.items() if name not in ("mp3", "opus", "webm", "mp4")}


@settings(max_examples=60)
@given(data=spoilt(SMALL))
def test_a_spoilt_file_is_clean_or_withheld(runner: asyncio.Runner, sandbox: Sandbox, data: bytes) -> None:
    is_clean_or_withheld(runner, sandbox, data)
