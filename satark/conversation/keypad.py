"""What a call says besides words: a key, or nothing at all. A call that is silent is treated with patience, and ends only
when there is nothing to lose."""

from msgspec.structs import replace

from satark.conversation.choices import choose
from satark.conversation.commands import command
from satark.conversation.patience import MOST_MISSES, end, go_on
from satark.conversation.questions import ask, notice, saying
from satark.conversation.state import Slot, State, Turn, World

COMMANDS = {"*": "back", "0": "help"}
SPOKEN_TO = frozenset({Slot.ACCOUNT, Slot.PIN, Slot.DIALOGUE})
"""Slots that are answered by speaking: what was said may reach us after the call is over."""
_LAST = frozenset({Slot.CHECK, Slot.DIALOGUE, Slot.SAME})


def pressed(state: State, keys: str, world: World) -> Turn | None:
    """The turn that keys make; None where they are the digits of a receipt, which are read as if they were written."""
    if not keys:
        return silent(state, world)
    if name := COMMANDS.get(keys):
        return command(state, name, world)
    choice = dict(state.shown).get(keys, "")
    if turn := choose(state, choice, world):
        return turn
    if state.asking is Slot.RECEIPT or state.asking is None:
        return None if len(keys) > 1 else _once_more(state, world)
    return _wrong_key(replace(state, misses=state.misses + 1), world)


def _wrong_key(state: State, world: World) -> Turn:
    said = notice("no_such_number", state)
    return saying(said, _once_more(state, world) if state.misses < MOST_MISSES else go_on(state, world))


def silent(state: State, world: World) -> Turn:
    """Nothing was pressed and nothing said: asked again twice, then on, as long as somebody may be there to answer."""
    if state.asking in (None, Slot.DIALOGUE):
        return end(state, world)
    if state.asking is Slot.ACCOUNT and state.given:
        return choose(state, "done", world) or end(state, world)
    state = replace(state, misses=state.misses + 1)
    if state.misses < MOST_MISSES:
        return _once_more(state, world)
    if state.asking is Slot.ACCOUNT:
        return saying(notice("not_heard", state), end(state, world))
    return end(state, world) if state.asking in _LAST else go_on(state, world)


def _once_more(state: State, world: World) -> Turn:
    return ask(state.asking or Slot.MENU, state, world)
