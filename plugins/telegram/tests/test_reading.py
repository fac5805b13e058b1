"""What Telegram posts, as the core takes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Inbound, Kind, Media, MediaKind, Point, Secret, Unusable
from satark_telegram.reading import MOST_BYTES, callback_of, read_update
from tests.mutations import anything, changed, places

PAYLOADS = Path(__file__).parent / "payloads"
PERSON = Secret("7000000001")


def text(words: str) -> Inbound:
    return Inbound(Kind.TEXT, words)


def media(kind: MediaKind, mime: str, size: int, caption: str = "", ref: str = "AgADfile") -> Inbound:
    return Inbound(Kind.MEDIA, caption, media=Media(kind, mime, size, ref=Secret(ref)))


NO_KIND = Inbound(Kind.UNSUPPORTED)
GROUP = Inbound(Kind.UNSUPPORTED, why=Unusable.GROUP)
SAID = {
    "text": text("जुआ चल रहा है"),
    "start": Inbound(Kind.OPENED),
    "start_from_a_poster": Inbound(Kind.OPENED, "jnp-kotwali"),
    "command": text("delete"),
    "slash": text("/"),
    "photo": media(MediaKind.PHOTO, "image/jpeg", 90_000, "यह देखिए", "AgADlarge"),
    "photo_as_document": media(MediaKind.PHOTO, "image/png", 90_000),
    "document": media(MediaKind.DOCUMENT, "application/pdf", 90_000, "the bill"),
    "video": media(MediaKind.VIDEO, "video/mp4", 900_000),
    "video_too_large": Inbound(Kind.UNSUPPORTED, "the lorry from Monday", why=Unusable.TOO_LARGE),
    "video_just_small_enough": media(MediaKind.VIDEO, "video/mp4", MOST_BYTES),
    "video_note": media(MediaKind.VIDEO, "video/mp4", 900_000),
    "voice": media(MediaKind.AUDIO, "audio/ogg", 23_000),
    "audio": media(MediaKind.AUDIO, "audio/mpeg", 3_897_500),
    "animation": media(MediaKind.VIDEO, "video/mp4", 2_000),
    "location": Inbound(Kind.LOCATION, point=Point(25.75, 82.68)),
    "venue": Inbound(Kind.LOCATION, "Kotwali, Jaunpur", point=Point(25.75, 82.68)),
    "contact": text("Munna +919888800000"),
    "contact_own": NO_KIND,
    "sticker": NO_KIND,
    "poll": NO_KIND,
    "edited_text": text("near the old mill"),
    "edited_caption": text("the left one"),
    "forwarded": text("seen near the mill"),
    "reply": text("that one"),
    "callback": Inbound(Kind.CHOICE, "हिन्दी", "language:hi"),
    "callback_of_an_old_message": Inbound(Kind.CHOICE, "", "language:hi"),
    "blocked": Inbound(Kind.CLOSED),
    "malformed_photo": NO_KIND,
}


def stored(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAID)
def test_what_people_send(name: str) -> None:
    (envelope,) = read_update(json.dumps(stored(name)).encode())
    assert envelope.inbound == SAID[name]
    assert envelope.address == PERSON
    assert name == "blocked" or envelope.names == (Secret("Asha Devi"), Secret("asha_devi"))


@pytest.mark.parametrize(
    "name", ["auto_delete_set", "live_location_moved", "unblocked", "removed_from_a_group", "inline_query"]
)
def test_what_nobody_waits_for_is_no_message(name: str) -> None:
    assert read_update(json.dumps(stored(name)).encode()) == []


@pytest.mark.parametrize(
    ("name", "chat"), [("group", "-1001234567"), ("added_to_a_group", "-1001234567"), ("channel_post", "-1009876543")]
)
def test_a_group_is_told_that_this_is_no_place_for_it(name: str, chat: str) -> None:
    (envelope,) = read_update(json.dumps(stored(name)).encode())
    assert (envelope.inbound, envelope.address) == (GROUP, Secret(chat))


def test_a_tap_knows_where_to_stop_the_turning() -> None:
    (tap,) = read_update(json.dumps(stored("callback")).encode())
    (words,) = read_update(json.dumps(stored("text")).encode())
    assert (callback_of(tap.external_id), callback_of(words.external_id)) == ("4400000000000001", "")


@pytest.mark.parametrize(
    "old", [{"chat": {"id": 7000000001}}, {"chat": {"id": 7000000001, "type": "private"}, "from": {"id": 7}}]
)
def test_an_update_of_an_old_shape_is_read(old: dict[str, Any]) -> None:
    (envelope,) = read_update(json.dumps({"update_id": 1, "message": {**old, "text": "hello"}}).encode())
    assert (envelope.inbound, envelope.address) == (text("hello"), PERSON)


@given(data=st.data(), name=st.sampled_from(sorted(SAID)))
def test_no_change_to_an_update_makes_it_raise_or_lose_whose_it_is(data: st.DataObject, name: str) -> None:
    update = stored(name)
    place = data.draw(st.sampled_from(places(update)))
    found = read_update(json.dumps(changed(update, place, data.draw(anything))).encode())
    identifying = {"update_id", "chat", "from", "id", "callback_query", "my_chat_member", "message", "edited_message"}
    notices = {"new_chat_member", "location"}
    if place and place[-1] not in identifying and not set(place) & notices:
        assert [one.address for one in found] == [PERSON]


@given(body=st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    assert read_update(body) == []
