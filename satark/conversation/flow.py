"""The one flow: `step(state, event, world) -> Turn`, total and deterministic.

An event is read in this order: what the core answers; the end of a conversation; a command that is the whole message; a
choice by its id; a number against the page last shown; a file or a pin by its type; a text for the open slot. Whatever
fits none of these is taken as part of the account: nothing that was given is ever lost, and nothing is a dead end.
"""

from msgspec.structs import replace

from satark.channels.messages import Inbound, Kind, Unusable
from satark.conversation.account import is_account, is_full
from satark.conversation.annotations import with_annotations
from satark.conversation.answers import on_found, on_located, on_submitted
from satark.conversation.choices import choose, spoken
from satark.conversation.commands import command
from satark.conversation.keypad import SPOKEN_TO, pressed
from satark.conversation.patience import again, end, missed
from satark.conversation.questions import ask, doing, notice, saying
from satark.conversation.receipts import hide_receipts, receipt_asked_for
from satark.conversation.state import (
    Append,
    Event,
    Found,
    Given,
    Locate,
    Located,
    LookUp,
    Slot,
    State,
    Submitted,
    Turn,
    World,
)
from satark.conversation.words import digits_in, is_long, number_in, poster_in, spelled

# A text with fewer digits that was no receipt tells something.
FEWEST_DIGITS_OF_A_RECEIPT = 8
_ANSWERS: dict[tuple[Slot | None, str], str] = {
    (Slot.CHECK, "yes"): "check:send",
    (Slot.CHECK, "no"): "cancel",
    (Slot.ERASE, "yes"): "erase:yes",
    (Slot.ERASE, "no"): "erase:no",
    (Slot.SAME, "yes"): "same:yes",
    (Slot.SAME, "no"): "same:no",
}
# What is written here may be a part of what is told.
_TELLING = frozenset({Slot.ACCOUNT, Slot.PLACE, Slot.PIN, Slot.ACCUSED, Slot.DIALOGUE})
# Nobody listens, or not yet: who gave a ring is called back.
_NO_ANSWER = (Kind.CLOSED, Kind.TIMEOUT, Kind.MISSED)


def step(state: State, event: Event, world: World) -> Turn:
    """Advance a conversation by one event. Never raises; the state it returns is as valid as the one it got."""
    match event:
        case Inbound():
            turn = with_annotations(_heard(state, event, world), len(state.given), event.annotations)
            return _first(turn, event) if state == State() and event.kind not in _NO_ANSWER else turn
        case Located():
            return on_located(state, event, world)
        case Submitted():
            return on_submitted(state, event, world)
        case Found():
            return on_found(state, event, world)


def _first(turn: Turn, said: Inbound) -> Turn:
    """The first answer of a conversation says first of all whom to call in danger."""
    if not (turn.asks or turn.effects) or said.why is Unusable.GROUP:
        return turn
    return saying(notice("emergency", turn.state, chosen=bool(turn.state.locale)), turn)


def _heard(state: State, said: Inbound, world: World) -> Turn:
    """What most people send stands first. A message without what its kind promises is read as its text."""
    match said.kind:
        case Kind.TEXT:
            return _text(state, said.text.strip(), world)
        case Kind.CHOICE if turn := choose(state, said.choice, world):
            return turn
        case Kind.MEDIA if said.media is not None:
            return _give(state, Given(said.text, said.media.kept, said.media.kind), world)
        case Kind.LOCATION if said.point is not None and state.tip:
            return _give(state, Given(said.text, point=said.point), world)
        case Kind.LOCATION if said.point is not None:
            return doing(Turn(state, waits=True), Locate(words=hide_receipts(said.text), point=said.point))
        case Kind.DIGITS if turn := pressed(state, said.text.strip(), world):
            return turn
        case Kind.OPENED:
            return _opened(state, said.text, world)
        case Kind.MISSED:
            return replace(again(state, world), over=state == State())
        case Kind.CLOSED if world.keypad and state.asking in SPOKEN_TO:
            return Turn(state)
        case Kind.CLOSED | Kind.TIMEOUT:
            return end(state, world)
        case Kind.UNSUPPORTED if said.why is Unusable.GROUP:
            return Turn(State(), (notice("unsupported", state, why=said.why.value),), over=True)
        case Kind.UNSUPPORTED:
            turn = _give(state, _words_given(state, said.text, world), world) if said.text else _go_on(state, world)
            return saying(notice("unsupported", state, why=said.why.value), turn)
        case _:
            return _text(state, said.text.strip(), world)


def _go_on(state: State, world: World) -> Turn:
    """What was asked last. After a receipt that is its report: what cannot be used begins no other."""
    is_open = state.tip and state.asking is None and not state.given
    return ask(Slot.DIALOGUE, state, world) if is_open else again(state, world)


def _opened(state: State, payload: str, world: World) -> Turn:
    """A door was opened, perhaps by a poster, whose place is offered where the place is asked."""
    return replace(again(replace(state, poster=world.posters.get(payload, state.poster)), world), waits=True)


def _text(state: State, text: str, world: World) -> Turn:
    if not text:
        return again(state, world)
    word = spelled(text)
    if is_long(word):
        return _receipt(state, word, world) or _words(state, text, world, is_number=False)
    if name := world.vocabulary.commands.get(word):
        return command(state, name, world)
    if word in world.vocabulary.greetings:
        return again(state, world)
    if turn := _yes_or_no(state, word, world):
        return turn
    if state.asking in (None, Slot.LANGUAGE) and (locale := world.vocabulary.languages.get(word, "")):
        return choose(state, f"language:{locale}", world) or again(state, world)
    if poster := poster_in(text, world):
        return _opened(state, poster, world)
    number = number_in(text, world.vocabulary)
    if number and (choice := dict(state.shown).get(number)) and (turn := choose(state, choice, world)):
        return turn
    return _receipt(state, word, world) or _words(state, text, world, is_number=bool(number))


def _yes_or_no(state: State, word: str, world: World) -> Turn | None:
    """Yes and no mean the same as the tap, where it was asked so."""
    choice = _ANSWERS.get((state.asking, world.vocabulary.answers.get(word, "")), "")
    return choose(state, choice, world) if choice and not state.unheard else None


def _receipt(state: State, word: str, world: World) -> Turn | None:
    """A receipt is looked up whenever it comes."""
    awaited, telling = state.asking is Slot.RECEIPT, state.asking in _TELLING
    receipt = receipt_asked_for(word, world.vocabulary, awaited=awaited, telling=telling)
    return doing(Turn(replace(state, asking=Slot.RECEIPT)), LookUp(receipt)) if receipt else None


def _words(state: State, text: str, world: World, *, is_number: bool) -> Turn:
    """Free text: for the slot that is open, else part of the account."""
    if state.asking in (Slot.PLACE, Slot.PIN, Slot.ACCUSED):
        return doing(Turn(state, waits=True), Locate(words=hide_receipts(text), district=state.scope))
    if state.asking is Slot.RECEIPT and _is_no_account(text, world):
        return missed(state, world, *((notice("receipt.slip", state),) if digits_in(text) else ()))
    if is_number and state.shown and state.asking not in (Slot.ACCOUNT, Slot.DIALOGUE):
        return missed(state, world, notice("no_such_number", state))
    return _give(state, _words_given(state, text, world), world)


def _is_no_account(text: str, world: World) -> bool:
    return len(digits_in(text)) >= FEWEST_DIGITS_OF_A_RECEIPT or not is_account(text, world.vocabulary)


def _words_given(state: State, text: str, world: World) -> Given:
    """Before it was asked for, not everything that is written is the account."""
    asked = state.asking is Slot.ACCOUNT or bool(state.tip)
    return Given(text, aside=not asked and not is_account(text, world.vocabulary))


def _give(state: State, given: Given, world: World) -> Turn:
    """Something to keep arrived, wherever the conversation stands. A receipt is no part of it; more may follow at once."""
    return replace(_give_at_once(state, replace(given, text=hide_receipts(given.text)), world), waits=True)


def _give_at_once(state: State, given: Given, world: World) -> Turn:
    if state.asking is Slot.DIALOGUE and state.tip:
        turn = ask(Slot.DIALOGUE, state, world, added=True)
        return doing(turn, Append(state.tip, (given,), state.own_voice))
    if is_full(state, given):
        return saying(notice("full", state), again(state, world))
    kept = replace(state, given=(*state.given, given))
    if state.tip:
        return ask(Slot.SAME, kept, world)
    if world.keypad and kept.asking in (Slot.ACCOUNT, Slot.PIN):
        return spoken(kept, world)
    if kept.asking is Slot.ACCOUNT:
        return ask(Slot.ACCOUNT, kept, world, got=len(kept.given))
    if kept.asking is Slot.ERASE and kept.withheld and given.aside:
        return saying(notice("kept", kept), ask(Slot.ERASE, kept, world))
    if kept.asking is None or given.media is not None:
        return saying(notice("kept", kept), again(kept, world))
    return missed(kept, world, notice("kept", kept))
