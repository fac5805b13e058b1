"""What Meta posts, as the core takes it."""

import contextlib
import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import (
    Annotation,
    AnnotationKind,
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Never,
    Point,
    Secret,
    TryAgain,
    Unusable,
    WindowClosed,
)
from satark.channels.spec import Unreadable
from satark_whatsapp.reading import read_post
from tests.mutations import anything, changed, is_loss, places, spoilt_leaves, told_by

NUMBER_ID = "100000000000001"
PHONE = "919000000001"
USER_ID = "IN.16483000000000000001"
SHA = hashlib.sha256(b"a photo").hexdigest()
Payload = Callable[[str], Any]


def media(kind: MediaKind, mime: str) -> Media:
    return Media(kind, mime, sha256=SHA, ref=Secret("2000000000000001"))


def text(words: str) -> Inbound:
    return Inbound(Kind.TEXT, words)


NO_KIND = Inbound(Kind.UNSUPPORTED)
SAID = {
    "text": text("जुआ चल रहा है"),
    "text_forwarded": Inbound(Kind.TEXT, "seen near the mill", annotations=(Annotation(AnnotationKind.FORWARDED),)),
    "text_from_an_advertisement": text("Hi"),
    "image": Inbound(Kind.MEDIA, "यह देखिए", media=media(MediaKind.PHOTO, "image/jpeg")),
    "video": Inbound(Kind.MEDIA, media=media(MediaKind.VIDEO, "video/mp4")),
    "voice": Inbound(Kind.MEDIA, media=media(MediaKind.AUDIO, "audio/ogg")),
    "document": Inbound(Kind.MEDIA, "the bill", media=media(MediaKind.DOCUMENT, "application/pdf")),
    "photo_as_document": Inbound(Kind.MEDIA, media=media(MediaKind.PHOTO, "image/png")),
    "sticker": NO_KIND,
    "location": Inbound(Kind.LOCATION, "Kotwali, Jaunpur", point=Point(25.75, 82.68)),
    "location_impossible": NO_KIND,
    "contacts": text("Munna +91 98888 00000"),
    "button_reply": Inbound(Kind.CHOICE, "हिन्दी", "language:hi"),
    "list_reply": Inbound(Kind.CHOICE, "जुआ", "category:gambling"),
    "interactive_without_body": NO_KIND,
    "template_button": Inbound(Kind.CHOICE, "पढ़ें", "news"),
    "unsupported": NO_KIND,
    "unsupported_poll": NO_KIND,
    "order": Inbound(Kind.UNSUPPORTED, "four bottles, behind the mill"),
    "revoke": Inbound(Kind.UNSUPPORTED, why=Unusable.DELETED),
    "edit_text": text("near the old mill"),
    "edit_caption": text("the left one"),
    "contacts_missing": text("hello"),
    "contacts_half_empty": text("hello"),
}


def read(post: Any) -> list[Envelope | DeliveryStatus]:
    return read_post(json.dumps(post).encode(), NUMBER_ID)


@pytest.mark.parametrize("name", SAID)
def test_what_people_send(payload: Payload, name: str) -> None:
    (envelope,) = read(payload(name))
    assert isinstance(envelope, Envelope)
    assert envelope.inbound == SAID[name]
    assert envelope.address == Secret(PHONE)


@pytest.mark.parametrize(
    "name",
    ["reaction", "reaction_removed", "request_welcome", "system_new_number", "group_message", "group_created",
     "value_errors", "status_unknown", "another_number"],
)  # fmt: skip
def test_what_nobody_waits_for_is_no_message(payload: Payload, name: str) -> None:
    assert read(payload(name)) == []


@pytest.mark.parametrize("name", ["username_without_number", "username_and_number", "user_id_in_from"])
def test_who_hides_their_number_is_known_by_their_user_id(payload: Payload, name: str) -> None:
    (envelope,) = read(payload(name))
    assert isinstance(envelope, Envelope)
    assert envelope.address == Secret(USER_ID)
    assert envelope.inbound == text("नमस्ते")


def test_all_that_names_the_sender_is_given_for_masking(payload: Payload) -> None:
    (envelope,) = read(payload("username_and_number"))
    assert isinstance(envelope, Envelope)
    assert set(envelope.names) == {Secret("Asha Devi"), Secret("asha"), Secret(PHONE)}


def test_whose_contact_is_missing_is_taken_for_nobody_else(payload: Payload) -> None:
    post = payload("username_and_number")
    value = post["entry"][0]["changes"][0]["value"]
    value["messages"].append({"from": "919000000002", "id": "wamid.9", "type": "text", "text": {"body": "and I"}})
    value["messages"].append({"id": "wamid.10", "type": "text", "text": {"body": "and I, whoever I am"}})
    addresses = [one.address for one in read(post) if isinstance(one, Envelope)]
    assert addresses == [Secret(USER_ID), Secret("919000000002")]


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("status_sent", DeliveryStatus(Secret("errand-1:0"), DeliveryState.SENT)),
        ("status_read_to_username", DeliveryStatus(Secret("errand-1:0"), DeliveryState.READ)),
        ("status_failed", DeliveryStatus(Secret("wamid.2"), DeliveryState.FAILED, WindowClosed("131047"))),
    ],
)
def test_reports_are_known_by_our_own_key(payload: Payload, name: str, report: DeliveryStatus) -> None:
    assert read(payload(name)) == [report]


@pytest.mark.parametrize(
    ("code", "refused"),
    [(131026, Never("131026")), (131049, TryAgain(86400.0, "131049")), (190, TryAgain(300.0, "190", everything=True))],
)
def test_a_failure_says_what_can_be_done(payload: Payload, code: int, refused: TryAgain | Never) -> None:
    post = payload("status_failed")
    post["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"][0]["code"] = code
    (report,) = read(post)
    assert isinstance(report, DeliveryStatus)
    assert report.refused == refused


def test_a_bad_neighbour_spoils_nothing(payload: Payload) -> None:
    read_ = read(payload("bad_neighbours"))
    said = [one.inbound for one in read_ if isinstance(one, Envelope)]
    assert said == [text("one"), NO_KIND, text("two"), text("two"), text("three")]


def test_a_message_without_an_id_is_known_by_what_it_says(payload: Payload) -> None:
    post = payload("text")
    message = post["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["id"]
    (one,), (again,) = read(post), read(post)
    message["text"]["body"] = "something else"
    (other,) = read(post)
    ids = [item.external_id for item in (one, again, other)]
    assert ids[0] == ids[1] != ids[2]


def stored(name: str) -> Any:
    return json.loads((Path(__file__).parent / "payloads" / f"{name}.json").read_text(encoding="utf-8"))


@given(data=st.data(), name=st.sampled_from([*SAID, "status_sent", "status_failed"]))
def test_whatever_stands_beside_it_a_good_message_is_read(data: st.DataObject, name: str) -> None:
    post, good = stored(name), stored("contacts_missing")["entry"][0]["changes"][0]["value"]
    value = post["entry"][0]["changes"][0]["value"]
    item = value[next(key for key in ("messages", "statuses") if key in value)][0]
    spoilt = changed(copy.deepcopy(item), data.draw(st.sampled_from(places(item))), data.draw(anything))
    value.setdefault("messages", [])
    value["messages"] = [spoilt, *good["messages"]] if "type" in item else good["messages"]
    value["statuses"] = [spoilt] if "status" in item else []
    found = [one for one in read(post) if isinstance(one, Envelope)]
    assert found[-1].inbound == text("hello")
    assert found[-1].address == Secret(PHONE)


@given(data=st.data(), name=st.sampled_from([*SAID, "status_sent", "value_errors", "bad_neighbours"]))
def test_no_change_to_a_payload_makes_it_raise(data: st.DataObject, name: str) -> None:
    post = stored(name)
    spoilt = changed(post, data.draw(st.sampled_from(places(post))), data.draw(anything))
    with contextlib.suppress(Unreadable):
        assert isinstance(read(spoilt), list)


@given(body=st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert read_post(body, NUMBER_ID) == []


def read_or_refused(post: Any) -> list[Envelope | DeliveryStatus]:
    try:
        return read(post)
    except Unreadable:
        return []


# Without these the rest says nothing: what became of which message of ours, and whom to answer where no contact says it.
DECISIVE = {
    ("status_sent", "status"),
    ("status_failed", "status"),
    ("status_failed", "id"),
    ("contacts_missing", "from"),
}


@pytest.mark.parametrize("name", [*SAID, "username_and_number", "status_sent", "status_failed"])
def test_no_leaf_that_cannot_be_read_loses_another(payload: Payload, name: str) -> None:
    """Null, missing or of a wrong type: what is lost was in the leaf."""
    post = payload(name)
    told = told_by(read(post))
    for place, leaf, spoilt in spoilt_leaves(post):
        if (name, place[-1]) in DECISIVE:
            continue
        lost = told - told_by(read_or_refused(spoilt))
        pair = {"latitude", "longitude"} & {str(place[-1])}
        assert pair or not is_loss(lost, leaf), (place, lost)


def first_value(post: Any) -> Any:
    return post["entry"][0]["changes"][0]["value"]


def said(post: Any) -> Inbound:
    (envelope,) = read(post)
    assert isinstance(envelope, Envelope)
    return envelope.inbound


def test_coordinates_that_are_no_numbers_leave_the_name_of_the_place(payload: Payload) -> None:
    post = payload("location")
    place = first_value(post)["messages"][0]["location"]
    place["latitude"] = None
    assert said(post) == text("Kotwali, Jaunpur")
    place.update(latitude="25.75", name=None, address=None, url="https://example.org/place")
    link = (Annotation(AnnotationKind.LINK, "https://example.org/place"),)
    assert said(post) == Inbound(Kind.LOCATION, point=Point(25.75, 82.68), annotations=link)


def test_a_file_that_cannot_be_fetched_leaves_its_caption(payload: Payload) -> None:
    post = payload("image")
    first_value(post)["messages"][0]["image"]["id"] = None
    assert said(post) == Inbound(Kind.UNSUPPORTED, "यह देखिए")


HALF = "Ram \ud83d"


@pytest.mark.parametrize("place", [("messages", 0, "text", "body"), ("contacts", 0, "profile", "name")])
def test_half_an_emoji_loses_nothing(payload: Payload, place: tuple[Any, ...]) -> None:
    """In a text or in the name of a profile; the neighbours are read too."""
    post = payload("text")
    value = first_value(post)
    value["messages"].append({**value["messages"][0], "id": "wamid.9", "from": "919000000002"})
    changed(value, place, HALF)
    one, other = read(post)
    assert isinstance(one, Envelope)
    assert isinstance(other, Envelope)
    assert "Ram \ufffd" in (one.inbound.text, *(name.reveal() for name in one.names))
    assert (one.address, other.address) == (Secret(PHONE), Secret("919000000002"))
    assert other.inbound == text("जुआ चल रहा है") if place[0] == "contacts" else one.inbound == text("Ram \ufffd")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_before_the_json_loses_nothing(payload: Payload, encoding: str) -> None:
    assert read_post(json.dumps(payload("text"), ensure_ascii=False).encode(encoding), NUMBER_ID) == read(
        payload("text")
    )


@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b'{"entry": 7}', b'{"entry": [7]}', b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": {}}}]}]}',
             b'{"entry": [{"changes": [{"value": {"messages": [{"id": "wamid.1", "type": "text", "text": {"body": "whose?"}}]}}]}]}'],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unreadable):
        read_post(body, NUMBER_ID)
    assert "whose" not in caplog.text


def test_what_is_lost_beside_what_is_read_is_said_in_the_log(
    payload: Payload, caplog: pytest.LogCaptureFixture
) -> None:
    read(payload("bad_neighbours"))
    assert "7 items that cannot be read" in caplog.text


def test_a_message_with_no_neighbours_is_of_the_only_contact(payload: Payload) -> None:
    post = payload("text")
    del first_value(post)["messages"][0]["from"]
    (envelope,) = read(post)
    assert isinstance(envelope, Envelope)
    assert envelope.address == Secret(PHONE)


def test_a_message_that_names_nobody_is_of_the_contact_that_no_other_names(payload: Payload) -> None:
    post = payload("text")
    value = first_value(post)
    value["messages"].append({"from": "918000000001", "id": "wamid.2", "type": "text", "text": {"body": "two"}})
    value["contacts"].append({"profile": {"name": "Two"}, "wa_id": "918000000001"})
    value["messages"][0]["from"] = None
    assert [one.address for one in read(post) if isinstance(one, Envelope)] == [Secret(PHONE), Secret("918000000001")]
    value["contacts"].append({"profile": {"name": "Three"}, "wa_id": "918000000002"})
    assert len(read(post)) == 1


@pytest.mark.parametrize("field", ["standby", 7, "message"])
def test_messages_are_read_whatever_their_change_is_called(payload: Payload, field: object) -> None:
    post = payload("text")
    post["entry"][0]["changes"][0]["field"] = field
    assert len(read(post)) == 1


def test_a_key_that_stands_there_twice_hides_nothing(payload: Payload) -> None:
    body = json.dumps(payload("text")).encode()
    assert len(read_post(body[:-1] + b', "entry": []}', NUMBER_ID)) == 1


CARD = {
    "name": {"formatted_name": "Kallu Bhai", "first_name": "Kallu"},
    "phones": [{"phone": "+91 98888 00000", "wa_id": "919888800000"}, {"wa_id": "919000000042", "type": "CELL"}],
    "emails": [{"email": "kallu.boss@example.org"}],
    "org": {"company": "Sona Traders", "title": "Owner"},
    "addresses": [{"street": "14 Naiwasti Gali", "city": "Jaunpur"}],
    "urls": [{"url": "https://sona.example.org"}],
    "vcard": "BEGIN:VCARD\nFN:Kallu Bhai\nTEL;waid=919888800000:+91 98888 00000\nNOTE:godown behind the mill\nEND:VCARD",
}
KALLU = (
    "Kallu Bhai +91 98888 00000 919000000042 kallu.boss@example.org Sona Traders Owner 14 Naiwasti Gali Jaunpur"
    " https://sona.example.org godown behind the mill"
)


def cards(payload: Payload, *some: Any) -> Inbound:
    post = payload("contacts")
    first_value(post)["messages"][0]["contacts"] = list(some)
    return said(post)


def test_all_of_a_contact_card_is_kept(payload: Payload) -> None:
    assert cards(payload, CARD) == text(KALLU)
    parts = {"first_name": "Rinku", "last_name": "Pandit", "formatted_name": None}
    assert cards(payload, {"name": None, "phones": None}, {"name": parts}, CARD) == text(f"Rinku Pandit\n{KALLU}")


@pytest.mark.parametrize("own", [{"phone": "+91 90000 00001"}, {"wa_id": PHONE}])
def test_ones_own_card_is_nobodys_business(payload: Payload, own: Any) -> None:
    mine = {**CARD, "phones": [own]}
    assert cards(payload, mine) == NO_KIND
    assert cards(payload, mine, {"emails": [{"email": "x@example.org"}]}) == text("x@example.org")
