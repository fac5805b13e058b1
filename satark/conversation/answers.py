"""What the core found out for the flow: a place, a receipt, a tip by its receipt."""

from msgspec.structs import replace

from satark.conversation.questions import ask, doing, next_question, notice, saying
from satark.conversation.state import UNKNOWN, Append, Ask, Found, Located, Place, Slot, State, Submitted, Turn, World

MOST_MISSES = 3


def on_located(state: State, found: Located, world: World) -> Turn:
    """A pin gives the district at once; words and pins propose stations, which the citizen confirms."""
    slot = Slot.ACCUSED if state.asking is Slot.ACCUSED else Slot.PLACE
    if slot is Slot.PLACE:
        words = " ".join(filter(None, (state.place.words, found.words)))
        office = found.district or state.place.office
        state = replace(state, place=Place(office, words, found.point or state.place.point))
    if state.asking not in (slot, Slot.PIN):
        said = notice("pin_kept", state)
        return saying(said, next_question(_without_place_if_open(state), world))
    if found.stations:
        return ask(slot, replace(state, found=found.stations, page=0, misses=0), world)
    if slot is Slot.PLACE and (found.district or found.outside):
        return next_question(replace(state, asking=None, place=_known(state.place)), world)
    return _not_found(state, slot, world)


def _without_place_if_open(state: State) -> State:
    return state if state.asking is Slot.ACCOUNT else replace(state, asking=None)


def _known(place: Place) -> Place:
    return place if place.office else replace(place, office=UNKNOWN)


def _not_found(state: State, slot: Slot, world: World) -> Turn:
    """The words stay with the tip, for an officer will know them; the citizen is asked for the list."""
    misses = state.misses + 1
    if misses < MOST_MISSES:
        return saying(notice("place_not_found", state), ask(slot, _asked_again(state, misses), world))
    filled = replace(state, place=_known(state.place)) if slot is Slot.PLACE else replace(state, accused=UNKNOWN)
    return next_question(replace(filled, asking=None, misses=0), world)


def _asked_again(state: State, misses: int) -> State:
    return replace(state, misses=misses, page=0)


def on_submitted(state: State, submitted: Submitted) -> Turn:
    """The receipt: the only way back. What was said is forgotten here."""
    said = Ask(
        id="receipt",
        locale=state.locale or "hi",
        args={"readers": list(submitted.readers), "accused": state.accused, "whole": submitted.whole},
        code=submitted.receipt,
        notice=True,
    )
    after = State(locale=state.locale, tip=submitted.tip, promised=True)
    return Turn(after, (said,), over=not submitted.whole)


def on_found(state: State, found: Found, world: World) -> Turn:
    """A receipt was looked up, or news was asked for."""
    if found.gone:
        draft = (
            replace(state, asking=None)
            if state.reporting and not state.tip
            else State(locale=state.locale, given=state.given)
        )
        return saying(notice("receipt.gone", state), next_question(draft, world))
    if not found.tip:
        again = replace(state, misses=state.misses + 1)
        why = "receipt.wait" if found.held else "receipt.slip" if found.slip else "receipt.unknown"
        return saying(notice(why, state), ask(Slot.RECEIPT, again, world))
    overview = notice(
        "status.overview",
        state,
        reference=found.reference,
        status=found.status,
        outcome=found.outcome,
        steps=[list(step) for step in found.steps],
        files=found.files,
        files_ready=found.files_ready,
        files_withheld=found.files_withheld,
    )
    letters = tuple(
        notice("status.letter", state, hour=letter.hour, text=letter.text, phrase=letter.phrase)
        for letter in found.letters
    )
    if state.reporting and not state.tip:
        return saying((overview, *letters), next_question(replace(state, asking=None), world))
    turn = ask(Slot.DIALOGUE, State(locale=state.locale, tip=found.tip, promised=True), world)
    return saying(
        (overview, *letters), doing(turn, Append(state.tip, state.given, state.own_voice)) if state.given else turn
    )
