"""When an answer is missing: the question again, then more simply, then on with what says least."""

from msgspec.structs import replace

from satark.conversation.account import assumed_accused, finished
from satark.conversation.questions import ask, next_question, not_them, saying
from satark.conversation.state import UNKNOWN, Append, Ask, Discard, Slot, State, Submit, Turn, World

MOST_MISSES = 3
_STANDING = frozenset(Slot) - {Slot.MENU, Slot.ERASE}


def end(state: State, world: World) -> Turn:
    """The citizen left: what is worth keeping is kept, unless they said not to send it."""
    if state.withheld and not state.tip:
        return Turn(State(), effects=discarding(state), over=True)
    if state.tip and state.given:
        return Turn(State(), effects=(Append(state.tip, state.given, state.own_voice),), over=True)
    if state.has_content and not state.tip:
        return Turn(state, effects=(Submit(finished(state, world), whole=False),))
    return Turn(State(), over=True)


def discarding(state: State) -> tuple[Discard, ...]:
    """What destroys what was given and not sent."""
    return (Discard(state.given),) if state.given else ()


def again(state: State, world: World) -> Turn:
    """The open question once more, or the first that is missing. After a receipt, a new report starts clean."""
    if state.tip and state.asking is None and not state.given:
        state = replace(state.fresh, poster=state.poster)
    if state.asking is None or state.asking not in _STANDING:
        return next_question(state, world)
    return ask(state.asking, state, world)


def missed(state: State, world: World, *said: Ask) -> Turn:
    """Not understood: the first time it is asked again, the second time more simply, the third time we go on."""
    state = replace(state, misses=state.missed)
    if state.misses < MOST_MISSES:
        return saying(said, again(state, world))
    return saying(said, go_on(state, world))


def go_on(state: State, world: World) -> Turn:
    """The next question, as if the open one had been answered with what says least."""
    filled = replace(_assume(state, world), misses=0)
    turn = next_question(filled, world)
    return saying(not_them(filled), turn) if filled.accused != state.accused else turn


def _assume(state: State, world: World) -> State:
    """The open slot filled with what says least, so that the conversation goes on."""
    match state.asking:
        case Slot.LANGUAGE:
            return replace(state, locale=state.locale or world.languages[0], asking=None)
        case Slot.CATEGORY:
            return replace(state, category=world.fallback_category, asking=None)
        case Slot.ACCUSED:
            return replace(state, accused=assumed_accused(state, world), asking=None)
        case Slot.PLACE | Slot.PIN:
            return replace(state, place=replace(state.place, office=state.place.office or UNKNOWN), asking=None)
        case _:
            return replace(state, asking=None)
