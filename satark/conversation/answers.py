"""What the core found out for the flow: a place, a receipt, a tip by its receipt."""

from msgspec.structs import replace

from satark.conversation.account import assumed_accused, is_full, names_range
from satark.conversation.questions import (
    DEFAULT_LOCALE,
    READ_RECEIPT,
    ask,
    doing,
    news,
    next_question,
    not_them,
    notice,
    saying,
)
from satark.conversation.state import (
    UNKNOWN,
    Append,
    Ask,
    Found,
    Given,
    Located,
    Place,
    Slot,
    State,
    Submitted,
    Turn,
    World,
)

MOST_MISSES = 3


def on_located(state: State, found: Located, world: World) -> Turn:
    """A pin gives the district at once; words and pins propose stations, which the citizen confirms."""
    if state.asking is Slot.ACCUSED:
        return _on_accused(state, found, world)
    state = _with_place(state, found)
    if state.asking not in (Slot.PLACE, Slot.PIN):
        said = notice("pin_kept", state)
        return saying(said, next_question(_without_place_if_open(state), world))
    if found.stations:
        return ask(Slot.PLACE, replace(state, found=found.stations, page=0, misses=0), world)
    if found.district or found.outside:
        return next_question(replace(state, asking=None, place=_known(state.place)), world)
    return _not_found(state, world)


def _with_place(state: State, found: Located) -> State:
    """The place is where the last pin is; one that came before it stays with the report."""
    before, words = state.place, " ".join(filter(None, (state.place.words, found.words)))
    given = state.given
    if found.point and before.point and found.point != before.point:
        given = (*given, Given(point=before.point, aside=True))
    place = Place(found.district or before.office, words, found.point or before.point)
    return replace(state, place=place, given=given)


def _on_accused(state: State, found: Located, world: World) -> Turn:
    """Words about the accused stay with the report, whether we know the office or not; a pin is the place as well."""
    given = Given(found.words, aside=True)
    if found.point:
        state = _with_place(state, found)
    elif is_full(state, given):
        return saying(notice("full", state), ask(Slot.ACCUSED, state, world))
    else:
        state = replace(state, given=(*state.given, given))
    offices = found.stations or ((world.range_office,) if names_range(found.words, world) else ())
    if offices:
        return ask(Slot.ACCUSED, replace(state, found=offices, page=0, misses=0), world)
    if state.missed < MOST_MISSES:
        again = ask(Slot.ACCUSED, _asked_again(state), world)
        return saying(notice("accused_kept", state), again)
    state = replace(state, accused=assumed_accused(state, world), asking=None, misses=0)
    return saying(not_them(state), next_question(state, world))


def _anew(state: State) -> State:
    return replace(state.fresh, given=state.given)


def _without_place_if_open(state: State) -> State:
    return state if state.asking is Slot.ACCOUNT else replace(state, asking=None)


def _known(place: Place) -> Place:
    return place if place.office else replace(place, office=UNKNOWN)


def _not_found(state: State, world: World) -> Turn:
    """The words stay with the tip, for an officer will know them; the citizen is asked for the list. What says more of a
    place that was just found takes nothing from it."""
    if state.unheard and state.found:
        return ask(Slot.PLACE, state, world)
    if state.missed < MOST_MISSES:
        return saying(notice("place_not_found", state), ask(Slot.PLACE, _asked_again(state), world))
    return next_question(replace(state, place=_known(state.place), asking=None, misses=0), world)


def _asked_again(state: State) -> State:
    return replace(state, misses=state.missed, page=0)


def on_submitted(state: State, submitted: Submitted, world: World) -> Turn:
    """The receipt: the only way back. What was said is forgotten here.

    Nobody looks when a report went by itself: that there is news is all that is shown then. The receipt is in the button
    that reads it, and is kept nowhere; where choices have no ids, it stays with the conversation as long as that lasts.
    """
    after = State(locale=state.locale, tip=submitted.tip, promised=True)
    if submitted.whole:
        return Turn(after, (receipt(state, submitted.receipt, whole=True),))
    if world.keypad:
        return Turn(after, over=True)
    options = (("1", f"{READ_RECEIPT}:{state.locale}:{submitted.receipt}"),)
    said = replace(news(state.locale or DEFAULT_LOCALE, free=True), options=options)
    return Turn(replace(after, sent_unasked=True, shown=() if world.page_size else options), (said,))


def receipt(state: State, digits: str, *, whole: bool) -> Ask:
    """The number of a report, and that it was sent: by the citizen, or `whole` being false by itself."""
    return notice("receipt", state, code=digits, whole=whole)


def on_found(state: State, found: Found, world: World) -> Turn:
    """A receipt was looked up, or news was asked for."""
    if found.gone:
        draft = replace(state, asking=None) if state.reporting and not state.tip else _anew(state)
        return saying(notice("receipt.gone", state), next_question(draft, world))
    if not found.tip:
        again = replace(state, misses=state.misses + 1)
        why = "receipt.wait" if found.held else "receipt.slip" if found.slip else "receipt.unknown"
        return saying(notice(why, state), ask(Slot.RECEIPT, again, world))
    if state.erasing:
        return ask(Slot.ERASE, replace(state, tip=found.tip, promised=True, misses=0), world)
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
    turn = ask(Slot.DIALOGUE, replace(state.fresh, tip=found.tip, promised=True), world)
    return saying(
        (overview, *letters), doing(turn, Append(state.tip, state.given, state.own_voice)) if state.given else turn
    )
