"""What Telegram would POST for messages of people who do not exist: the inverse of reading, for demos, load and tests."""

from typing import Any

import msgspec

from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret

NAMES = {MediaKind.VIDEO: "video", MediaKind.AUDIO: "audio", MediaKind.DOCUMENT: "document"}
# 2026-01-01, in every message: an imitation tells no time.
DATE = 1767225600


def update_of(envelope: Envelope) -> bytes:
    """The body of one POST. Address and id are digits."""
    number, inbound = int(envelope.external_id.reveal()), envelope.inbound
    if inbound.kind is Kind.CHOICE:
        return msgspec.json.encode({"update_id": number, "callback_query": _tap(envelope, number)})
    if inbound.kind is Kind.CLOSED:
        return msgspec.json.encode({"update_id": number, "my_chat_member": _blocked(envelope)})
    return msgspec.json.encode({"update_id": number, "message": _message(envelope, number)})


def _person(envelope: Envelope) -> dict[str, Any]:
    name = envelope.names[0].reveal() if envelope.names else "-"
    return {"id": int(envelope.address.reveal()), "is_bot": False, "first_name": name}


def _chat(envelope: Envelope) -> dict[str, Any]:
    return {"id": int(envelope.address.reveal()), "type": "private"}


def _tap(envelope: Envelope, number: int) -> dict[str, Any]:
    inbound = envelope.inbound
    button = {"text": inbound.text, "callback_data": inbound.choice}
    tapped = {
        "message_id": number,
        "date": DATE,
        "chat": _chat(envelope),
        "reply_markup": {"inline_keyboard": [[button]]},
    }
    person = _person(envelope)
    return {"id": str(number), "from": person, "message": tapped, "chat_instance": "0", "data": inbound.choice}


def _blocked(envelope: Envelope) -> dict[str, Any]:
    bot = {"id": 1, "is_bot": True, "first_name": "-"}
    old, new = {"status": "member", "user": bot}, {"status": "kicked", "user": bot, "until_date": 0}
    change = {"chat": _chat(envelope), "from": _person(envelope), "date": DATE}
    return {**change, "old_chat_member": old, "new_chat_member": new}


def _message(envelope: Envelope, number: int) -> dict[str, Any]:
    who = {"message_id": number, "date": DATE, "chat": _chat(envelope), "from": _person(envelope)}
    return {**who, **_body(envelope.inbound)}


def _body(inbound: Inbound) -> dict[str, Any]:
    match inbound:
        case Inbound(kind=Kind.TEXT):
            return {"text": inbound.text}
        case Inbound(kind=Kind.OPENED):
            return {"text": f"/start {inbound.text}".strip()}
        case Inbound(kind=Kind.MEDIA, media=Media() as media):
            return {**_file(media), "caption": inbound.text}
        case Inbound(kind=Kind.LOCATION, point=point) if point is not None:
            place = {"latitude": point.lat, "longitude": point.lon}
            return {"location": place, "venue": {"location": place, "title": inbound.text, "address": ""}}
        case _:
            return {"dice": {"emoji": "🎲", "value": 1}}


def _file(media: Media) -> dict[str, Any]:
    ref = (media.ref or Secret("")).reveal()
    file: dict[str, Any] = {"file_id": ref, "file_unique_id": ref, "file_size": media.size}
    if media.kind is MediaKind.PHOTO:
        return {"photo": [{**file, "width": 1280, "height": 960}]}
    more = {MediaKind.VIDEO: {"width": 1280, "height": 720, "duration": 1}, MediaKind.AUDIO: {"duration": 1}}
    return {NAMES[media.kind]: {**file, "mime_type": media.mime, **more.get(media.kind, {})}}
