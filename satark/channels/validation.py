"""Checks what a plugin hands to the core, for a plugin may return anything, and makes its texts storable.

Structs of msgspec are not checked when they are made: every field that the core reads is looked at here, once.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from satark.channels.messages import (
    Annotation,
    AnnotationKind,
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Finding,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Never,
    Point,
    Secret,
    Sent,
    TryAgain,
    Unusable,
    WindowClosed,
    Wire,
)
from satark.channels.storable import media_type, storable

LISTS = (list, tuple)
NUMBERS = (int, float)
MAX_SIZE = 2**63 - 1
# In seconds: longer than any provider asks for, and a number that the clock can be added to.
MAX_WAIT_S = 86_400.0

Item = Envelope | DeliveryStatus
Refusal = TryAgain | Never | WindowClosed
Outcome = Sent | Refusal
S = TypeVar("S", bound=Struct)
T = TypeVar("T")


class InvalidResultError(TypeError):
    """A plugin returned something else than its contract says. The message names types and never a value."""


class CheckedItems(NamedTuple):
    """The items that are what they should be, and how many others there were."""

    items: list[Item]
    invalid: int


def check_items(found: object) -> CheckedItems:
    """Check the items of `parse` or of `Host.receive`. What is no list is one invalid item."""
    if type(found) not in LISTS:
        return CheckedItems([], 1)
    checked = [_item(one) for one in cast("Sequence[object]", found)]
    items = [one for one in checked if one is not None]
    return CheckedItems(items, len(checked) - len(items))


def check_list(found: object, kind: type[T]) -> list[T]:
    """Check that a plugin returned a list of this kind. Raises InvalidResultError."""
    listed = list(cast("Sequence[object]", found)) if type(found) in LISTS else [found]
    if type(found) not in LISTS or not all(isinstance(one, kind) for one in listed):
        raise InvalidResultError(f"{type(found).__name__} is no list of {kind.__name__}")
    return cast("list[T]", listed)


def check_wires(found: object) -> list[Wire]:
    """Check what `render` or `knock` returned. Raises InvalidResultError."""
    return check_list(found, Wire)


def check_findings(found: object) -> list[Finding]:
    """Check what `check` returned. Raises InvalidResultError."""
    findings = check_list(found, Finding)
    if not all(isinstance(one.what, str) and isinstance(one.fix, str) for one in findings):
        raise InvalidResultError("a finding without words")
    return [_changed(one, what=_text(one.what), fix=_text(one.fix)) for one in findings]


def check_outcome(found: object) -> Outcome:
    """Check what `send` returned. What was sent stays sent, whatever else is wrong. Raises InvalidResultError."""
    if isinstance(found, Sent):
        return _changed(found, external_ids=_secrets(found.external_ids))
    return _refusal(found)


def _item(one: object) -> Item | None:
    try:
        if isinstance(one, Envelope):
            return _envelope(one)
        return _status(one) if isinstance(one, DeliveryStatus) else None
    except InvalidResultError:
        return None


def _envelope(one: Envelope) -> Envelope:
    return _changed(
        one,
        address=_identity(one.address),
        external_id=_identity(one.external_id),
        inbound=_inbound(one.inbound),
        names=_secrets(one.names),
    )


def _status(one: DeliveryStatus) -> DeliveryStatus:
    _expect(one.state, DeliveryState)
    refused = None if one.refused is None else _refusal(one.refused)
    return _changed(one, external_id=_identity(one.external_id), refused=refused)


def _inbound(one: object) -> Inbound:
    inbound = _expect(one, Inbound)
    _expect(inbound.kind, Kind)
    _expect(inbound.why, Unusable)
    media = None if inbound.media is None else _media(inbound.media)
    point = None if inbound.point is None else _point(inbound.point)
    return _changed(
        inbound,
        text=_text(inbound.text),
        choice=_text(inbound.choice),
        media=media,
        point=point,
        annotations=_annotations(inbound.annotations),
    )


def _annotations(some: object) -> tuple[Annotation, ...]:
    """Those that are what they should be: without the others a message is still a message."""
    if some == ():
        return ()
    listed = cast("Sequence[object]", some) if type(some) in LISTS else ()
    found = [one for one in listed if isinstance(one, Annotation)]
    sound = [one for one in found if isinstance(one.kind, AnnotationKind) and isinstance(one.text, str)]
    return tuple(_changed(one, text=_text(one.text)) for one in sound)


def _media(one: object) -> Media:
    media = _expect(one, Media)
    _expect(media.kind, MediaKind)
    return _changed(
        media,
        mime=media_type(_text(media.mime)),
        sha256=_text(media.sha256),
        kept=_text(media.kept),
        size=media.size if type(media.size) is int and 0 <= media.size <= MAX_SIZE else 0,
        ref=None if media.ref is None else _identity(media.ref),
    )


def _point(one: object) -> Point | None:
    """None for what lies nowhere: the words that came with it are kept."""
    point = _expect(one, Point)
    if type(point.lat) not in NUMBERS or type(point.lon) not in NUMBERS:
        raise InvalidResultError("a Point without numbers")
    return point if -90 <= point.lat <= 90 and -180 <= point.lon <= 180 else None


def _refusal(one: object) -> Refusal:
    if not isinstance(one, TryAgain | Never | WindowClosed):
        raise InvalidResultError(f"{type(one).__name__} is no outcome of a send")
    why = _text(one.why) if isinstance(one.why, str) else ""
    if not isinstance(one, TryAgain):
        return _changed(one, why=why)
    return _changed(one, why=why, after=_seconds(one.after), everything=one.everything is True)


def _seconds(told: object) -> float:
    if not isinstance(told, int | float) or type(told) not in NUMBERS or math.isnan(told):
        return 0.0
    return min(max(told, 0.0), MAX_WAIT_S)


def _expect(one: object, kind: type[T]) -> T:
    if not isinstance(one, kind):
        raise InvalidResultError(f"{type(one).__name__} is no {kind.__name__}")
    return one


def _text(one: object) -> str:
    """A str and no class of the plugin's own, whose methods may do anything, in the middle of other people's messages."""
    return storable(str.__str__(_expect(one, str)))


def _identity(one: object) -> Secret:
    """A Secret that says something."""
    secret = _secret(one)
    if secret is None or not secret.reveal():
        raise InvalidResultError("no Secret")
    return secret


def _secret(one: object) -> Secret | None:
    if not isinstance(one, Secret) or not isinstance(one.reveal(), str):
        return None
    told = one.reveal()
    plain = _text(told)
    return one if plain is told else Secret(plain)


def _secrets(some: object) -> tuple[Secret, ...]:
    """Those that are Secrets: without the others a message is still a message."""
    found = map(_secret, cast("Sequence[object]", some)) if type(some) in LISTS else ()
    return tuple(one for one in found if one is not None)


def _changed(one: S, **fields: Any) -> S:
    """The struct with these values; itself where they are its own, as nearly always."""
    changed = {name: value for name, value in fields.items() if not _is_same(getattr(one, name), value)}
    return replace(one, **changed) if changed else one


def _is_same(found: object, checked: object) -> bool:
    """Whether what was found needs no change. What is of a class of the plugin's own is not asked."""
    if found is checked or type(found) is not type(checked):
        return found is checked
    if isinstance(found, tuple) and isinstance(checked, tuple):
        return len(found) == len(checked) and all(map(_is_same, found, checked))
    return isinstance(found, str | int | float) and found == checked
