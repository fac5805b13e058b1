"""What Telegram posts, as the core takes it."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import (
    Annotation,
    AnnotationKind,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Secret,
    Unusable,
)
from satark.channels.spec import Unreadable
from satark_telegram.contents import MOST_BYTES
from satark_telegram.reading import callback_of, read_update
from tests.mutations import anything, changed, is_loss, places, spoilt_leaves, told_by

PAYLOADS = Path(__file__).parent / "payloads"
PERSON = Secret("7000000001")


def text(words: str) -> Inbound:
    return Inbound(Kind.TEXT, words)


def media(kind: MediaKind, mime: str, size: int, caption: str = "", ref: str = "AgADfile") -> Inbound:
    return Inbound(Kind.MEDIA, caption, media=Media(kind, mime, size, ref=Secret(ref)))


def annotated(words: str, kind: AnnotationKind, beside: str) -> Inbound:
    return Inbound(Kind.TEXT, words, annotations=(Annotation(kind, beside),))


FORWARDED, LINK, QUOTED = AnnotationKind.FORWARDED, AnnotationKind.LINK, AnnotationKind.QUOTED
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
    "poll": Inbound(Kind.UNSUPPORTED, "Where is it sold?\nthe mill\nthe ghat"),
    "edited_text": text("near the old mill"),
    "edited_caption": text("the left one"),
    "forwarded": annotated("seen near the mill", FORWARDED, "Munna"),
    "reply": Inbound(Kind.TEXT, "that one", annotations=(Annotation(AnnotationKind.QUOTED, "which?"),)),
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


def read_or_refused(update: Any) -> list[Envelope]:
    try:
        return read_update(json.dumps(update).encode())
    except Unreadable:
        return []


@given(data=st.data(), name=st.sampled_from(sorted(SAID)))
def test_no_change_to_an_update_makes_it_raise_or_lose_whose_it_is(data: st.DataObject, name: str) -> None:
    update = stored(name)
    place = data.draw(st.sampled_from(places(update)))
    found = read_or_refused(changed(update, place, data.draw(anything)))
    identifying = {"chat", "from", "id", "type", "callback_query", "my_chat_member", "message", "edited_message"}
    notices = {"new_chat_member", "location"}
    if place and place[-1] not in identifying and not set(place) & notices:
        assert [one.address for one in found] == [PERSON]


# Without these the rest says nothing: what became of us in a chat, and which of the buttons was tapped.
DECISIVE = {"status", "data", "callback_data"}


@pytest.mark.parametrize("name", SAID)
def test_no_leaf_that_cannot_be_read_loses_another(name: str) -> None:
    """Null, missing or of a wrong type: what is lost was in the leaf."""
    update = stored(name)
    told = told_by(read_or_refused(update))
    for place, leaf, spoilt in spoilt_leaves(update):
        if place[-1] not in DECISIVE:
            lost = told - told_by(read_or_refused(spoilt))
            pair = {"latitude", "longitude"} & {str(place[-1])}
            assert pair or not is_loss(lost, leaf), (place, lost)


def test_a_file_without_its_type_is_kept_with_its_caption() -> None:
    update = stored("document")
    update["message"]["document"].update(mime_type=None, file_size=None)
    (envelope,) = read_or_refused(update)
    assert envelope.inbound == media(MediaKind.DOCUMENT, "", 0, "the bill")


@pytest.mark.parametrize("missing", ["update_id", "message"])
def test_null_is_absence_at_the_top_too(missing: str) -> None:
    """Where an update has no number, it is known by what it says."""
    update = stored("text")
    said = update.pop("message")
    update = {"update_id": 901, "callback_query": None, "edited_message": None, "message": None, missing: None}
    update["channel_post" if missing == "message" else "message"] = said
    (envelope,), (again,) = read_or_refused(update), read_or_refused(update)
    assert (envelope.inbound, envelope.external_id) == (text("जुआ चल रहा है"), again.external_id)


HALF = json.dumps(stored("text"), ensure_ascii=False).replace("चल", "\\ud83d")
WHOLE = json.dumps(stored("text"), ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "said"),
    [(HALF.encode(), "जुआ \ufffd रहा है"), (HALF.replace("Devi", "D\\ud83d").encode(), "जुआ \ufffd रहा है"),
     (WHOLE.encode("utf-8-sig"), "जुआ चल रहा है"), (WHOLE.encode("utf-16"), "जुआ चल रहा है"),
     (WHOLE.replace("चल ", "\n").encode(), "जुआ \nरहा है"), (WHOLE.encode().replace("चल".encode(), b"\xff"), "जुआ \ufffd रहा है")],
)  # fmt: skip
def test_broken_json_is_repaired(body: bytes, said: str) -> None:
    (envelope,) = read_update(body)
    assert (envelope.inbound, envelope.address) == (text(said), PERSON)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"update_id": 1, "message": {"text": "whose?"}}', WHOLE.encode()[:-9]]
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_update(body)


def said_with(**more: Any) -> Inbound:
    """The text, with something beside it."""
    update = stored("text")
    update["message"].update(more)
    (envelope,) = read_or_refused(update)
    return envelope.inbound


def test_a_hidden_link_is_kept_with_its_words() -> None:
    """Offsets count in UTF-16: an emoji is two."""
    link = {"type": "text_link", "offset": 7, "length": 4, "url": "https://seller.example.org/shop77"}
    said = said_with(text="🎰 see here", entities=[{"type": "bold", "offset": 0, "length": 2}, link])
    assert said == annotated("🎰 see here", LINK, "here: https://seller.example.org/shop77")
    (caption,) = read_or_refused({**(update := stored("photo")), "message": {**update["message"], "caption": "his page", "caption_entities": [{**link, "offset": 0, "length": 8}]}})  # fmt: skip
    assert caption.inbound.annotations == (Annotation(LINK, "his page: https://seller.example.org/shop77"),)


def test_a_link_without_its_type_and_the_page_below_a_text_are_kept() -> None:
    link = {"type": None, "offset": 0, "length": 3, "url": "https://seller.example.org"}
    assert said_with(entities=[link]).annotations == (Annotation(LINK, "जुआ: https://seller.example.org"),)
    shown = said_with(link_preview_options={"url": "https://seller.example.org"})
    assert shown.annotations == (Annotation(LINK, "https://seller.example.org"),)
    said = said_with(text="see https://a.example", link_preview_options={"url": "https://a.example"})
    assert said == text("see https://a.example")


def test_a_key_that_stands_there_twice_hides_nothing() -> None:
    body = json.dumps(stored("text")).encode()
    assert len(read_update(body[:-1] + b', "message": null}')) == 1


def test_the_words_of_a_checklist_and_of_a_quiz_are_kept() -> None:
    tasks = said_with(text="", checklist={"title": "stalls", "tasks": [{"id": 1, "text": "by the well"}]})
    assert tasks == Inbound(Kind.UNSUPPORTED, "stalls\nby the well")
    quiz = said_with(text="", poll={"question": "where?", "options": [{"text": "mill"}], "explanation": "at night"})
    assert quiz == Inbound(Kind.UNSUPPORTED, "where?\nmill\nat night")


@pytest.mark.parametrize("offset", [-3, 900, 2**40])
def test_a_link_that_lies_nowhere_is_kept_too(offset: int) -> None:
    link = {"type": "text_link", "offset": offset, "length": 2**40, "url": "https://x.example"}
    (one,) = said_with(entities=[link]).annotations
    assert one.text.endswith("https://x.example")


def test_who_is_meant_is_kept_and_the_sender_is_not() -> None:
    def mention(person: int) -> dict[str, Any]:
        return {"type": "text_mention", "offset": 0, "length": 3, "user": {"id": person, "first_name": "X"}}

    assert said_with(entities=[mention(222222)]).annotations == (Annotation(LINK, "जुआ: tg://user?id=222222"),)
    assert said_with(entities=[mention(7000000001)]) == text("जुआ चल रहा है")


def test_the_buttons_of_a_forwarded_message_are_links() -> None:
    keyboard = {
        "inline_keyboard": [[{"text": "Join", "url": "https://t.me/+abc"}, {"text": "x", "callback_data": "y"}]]
    }
    assert said_with(reply_markup=keyboard).annotations == (Annotation(LINK, "Join: https://t.me/+abc"),)


USER = {"id": 222222, "first_name": "Kallu", "username": "kallu_b"}
OWN = {"id": 7000000001, "first_name": "Asha", "last_name": "Devi", "username": "asha_devi"}


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ({"type": "user", "sender_user": USER}, "Kallu @kallu_b tg://user?id=222222"),
        ({"type": "hidden_user", "sender_user_name": "Munna"}, "Munna"),
        ({"type": "channel", "chat": {"id": -1009, "title": "Satta", "username": "satta"}, "message_id": 5}, "Satta https://t.me/satta/5"),
        ({"type": "channel", "chat": {"id": -1009, "title": "Satta"}, "message_id": 5}, "Satta https://t.me/c/9/5"),
        ({"type": "chat", "sender_chat": {"id": -7, "title": "Den"}, "author_signature": "R"}, "Den R"),
    ],
)  # fmt: skip
def test_whom_it_was_forwarded_from_is_kept(origin: dict[str, Any], told: str) -> None:
    assert said_with(forward_origin=origin).annotations == (Annotation(FORWARDED, told),)


@pytest.mark.parametrize(
    ("old", "told"),
    [({"forward_from": USER}, "Kallu @kallu_b tg://user?id=222222"), ({"forward_sender_name": "Munna"}, "Munna"),
     ({"forward_from_chat": {"id": -1009, "title": "Satta"}, "forward_from_message_id": 5}, "Satta https://t.me/c/9/5")],
)  # fmt: skip
def test_an_origin_of_the_old_shape_is_kept(old: dict[str, Any], told: str) -> None:
    assert said_with(**old).annotations == (Annotation(FORWARDED, told),)


@pytest.mark.parametrize(
    "own", [{"type": "user", "sender_user": OWN}, {"type": "hidden_user", "sender_user_name": "asha devi"}]
)
def test_who_forwards_their_own_message_is_not_named(own: dict[str, Any]) -> None:
    assert said_with(forward_origin=own) == text("जुआ चल रहा है")
    assert said_with(forward_from=OWN) == text("जुआ चल रहा है")


def test_what_is_answered_is_kept_unless_it_is_ours() -> None:
    """Our own words may hold a receipt."""
    theirs, ours = (
        {"from": OWN, "text": "the den by the well"},
        {"from": {"id": 1, "is_bot": True}, "text": "1234 5678"},
    )
    assert said_with(reply_to_message=theirs).annotations == (Annotation(QUOTED, "the den by the well"),)
    assert said_with(reply_to_message=theirs, quote={"text": "by the well"}).annotations == (
        Annotation(QUOTED, "by the well"),
    )
    assert said_with(reply_to_message=ours, quote={"text": "1234"}).annotations == ()
    for nobody in ({}, {"from": None}):
        said = said_with(reply_to_message={**theirs, "from": None, **nobody})
        assert said.annotations == (Annotation(QUOTED, "the den by the well"),)
    elsewhere = {
        "origin": {"type": "channel", "chat": {"id": -1009, "title": "Satta", "username": "satta"}, "message_id": 5}
    }
    said = said_with(external_reply=elsewhere, quote={"text": "win today"})
    assert said.annotations == (Annotation(QUOTED, "Satta https://t.me/satta/5: win today"),)


def test_all_of_a_contact_card_is_kept() -> None:
    card = (
        "BEGIN:VCARD\nFN:Munna\nTEL:+919888800000\nTEL:+911234567890\nEMAIL:m@example.org\nORG:Sona Traders\nEND:VCARD"
    )
    update = stored("contact")
    update["message"]["contact"].update(vcard=card, user_id=222222)
    (envelope,) = read_or_refused(update)
    assert envelope.inbound == text("Munna +919888800000 +911234567890 m@example.org Sona Traders tg://user?id=222222")


def test_ones_own_card_without_its_id_is_known_by_its_name() -> None:
    update = stored("contact_own")
    card = update["message"]["contact"]
    card.update(user_id=None, first_name="Asha", last_name="Devi")
    (envelope,) = read_or_refused(update)
    assert envelope.inbound == NO_KIND


@given(body=st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert read_update(body) == []
