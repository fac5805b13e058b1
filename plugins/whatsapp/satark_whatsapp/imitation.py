"""What Meta would POST for messages of people who do not exist: the inverse of reading, for demos, load and tests."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec

from satark.channels.messages import DeliveryState, DeliveryStatus, Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark_whatsapp.person import is_bsuid

TYPES = {MediaKind.PHOTO: "image", MediaKind.VIDEO: "video", MediaKind.AUDIO: "audio", MediaKind.DOCUMENT: "document"}
# 2026-01-01, in every message: an imitation tells no time.
TIMESTAMP = "1767225600"


STATES = {
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.READ: "read",
    DeliveryState.FAILED: "failed",
}


def post_of(items: Sequence[Envelope | DeliveryStatus], phone_number_id: str) -> bytes:
    """The body of one POST with all of them. A report knows the key that we gave, and no person."""
    envelopes = [item for item in items if isinstance(item, Envelope)]
    statuses = [item for item in items if isinstance(item, DeliveryStatus)]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": phone_number_id},
        "contacts": [_contact(one) for one in envelopes],
        "messages": [_message(one) for one in envelopes],
        "statuses": [_status(one) for one in statuses],
    }
    entry = {"id": "0", "changes": [{"field": "messages", "value": value}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def _status(status: DeliveryStatus) -> dict[str, Any]:
    known_as = {"id": f"wamid.{status.external_id.reveal()}", "biz_opaque_callback_data": status.external_id.reveal()}
    return {**known_as, "status": STATES[status.state], "timestamp": TIMESTAMP}


def _contact(envelope: Envelope) -> dict[str, Any]:
    person = envelope.address.reveal()
    contact: dict[str, Any] = {"user_id" if is_bsuid(person) else "wa_id": person}
    if envelope.names:
        contact["profile"] = {"name": envelope.names[0].reveal()}
    return contact


def _message(envelope: Envelope) -> dict[str, Any]:
    person = envelope.address.reveal()
    sender = {"from_user_id" if is_bsuid(person) else "from": person}
    return {**sender, "id": envelope.external_id.reveal(), "timestamp": TIMESTAMP, **_body(envelope.inbound)}


def _body(inbound: Inbound) -> dict[str, Any]:
    match inbound:
        case Inbound(kind=Kind.TEXT):
            return {"type": "text", "text": {"body": inbound.text}}
        case Inbound(kind=Kind.CHOICE):
            reply = {"id": inbound.choice, "title": inbound.text}
            return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}
        case Inbound(kind=Kind.MEDIA, media=Media() as media):
            name = TYPES[media.kind]
            return {"type": name, name: _file(media, inbound.text)}
        case Inbound(kind=Kind.LOCATION, point=point) if point is not None:
            place = {"latitude": point.lat, "longitude": point.lon, "name": inbound.text}
            return {"type": "location", "location": place}
        case _:
            return {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]}


def _file(media: Media, caption: str) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()
    return {"id": (media.ref or Secret("")).reveal(), "mime_type": media.mime, "sha256": digest, "caption": caption}
