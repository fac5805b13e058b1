"""The simulator keeps the contract."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from satark.channels.messages import Envelope, Inbound, Kind, Point, Secret, Sent, WebhookRequest, Wire
from satark.channels.spec import Channel, Unreadable
from satark.channels.testing import ChannelContract, FakeHost
from satark_simulator.plugin import Chat, Keypad


def request(*said: dict[str, object], header: str = "1") -> WebhookRequest:
    return WebhookRequest("http://x/say", {"x-simulator": header}, json.dumps(list(said)).encode())


def said(*items: Any) -> list[Inbound]:
    return [one.inbound for one in Chat().parse(json.dumps(items).encode()) if isinstance(one, Envelope)]


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
    assert [one.kind for one in said(good, {"phone": 7}, "x", None, {**good, "id": "b", "kind": "media"})] == [
        Kind.TEXT,
        Kind.UNSUPPORTED,
    ]


def test_null_is_absence() -> None:
    place = {"phone": "1", "id": "a", "kind": "location", "text": "the mill", "lat": 25.0, "lon": 82.0}
    assert said(place) == [Inbound(Kind.LOCATION, "the mill", point=Point(25.0, 82.0))]
    (unplaced,) = said({**place, "lat": None, "name": None, "kept": None, "choice": None})
    assert (unplaced.text, unplaced.point) == ("the mill", None)
    assert said({**place, "kind": None, "text": "hi"}) == [Inbound(Kind.TEXT, "hi")]


@pytest.mark.parametrize("body", [b"", b"{}", b'[{"text": "whose?"}]'])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        Chat().parse(body)


async def test_a_part_that_is_sent_twice_is_shown_once() -> None:
    chat = Chat()
    await chat.start(FakeHost())
    for _ in range(2):
        assert isinstance(await chat.send(Wire({"text": "x"}, "key"), Secret("1")), Sent)
    assert len(chat._inboxes["1"]) == 1
