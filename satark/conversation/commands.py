"""The words that always work: menu, back, language, help, status, delete, cancel."""

from collections.abc import Callable

from msgspec.structs import replace

from satark.conversation.patience import discarding
from satark.conversation.questions import ask, doing, missing, next_question, notice, saying
from satark.conversation.state import Place, Slot, State, Turn, World

_CLEARED: dict[Slot, dict[str, object]] = {
    Slot.LANGUAGE: {},
    Slot.CATEGORY: {"category": ""},
    Slot.ACCUSED: {"accused": ""},
    Slot.ACCOUNT: {"told": False, "asking": Slot.ACCOUNT},
    Slot.PLACE: {"place": Place()},
}


def command(state: State, name: str, world: World) -> Turn:
    """Do what a command says. What was given stays."""
    return _COMMANDS[name](replace(state, page=0, misses=0), world)


def _menu(state: State, world: World) -> Turn:
    return ask(Slot.MENU, state, world)


def _language(state: State, world: World) -> Turn:
    return ask(Slot.LANGUAGE, state, world)


def _status(state: State, world: World) -> Turn:
    return ask(Slot.RECEIPT, replace(state, erasing=False), world)


def _help(state: State, world: World) -> Turn:
    return saying(notice("help", state), _resume(state, world))


def _resume(state: State, world: World) -> Turn:
    if state.tip:
        return ask(Slot.SAME if state.given else Slot.DIALOGUE, state, world)
    if state.asking is Slot.ACCOUNT:
        return ask(Slot.ACCOUNT, state, world)
    return next_question(replace(state, asking=None), world)


def _delete(state: State, world: World) -> Turn:
    """Where this conversation knows no report, there may be one whose return address is kept: its receipt finds it."""
    if not state.reporting and not state.tip:
        turn = ask(Slot.RECEIPT, replace(state, erasing=True), world)
        return saying(notice("erase_by_receipt", state), turn)
    return ask(Slot.ERASE, replace(state, withheld=not state.tip), world)


def _cancel(state: State, world: World) -> Turn:
    """It is not sent, from this moment on; what was sent before cannot be taken back."""
    if not state.tip:
        turn = Turn(State(locale=state.locale), (notice("nothing_to_send", state),), over=True)
        return ask(Slot.ERASE, replace(state, withheld=True), world) if state.reporting else turn
    said = notice("erased" if state.given else "was_sent", state)
    turn = saying(said, ask(Slot.DIALOGUE, replace(state, given=()), world))
    return doing(turn, *discarding(state))


def _restart(state: State, world: World) -> Turn:
    if state.has_content and not state.tip:
        return _resume(state, world)
    return next_question(replace(state.fresh, given=state.given), world)


def _back(state: State, world: World) -> Turn:
    """One level up in a list, out of what stands beside the report, else to the answer before."""
    if state.asking is Slot.PIN:
        return ask(Slot.PLACE, replace(state, place=replace(state.place, office="")), world)
    if state.scope or state.found:
        return ask(state.asking or missing(state, world), replace(state, scope="", found=()), world)
    if state.tip or state.asking in (Slot.LANGUAGE, Slot.CHANGE, Slot.MENU, Slot.ERASE, Slot.RECEIPT):
        return _resume(state, world)
    if not state.trail:
        return ask(Slot.MENU if state.locale else Slot.LANGUAGE, state, world)
    last = state.trail[-1]
    undone = replace(state, trail=state.trail[:-1], asking=None)
    if last is Slot.LANGUAGE:
        return ask(Slot.LANGUAGE, undone, world)
    undone = replace(undone, **_CLEARED[last])
    return ask(last, undone, world)


_COMMANDS: dict[str, Callable[[State, World], Turn]] = {
    "menu": _menu,
    "back": _back,
    "language": _language,
    "help": _help,
    "status": _status,
    "delete": _delete,
    "cancel": _cancel,
    "restart": _restart,
}
