"""The one flow: `step(state, event, world) -> Turn`, total and deterministic.

An event is read in this order: what the core answers; the end of a conversation; a command that is the whole message; a
choice by its id; a number against the page last shown; a file or a pin by its type; a text for the open slot. Whatever
fits none of these is taken as part of the account: nothing that was given is ever lost, and nothing is a dead end.
"""

from msgspec.structs import replace

from satark.channels.messages import Inbound, Kind, Unusable
from satark.conversation.answers import on_found, on_located, on_submitted
from satark.conversation.choices import choose
from satark.conversation.commands import command
from satark.conversation.questions import ask, doing, next_question, notice, saying
from satark.conversation.state import (
    UNKNOWN,
    Append,
    Ask,
    Event,
    Found,
    Given,
    Locate,
    Located,
    LookUp,
    Slot,
    State,
    Submit,
    Submitted,
    Turn,
    World,
)
from satark.conversation.words import command_in, digits_in, is_greeting, number_in, poster_in

RECEIPT_DIGITS = 16
MOST_MISSES = 3


def step(state: State, event: Event, world: World) -> Turn:
    """Advance a conversation by one event. Never raises; the state it returns is as valid as the one it got."""
    match event:
        case Located():
            return on_located(state, event, world)
        case Submitted():
            return on_submitted(state, event)
        case Found():
            return on_found(state, event, world)
        case Inbound(kind=Kind.CLOSED | Kind.TIMEOUT):
            return _end(state)
        case Inbound(kind=Kind.OPENED):
            return _opened(state, event.text, world)
        case Inbound(kind=Kind.CHOICE) if turn := choose(state, event.choice, world):
            return turn
        case Inbound(kind=Kind.MEDIA) if event.media is not None:
            return _give(state, Given(event.text, event.media.kept, event.media.kind), world)
        case Inbound(kind=Kind.LOCATION) if event.point is not None:
            return doing(Turn(state), Locate(words=event.text, point=event.point))
        case Inbound(kind=Kind.UNSUPPORTED, why=Unusable.GROUP):
            return Turn(State(), (notice("unsupported", state, why=event.why.value),), over=True)
        case Inbound(kind=Kind.UNSUPPORTED, text=words):
            turn = _give(state, Given(words), world) if words else _again(state, world)
            return saying(notice("unsupported", state, why=event.why.value), turn)
        case _:
            return _text(state, event.text.strip(), world)


def _end(state: State) -> Turn:
    """The citizen left: what is worth keeping is kept."""
    if state.tip and state.given:
        return Turn(State(), effects=(Append(state.tip, state.given),), over=True)
    if state.given:
        return Turn(state, effects=(Submit(state, whole=False),))
    return Turn(State(), over=True)


def _opened(state: State, payload: str, world: World) -> Turn:
    """A door was opened, perhaps by a poster that knows its place."""
    office = world.posters.get(payload, "")
    if office and not state.place.office:
        state = replace(state, place=replace(state.place, office=office))
    return _again(state, world)


def _text(state: State, text: str, world: World) -> Turn:
    if not text:
        return _again(state, world)
    if name := command_in(text, world.vocabulary):
        return command(state, name, world)
    if is_greeting(text, world.vocabulary):
        return _again(state, world)
    if poster := poster_in(text, world):
        return _opened(state, poster, world)
    number = number_in(text, world.vocabulary)
    if number and (choice := dict(state.shown).get(number)) and (turn := choose(state, choice, world)):
        return turn
    digits = digits_in(text)
    if len(digits) == RECEIPT_DIGITS and len(text) - len(digits) <= len("1234-5678-1234-5678") - RECEIPT_DIGITS:
        return doing(Turn(replace(state, asking=Slot.RECEIPT)), LookUp(digits))
    return _words(state, text, bool(number), world)


def _words(state: State, text: str, is_number: bool, world: World) -> Turn:
    """Free text: for the slot that is open, else part of the account."""
    if state.asking in (Slot.PLACE, Slot.PIN, Slot.ACCUSED):
        return doing(Turn(state), Locate(words=text, district=state.scope))
    if state.asking is Slot.RECEIPT:
        return _missed(state, world, notice("receipt.slip", state))
    if is_number and state.shown and state.asking is not Slot.ACCOUNT:
        return _missed(state, world, notice("no_such_number", state))
    return _give(state, Given(text), world)


def _give(state: State, given: Given, world: World) -> Turn:
    """Something to keep arrived, wherever the conversation stands."""
    if state.asking is Slot.DIALOGUE and state.tip:
        turn = ask(Slot.DIALOGUE, state, world, added=True)
        return doing(turn, Append(state.tip, (given,)))
    kept = replace(state, given=(*state.given, given))
    if state.tip:
        return ask(Slot.SAME, kept, world)
    if kept.asking is Slot.ACCOUNT:
        return ask(Slot.ACCOUNT, kept, world, got=len(kept.given))
    if kept.asking is None or given.media is not None:
        return saying(notice("kept", kept), _again(kept, world))
    return _missed(kept, world, notice("kept", kept))


def _again(state: State, world: World) -> Turn:
    """The open question once more, or the first that is missing. After a receipt, a new report starts clean."""
    if state.tip and state.asking is None and not state.given:
        state = State(locale=state.locale)
    if state.asking is None or state.asking not in _STANDING:
        return next_question(state, world)
    return ask(state.asking, state, world)


_STANDING = frozenset(Slot) - {Slot.MENU, Slot.ERASE}


def _missed(state: State, world: World, said: Ask) -> Turn:
    """Not understood: the first time it is asked again, the second time more simply, the third time we go on."""
    state = replace(state, misses=state.misses + 1)
    if state.misses < MOST_MISSES:
        return saying(said, _again(state, world))
    return saying(said, next_question(replace(_assume(state, world), misses=0), world))


def _assume(state: State, world: World) -> State:
    """The open slot filled with what says least, so that the conversation goes on."""
    match state.asking:
        case Slot.LANGUAGE:
            return replace(state, locale=state.locale or world.languages[0], asking=None)
        case Slot.CATEGORY:
            return replace(state, category=world.fallback_category, asking=None)
        case Slot.ACCUSED:
            return replace(state, accused=UNKNOWN, asking=None)
        case Slot.PLACE | Slot.PIN:
            return replace(state, place=replace(state.place, office=UNKNOWN), asking=None)
        case _:
            return replace(state, asking=None)
