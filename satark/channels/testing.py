"""The contract kit: subclass `ChannelContract`, say what your channel is, and every clause of spec.py is tested.

    class TestMine(ChannelContract):
        def make(self) -> Channel: ...
        def requests(self) -> Sequence[WebhookRequest]: genuine requests, as the provider sends them, of at least one item
        def forged(self) -> Sequence[WebhookRequest]: requests that somebody else made

pytest is imported by the tests of a plugin only, never by Satark.
"""

import asyncio
import json
import logging
import pickle
import socket
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec import structs

from satark.channels.messages import (
    Asks,
    Choice,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Prompt,
    Secret,
    Spoken,
    WebhookRequest,
)
from satark.channels.spec import CONTRACT, Channel, PlaceGroup, Questions, Unreadable

LIMIT = 10.0
GARBAGE = (
    b"", b"\0", b"{}", b"[]", b"null", b'{"entry": [1, null, {}]}', b"\xff\xfe" * 50, b"[" * 2000, "नमस्ते".encode(),
)  # fmt: skip
# In none of these is there anything to read.
NOTHING = (b"", b"\0", b"\xff\xfe" * 50, b"[" * 2000, "नमस्ते".encode())
MARK = b"\xef\xbb\xbf"

PHOTO = Media(MediaKind.PHOTO, "image/jpeg", ref=Secret("1000001"))
IMITATED = (
    Inbound(Kind.TEXT, "नमस्ते 🙏🏽"),
    Inbound(Kind.CHOICE, "हिन्दी", "language:hi"),
    Inbound(Kind.MEDIA, "यह देखिए", media=PHOTO),
    Inbound(Kind.LOCATION, "Kotwali", point=Point(25.75, 82.68)),
    Inbound(Kind.UNSUPPORTED),
)

CLIP = "c" * 32


def envelope(number: int, inbound: Inbound) -> Envelope:
    """A message of somebody who does not exist."""
    return Envelope(Secret(str(910000000000 + number)), Secret(str(number)), inbound, (Secret("Somebody"),))


class FakeHost:
    """A host that remembers what it was given."""

    locales: Mapping[str, str] = {"hi": "हिन्दी", "en": "English"}

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.environ: Mapping[str, str] = environ or {}
        self.listens = True
        self.public_url = "https://satark.example"
        self.received: list[Envelope | DeliveryStatus] = []
        self.kept: list[bytes] = []
        self.answers: list[Prompt] = []
        self.clips: dict[str, bytes] = {}

    def secret(self) -> bytes:
        return b"s" * 32

    async def receive(self, items: Sequence[Envelope | DeliveryStatus]) -> list[Prompt]:
        self.received.extend(items)
        return self.answers

    async def keep(self, chunks: AsyncIterator[bytes], mime: str, limit: int) -> Media:
        self.kept.append(b"".join([chunk async for chunk in chunks])[:limit])
        return Media(MediaKind.PHOTO, mime, kept=f"{len(self.kept):032x}")

    def questions(self, locale: str, poster: str = "") -> Questions:
        place = PlaceGroup(Choice("at:d", "D"), (Choice("at:s", "S"),))
        accused = PlaceGroup(Choice("by:d", "D"), (Choice("by:s", "S"),))
        kinds = (Choice("category:a", "A"), Choice("category:police", "P"))
        return Questions(
            kinds, frozenset({"category:police"}), (place,), (accused,), f"language:{locale}", "check:send", poster
        )

    def spoken(self, text: str, locale: str) -> list[Spoken]:  # noqa: ARG002 - it speaks no language
        return [Spoken(text, CLIP if self.clips else "")]

    async def clip(self, clip: str) -> bytes | None:
        return self.clips.get(clip)

    def page(self, template: str, locale: str, status: int = 200, **context: Any) -> Any:
        raise NotImplementedError("the kit shows no pages")


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application at a port of this machine. Yields its address."""
    import uvicorn

    # Named as TCP, or asyncio does not switch off Nagle's algorithm, and each answer waits 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


def _read(channel: Channel, body: bytes) -> list[Envelope | DeliveryStatus] | None:
    """None where it says that it cannot be read."""
    try:
        return channel.read(WebhookRequest("https://satark.example/?step=x", {}, body))
    except Unreadable:
        return None


def _with_half_an_emoji(body: bytes, items: Sequence[Envelope | DeliveryStatus]) -> list[bytes]:
    """The body, if it is JSON, with a lone surrogate behind each text and each name in it."""
    try:
        text = json.dumps(json.loads(body))
    except ValueError:
        return []
    envelopes = [item for item in items if isinstance(item, Envelope)]
    said = {one.inbound.text for one in envelopes} | {name.reveal() for one in envelopes for name in one.names}
    whole = (json.dumps(one)[:-1] for one in said if one)
    return [text.replace(f'{one}"', f'{one}\\ud83d"').encode() for one in whole if f'{one}"' in text]


async def _raises(doing: Awaitable[Any]) -> bool:
    try:
        await doing
    except Exception:  # noqa: BLE001 - it may raise anything
        return True
    return False


def prompts(channel: Channel) -> list[Prompt]:
    """Prompts as the core fits them: at every limit the channel names."""
    able = channel.capabilities
    label = "क" * (able.row_label or able.button_label or 20)
    most = able.most_choices or 12
    many = tuple(Choice(f"category:{number}", label) for number in range(most))
    few = tuple(Choice(f"same:{number}", label[: able.button_label or 20]) for number in range(min(3, most)))
    long, shorter = "क" * min(able.max_text, 4096), "क" * min(able.max_text_with_choices, 1024)
    return [
        Prompt("receipt", "hi", long, long),
        Prompt("ask.category", "hi", shorter, shorter, many, Asks.CHOICE),
        Prompt("ask.same", "en", "x", "x", few, Asks.CHOICE),
        Prompt("receipt", "en", "1234 5678 9012 3456", code="1234567890123456"),
    ]


class ChannelContract:
    """One test a clause. A channel without a webhook has no `requests`, and the clauses of webhooks pass it by."""

    def make(self) -> Channel:
        raise NotImplementedError

    def host(self) -> FakeHost:
        return FakeHost()

    def requests(self) -> Sequence[WebhookRequest]:
        return ()

    def imitated(self) -> Sequence[Inbound]:
        """What people can say on the channel."""
        return IMITATED

    def make_at(self, api_url: str) -> Channel:
        """The channel with its provider's API elsewhere: needed where it discards files."""
        raise NotImplementedError

    def forged(self) -> Sequence[WebhookRequest]:
        return ()

    def _envelopes(self) -> list[Envelope]:
        channel = self.make()
        return [item for one in self.requests() for item in channel.read(one) if isinstance(item, Envelope)]

    def test_c001_it_is_named_and_speaks_this_contract(self) -> None:
        channel = self.make()
        assert channel.name == channel.name.lower().strip("-")
        assert channel.name.replace("-", "").isalnum()
        assert channel.contract == CONTRACT
        assert channel.capabilities == self.make().capabilities

    def test_c002_what_is_forged_does_not_verify(self) -> None:
        channel = self.make()
        assert all(channel.verify(one) is True for one in self.requests())
        assert all(channel.verify(one) is False for one in self.forged())
        assert channel.webhook is None or self.forged(), "a webhook has requests that somebody else may make"

    def test_c003_every_item_is_parsed(self) -> None:
        assert self.make().webhook is None or self._envelopes()

    def test_c004_no_bytes_make_it_raise(self) -> None:
        channel = self.make()
        if channel.webhook is None:
            return
        for body in (*GARBAGE, *(one.body[:half] for one in self.requests() for half in (1, len(one.body) // 2))):
            assert isinstance(_read(channel, body), list | None)

    def test_c016_what_is_broken_is_repaired_and_what_is_nothing_refused(self) -> None:
        channel = self.make()
        if channel.webhook is None:
            return
        assert all(_read(channel, body) is None for body in NOTHING), "it raises Unreadable"
        for one in self.requests():
            found = channel.read(one)
            marked = channel.read(structs.replace(one, body=MARK + one.body))
            assert [item.external_id for item in marked] == [item.external_id for item in found]
            for broken in _with_half_an_emoji(one.body, found):
                assert len(channel.read(structs.replace(one, body=broken))) == len(found)

    def test_c005_ids_are_the_same_each_time_and_never_shared(self) -> None:
        first, second = self._envelopes(), self._envelopes()
        assert [one.external_id for one in first] == [one.external_id for one in second]
        assert len({one.external_id for one in first}) == len(first)

    def test_c006_identity_is_secret(self) -> None:
        for envelope in self._envelopes():
            hidden = (envelope.address, envelope.external_id, *envelope.names)
            assert all(isinstance(one, Secret) for one in hidden)
            assert not any(len(one.reveal()) > 3 and one.reveal() in repr(envelope) for one in hidden)
            for leak in (pickle.dumps, msgspec.json.encode):
                try:
                    leak(envelope)
                except TypeError:
                    continue
                raise AssertionError(f"{leak} let an address out")

    def test_c007_nothing_is_lost_in_rendering(self) -> None:
        channel = self.make()
        if channel.capabilities.answers_in_request:
            return
        for prompt in prompts(channel):
            wires = channel.render(prompt)
            assert wires == channel.render(prompt)
            said = str(msgspec.json.encode([wire.body for wire in wires]), "utf-8")
            assert all(choice.id in said for choice in prompt.choices)
            assert prompt.text[:200] in said

    def test_c008_a_choice_that_was_offered_comes_back(self) -> None:
        channel = self.make()
        if channel.capabilities.keypad:
            keys = [Inbound(Kind.DIGITS, key) for key in "123456789*0#"]
            read = self._read_back([envelope(at, one) for at, one in enumerate(keys, 1)])
            assert [one.inbound for one in read] in ([], keys)
            return
        chosen = [choice for prompt in prompts(channel) for choice in prompt.choices]
        sent = [envelope(at, Inbound(Kind.CHOICE, one.label, one.id)) for at, one in enumerate(chosen, 1)]
        assert [one.inbound.choice for one in self._read_back(sent)] in ([], [choice.id for choice in chosen])

    def test_c013_a_window_has_a_knock(self) -> None:
        channel = self.make()
        news = Prompt("news", "hi", "नमस्ते", choices=(Choice("news", "पढ़ें"),), asks=Asks.CHOICE)
        wires = channel.knock(news)
        assert bool(wires) is bool(channel.capabilities.pushes_for)
        assert all("news" in str(msgspec.json.encode(wire.body), "utf-8") for wire in wires)

    def test_c014_what_it_imitates_it_reads(self) -> None:
        said = self.imitated()
        sent = [envelope(at, one) for at, one in enumerate(said, 1)]
        read = self._read_back(sent)
        if read:
            assert [one.inbound for one in read] == list(said)
            assert [one.address for one in read] == [one.address for one in sent]
            assert len({one.external_id for one in read}) == len(sent)

    def _read_back(self, sent: Sequence[Envelope]) -> list[Envelope]:
        """What becomes of messages that the channel imitates; [] where it imitates none."""
        channel = self.make()
        if type(channel).imitate is Channel.imitate:
            return []
        requests = channel.imitate(sent)
        assert requests
        assert all(channel.verify(one) for one in requests)
        assert not any(channel.verify(structs.replace(one, headers={})) for one in requests)
        return [item for one in requests for item in channel.read(one) if isinstance(item, Envelope)]

    def test_c011_it_starts_stops_and_checks_in_time(self) -> None:
        async def live() -> None:
            channel = self.make()
            async with asyncio.timeout(LIMIT):
                await channel.start(self.host())
                assert isinstance(await channel.check(), list)
                await channel.stop()

        asyncio.run(live())

    def test_c015_what_is_discarded_is_gone(self) -> None:
        if type(self.make()).discard is Channel.discard:
            asyncio.run(self.make().discard(PHOTO))
        else:
            asyncio.run(self._discard())

    async def _discard(self) -> None:
        """At the provider's stand-in, twice; then at a provider that is out of reach."""
        ref = PHOTO.ref.reveal() if PHOTO.ref else ""
        async with serving(self.make().stand_in({ref: b"a file"}, lambda *_: None)) as api_url:
            channel = self.make_at(api_url)
            await channel.start(self.host())
            assert b"".join([chunk async for chunk in channel.fetch(PHOTO)]) == b"a file"
            await channel.discard(PHOTO)
            await channel.discard(PHOTO)
            assert await _raises(anext(channel.fetch(PHOTO)))
        assert await _raises(channel.discard(PHOTO))
        await channel.stop()

    def test_c006_no_log_line_names_anybody(self, caplog: Any) -> None:
        with caplog.at_level(logging.DEBUG):
            hidden = {one.reveal() for envelope in self._envelopes() for one in (envelope.address, *envelope.names)}
        assert not any(one in caplog.text for one in hidden if len(one) > 3)
