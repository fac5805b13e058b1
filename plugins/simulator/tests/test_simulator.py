"""The simulator keeps the contract."""

import json
from collections.abc import Sequence

from satark.channels.messages import Kind, Secret, Sent, WebhookRequest, Wire
from satark.channels.spec import Channel
from satark.channels.testing import ChannelContract, FakeHost
from satark_simulator.plugin import Chat, Keypad


def request(*said: dict[str, object], header: str = "1") -> WebhookRequest:
    return WebhookRequest("http://x/say", {"x-simulator": header}, json.dumps(list(said)).encode())


class TestChat(ChannelContract):
    def make(self) -> Channel:
        return Chat()

    def requests(self) -> Sequence[WebhookRequest]:
        return [
            request({"phone": "919876543210", "id": "m1", "text": "hi", "name": "Asha Devi"}),
            request(
                {"phone": "919876543210", "id": "m2", "kind": "choice", "choice": "done"},
                {"phone": "919876543211", "id": "m3", "kind": "location", "lat": 25.0, "lon": 82.0},
            ),
        ]

    def forged(self) -> Sequence[WebhookRequest]:
        return [request({"phone": "1", "id": "1"}, header="0"), WebhookRequest("http://x", {}, b"[]")]


class TestKeypad(TestChat):
    def make(self) -> Channel:
        return Keypad()


def test_a_bad_neighbour_spoils_nothing() -> None:
    good = {"phone": "1", "id": "a", "text": "one"}
    parsed = Chat().parse(json.dumps([good, {"phone": 7}, "x", None, {**good, "id": "b", "kind": "media"}]).encode())
    assert [one.inbound.kind for one in parsed] == [Kind.TEXT, Kind.UNSUPPORTED]  # type: ignore[union-attr]


async def test_a_part_that_is_sent_twice_is_shown_once() -> None:
    chat = Chat()
    await chat.start(FakeHost())
    for _ in range(2):
        assert isinstance(await chat.send(Wire({"text": "x"}, "key"), Secret("1")), Sent)
    assert len(chat._inboxes["1"]) == 1
