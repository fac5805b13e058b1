"""Keeps what a message carries beside its words with what was kept of it: pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from satark.channels.messages import Annotation
from satark.conversation.receipts import hide_receipts
from satark.conversation.state import Append, Effect, Given, Locate, Turn


def with_annotations(turn: Turn, given_before: int, annotations: Sequence[Annotation]) -> Turn:
    """The turn, with the annotations of the message that led to it. `given_before` is how much had been given before it.

    They stay with the text or the file, in the draft or in what is added to a tip; of a place they are among its words. A
    command, a greeting and a choice give nothing, so there is nothing to keep with them.
    """
    if not annotations:
        return turn
    annotations = [replace(one, text=hide_receipts(one.text)) for one in annotations]
    effects = tuple(_kept_with(effect, annotations) for effect in turn.effects)
    state = turn.state
    if len(state.given) > given_before:
        state = replace(state, given=_last_with(state.given, annotations))
    elif any(isinstance(effect, Locate) for effect in effects):
        words = " ".join(filter(None, (state.place.words, *(one.text for one in annotations))))
        state = replace(state, place=replace(state.place, words=words))
    return replace(turn, state=state, effects=effects)


def _kept_with(effect: Effect, annotations: Sequence[Annotation]) -> Effect:
    if isinstance(effect, Append) and effect.given:
        return replace(effect, given=_last_with(effect.given, annotations))
    return effect


def _last_with(given: Sequence[Given], annotations: Sequence[Annotation]) -> tuple[Given, ...]:
    return *given[:-1], replace(given[-1], annotations=tuple(annotations))
