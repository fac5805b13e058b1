"""A payload of a provider, with something else in one of its places."""

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import strategies as st

from satark.channels.messages import DeliveryStatus, Envelope

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    value[path[0]] = changed(value[path[0]], path[1:], new)
    return value


def spoilt_leaves(value: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Each leaf's place and what stands there, with the payload in which it is null, missing, or of a wrong type."""
    for place in places(value):
        leaf = at(value, place)
        if place and not isinstance(leaf, dict | list):
            for wrong in (None, [], {"x": []}, True):
                yield place, leaf, changed(copy.deepcopy(value), place, wrong)
            yield place, leaf, without(copy.deepcopy(value), place)


def at(value: Any, path: tuple[Any, ...]) -> Any:
    return at(value[path[0]], path[1:]) if path else value


def without(value: Any, path: tuple[Any, ...]) -> Any:
    del at(value, path[:-1])[path[-1]]
    return value


def told_by(items: Iterable[Envelope | DeliveryStatus]) -> set[str]:
    """All that was read, in its smallest parts: words, choices, files, and whom it is from."""
    told: set[str] = set()
    for item in items:
        if isinstance(item, DeliveryStatus):
            told |= {item.external_id.reveal(), item.state}
            continue
        said, media, point = item.inbound, item.inbound.media, item.inbound.point
        beside = " ".join(one.text for one in said.annotations)
        told |= {item.address.reveal(), said.choice, *re.findall(r"\w+", f"{said.text} {beside}")}
        told |= {media.ref.reveal()} if media and media.ref else set()
        told |= {str(point.lat), str(point.lon)} if point else set()
    return told - {""}


def is_loss(lost: set[str], leaf: Any) -> bool:
    """Whether something is missing that the leaf did not say."""
    return not all(part in str(leaf) for part in lost)
