"""A channel whose plugin hangs, raises, ends the process or returns anything: the others go on, and nothing is lost."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Capabilities, Envelope, Inbound, Kind, Media, MediaKind, Secret, WebhookRequest
from satark.channels.spec import Channel, hookimpl
from tests.evidence.samples import png

ABLE = Capabilities(max_text=1000, max_text_with_choices=1000)
RUDE, SOUND = "/channels/rude/in", "/channels/simulator/say"


def told(number: int) -> Envelope:
    return Envelope(Secret(f"91987654{number:04}"), Secret(f"id-{number}"), Inbound(Kind.TEXT, "a den by the temple"))


class Nasty(BaseException):
    """What nobody catches who waits for an Exception."""


class LyingText(str):
    """A text whose methods end whoever asks it."""

    def encode(self, *_args: object) -> bytes:
        raise Nasty

    def isascii(self) -> bool:
        raise Nasty


class Rude(Channel):
    """Does in each method what the test wants."""

    name = "rude"
    title = "Rude"
    capabilities = ABLE
    webhook: ClassVar[str | None] = "/in"
    does: Mapping[str, Any] = {}

    def _do(self, method: str) -> Any:
        return self.does[method]()

    def verify(self, request: WebhookRequest) -> bool:
        return bool(self._do("verify")) if "verify" in self.does else True

    def parse(self, body: bytes) -> Any:
        return self._do("parse")

    def render(self, prompt: Any) -> Any:
        return self._do("render")

    def respond(self, prompts: Any, request: WebhookRequest) -> Any:
        return self._do("respond")

    async def send(self, wire: Any, address: Any) -> Any:
        return self._do("send")

    async def check(self) -> Any:
        return self._do("check")

    def fetch(self, media: Any) -> Any:
        return self._do("fetch")

    def link(self, poster: str) -> Any:
        return self._do("link") if "link" in self.does else ""


class Answering(Rude):
    name = "answering"
    capabilities = Capabilities(max_text=1000, max_text_with_choices=1000, answers_in_request=True, pushes_for=0)


class Plugin:
    def __init__(self, *channels: Channel) -> None:
        self._channels = channels

    @hookimpl
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        return self._channels


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(tmp_path, rude=Plugin(Rude(), Answering())) as made:
        yield made


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hangs waits for this."""
    opened = threading.Event()
    yield opened
    opened.set()


def channel(house: House, name: str = "rude") -> Any:
    return house.core.registry.channels[name]


def client(house: House) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=house.web, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def posted(house: House, path: str = RUDE, number: int = 1) -> int:
    said = f'[{{"phone": "{number}", "id": "{number}", "text": "hi"}}]'
    async with client(house) as browser:
        return (await browser.post(path, content=said, headers={"X-Simulator": "1"})).status_code


async def goes_on(house: House) -> None:
    """Another channel is served, and the process says that it is ready."""
    assert await posted(house, SOUND, 99) == 200
    async with client(house) as browser:
        assert (await browser.get("/readyz")).status_code == 200


async def conversations(house: House, name: str) -> int:
    async with house.core.store.read() as db:
        count = text("SELECT count(*) FROM conversation WHERE channel = :channel")
        return int((await db.execute(count, {"channel": name})).scalar_one())


def generator() -> Iterator[Envelope]:
    yield told(1)


def ending(error: BaseException) -> Any:
    def end() -> None:
        raise error

    return end


@pytest.mark.parametrize(
    "found", [generator, lambda: 7, lambda: None, lambda: "text", lambda: [7, None], lambda: RuntimeError()]
)
async def test_a_parse_of_the_wrong_type_is_refused_and_ends_nothing(house: House, found: Any) -> None:
    channel(house).does = {"parse": found}
    for _ in range(2):
        assert await posted(house) in (400, 503)
    await goes_on(house)


@pytest.mark.parametrize(
    "error", [RuntimeError(), SystemExit(), KeyboardInterrupt(), asyncio.CancelledError(), StopIteration()]
)
@pytest.mark.parametrize("method", ["verify", "parse"])
async def test_a_parse_that_raises_anything_ends_nothing(house: House, method: str, error: BaseException) -> None:
    channel(house).does = {"parse": list, method: ending(error)}
    assert await posted(house) in (400, 401)
    await goes_on(house)


async def test_the_good_items_beside_a_bad_one_are_kept_and_the_request_is_not_a_success(house: House) -> None:
    channel(house).does = {"parse": lambda: [told(1), 7, told(2), Envelope("919876543210", None, None)]}  # type: ignore[arg-type]
    assert await posted(house) == 503
    assert await conversations(house, "rude") == 2
    await goes_on(house)


async def test_hung_parses_stop_no_other_channel_and_are_told_to_try_again(
    house: House, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("satark.gateway.reading.PARSE_LIMIT", 0.05)
    channel(house).does = {"parse": gate.wait}
    statuses = await asyncio.gather(*(posted(house, number=number) for number in range(20)))
    assert set(statuses) == {503}
    await goes_on(house)
    channel(house).does = {"parse": lambda: [told(1)]}
    gate.set()
    assert await posted(house) == 200


async def test_a_hung_verify_stops_nothing(
    house: House, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("satark.gateway.reading.PARSE_LIMIT", 0.05)
    channel(house).does = {"verify": gate.wait, "parse": list}
    waiting = asyncio.create_task(posted(house))
    await goes_on(house)
    assert await waiting == 503


@pytest.mark.parametrize(
    "answer", [lambda: None, lambda: "text", ending(RuntimeError()), ending(SystemExit()), generator]
)
async def test_without_an_answer_what_came_is_kept_and_comes_again(house: House, answer: Any) -> None:
    channel(house, "answering").does = {"parse": lambda: [told(1)], "respond": answer}
    assert await posted(house, "/channels/answering/in") == 503
    assert await conversations(house, "answering") == 1
    await goes_on(house)


async def test_a_hung_respond_is_told_to_try_again(
    house: House, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("satark.gateway.webhook.RESPOND_LIMIT", 0.05)
    channel(house, "answering").does = {"parse": lambda: [told(1)], "respond": gate.wait}
    assert await posted(house, "/channels/answering/in") == 503
    await goes_on(house)


async def test_a_channel_whose_pages_cannot_be_served_is_off_and_the_others_are_on(tmp_path: Path) -> None:
    class Pages(Rude):
        name = "pages"

        def routes(self) -> Any:
            return self.does["routes"]()

    class Nameless(Rude):
        name = 7  # type: ignore[assignment]

    class Unable(Rude):
        name = "unable"
        capabilities = None  # type: ignore[assignment]

    for routes in (lambda: 7, lambda: [7], ending(RuntimeError()), ending(SystemExit()), ending(Nasty())):
        Pages.does = {"routes": routes}
        async with house_at(tmp_path, pages=Plugin(Nameless(), Unable(), Pages(), Rude())) as made:
            assert {"rude", "simulator"} <= set(made.core.registry.channels)
            assert {"pages", 7, "unable"} <= set(made.core.registry.troubles)
            await goes_on(made)


@pytest.mark.parametrize("method", ["render", "send"])
@pytest.mark.parametrize(
    "found",
    [
        lambda: None,
        lambda: 7,
        lambda: [7],
        generator,
        ending(RuntimeError()),
        ending(SystemExit()),
        ending(Nasty()),
        ending(asyncio.CancelledError()),
    ],
)
async def test_what_is_said_on_other_channels_goes_out(house: House, method: str, found: Any) -> None:
    channel(house).does = {"parse": lambda: [told(1)], "render": list, "send": generator, method: found}
    assert await posted(house) == 200
    await goes_on(house)
    await house.work()
    assert channel(house, "simulator")._inboxes["99"]


@pytest.mark.parametrize(
    "found",
    [lambda: None, lambda: 7, lambda: [7], ending(SystemExit()), ending(Nasty()), ending(asyncio.CancelledError())],
)
async def test_the_checks_of_the_others_are_made(house: House, found: Any) -> None:
    channel(house).does = channel(house, "answering").does = {"check": found}
    findings = await house.core.registry.check()
    assert not findings["rude"][0].well
    assert all(one.well for one in findings["simulator"])


async def text_chunks() -> Any:
    yield "text"


@pytest.mark.parametrize(
    "found",
    [
        lambda: None,
        lambda: 7,
        lambda: iter([b"x"]),
        text_chunks,
        ending(RuntimeError()),
        ending(SystemExit()),
        ending(Nasty()),
        ending(asyncio.CancelledError()),
    ],
)
async def test_a_file_of_another_channel_is_prepared(house: House, found: Any) -> None:
    media = Media(MediaKind.PHOTO, "image/png", ref=Secret("at-the-provider"))
    channel(house).does = {
        "parse": lambda: [Envelope(Secret("1"), Secret("1"), Inbound(Kind.MEDIA, media=media))],
        "fetch": found,
        "render": list,
    }
    assert await posted(house) == 200

    async def uploaded() -> AsyncIterator[bytes]:
        yield png()

    await house.core.keeper.keep(uploaded(), "image/png", 2**20)
    await house.work()
    async with house.core.store.read() as db:
        states = {row.channel: row.state for row in await db.execute(text("SELECT channel, state FROM evidence"))}
    assert states == {"rude": "waiting", "": "ready"}


@pytest.mark.parametrize(
    "found", [lambda: None, lambda: 7, lambda: "javascript:alert(1)", ending(SystemExit()), ending(Nasty())]
)
async def test_the_first_page_has_the_links_of_the_others(house: House, found: Any) -> None:
    channel(house).does = {"link": found}
    async with client(house) as browser:
        assert (await browser.get("/")).status_code == 200
    assert "Rude" not in await house.core.registry.links("")


async def test_a_hung_link_stops_nothing(house: House, gate: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.channels.registry.LINK_LIMIT", 0.05)
    channel(house).does = {"link": gate.wait}
    async with client(house) as browser:
        assert (await browser.get("/")).status_code == 200


async def test_a_text_with_methods_of_its_own_is_kept_as_its_characters(house: House) -> None:
    said = Envelope(Secret(LyingText("919876540001")), Secret("1"), Inbound(Kind.TEXT, LyingText("a den")))
    channel(house).does = {"parse": lambda: [said]}
    await asyncio.gather(posted(house), posted(house, SOUND, 98))
    assert await conversations(house, "rude") == 1
    await goes_on(house)


async def test_readyz_names_a_channel_that_does_not_start(tmp_path: Path) -> None:
    class Starting(Rude):
        async def start(self, host: Any) -> None:
            raise Nasty

    async with house_at(tmp_path, rude=Plugin(Starting())) as made:
        async with client(made) as browser:
            answer = await browser.get("/readyz")
        assert (answer.status_code, "rude did not start" in answer.text) == (200, True)
        await goes_on(made)
