"""What each choice does, by its id. A choice of an old prompt still means what it said, whatever is asked now."""

from collections.abc import Callable

from msgspec.structs import replace

from satark.conversation.account import finished
from satark.conversation.answers import receipt
from satark.conversation.commands import command
from satark.conversation.paging import MORE
from satark.conversation.patience import again, discarding
from satark.conversation.questions import READ_RECEIPT, ask, doing, next_question, not_them, notice, saying
from satark.conversation.receipts import RECEIPT_DIGITS
from satark.conversation.state import (
    UNKNOWN,
    Append,
    Forget,
    LookUp,
    Place,
    ReadNews,
    Slot,
    State,
    Submit,
    Turn,
    World,
)


def choose(state: State, choice: str, world: World) -> Turn | None:
    """The turn that a choice makes, or None where there is no such choice."""
    verb, _, value = choice.partition(":")
    act = _VERBS.get(verb)
    if act and state.tip and verb in _OF_A_DRAFT:
        return _stay(state, world)
    return act(state, value, world) if act else None


def _fill(state: State, slot: Slot, world: World, **filled: object) -> Turn:
    """A slot has its answer: remember it for "back", and go on."""
    trail = (*(answered for answered in state.trail if answered is not slot), slot)
    going_on = replace(state, asking=None, page=0, misses=0, found=(), scope="", trail=trail, **filled)
    return next_question(going_on, world)


def _language(state: State, locale: str, world: World) -> Turn | None:
    if locale not in world.languages:
        return None
    if state.tip:
        return _stay(replace(state, locale=locale), world)
    filled = _fill(state, Slot.LANGUAGE, world, locale=locale)
    return ask(Slot.MENU, replace(filled.state, promised=state.promised), world) if _calls(state, world) else filled


def _calls(state: State, world: World) -> bool:
    """Whether somebody just called: no word of theirs can say that they have a receipt."""
    return world.keypad and not state.reporting


def _stay(state: State, world: World) -> Turn:
    """Back to the dialogue about a tip, or to what is asked after a receipt."""
    return ask(Slot.SAME if state.given else Slot.DIALOGUE, state, world)


def _category(state: State, category: str, world: World) -> Turn | None:
    if category not in world.categories and category not in world.withdrawn:
        return None
    if state.tip and not state.given:
        state = state.fresh
    accused = state.accused if category in world.accusing else ""
    return _fill(state, Slot.CATEGORY, world, category=category, accused=accused, tip="")


def _open_district(slot: Slot) -> Callable[[State, str, World], Turn | None]:
    def open_district(state: State, district: str, world: World) -> Turn | None:
        if district not in world.stations:
            return None
        return ask(slot, replace(state, scope=district, page=0, found=(), misses=0), world)

    return open_district


def _is_office(value: str, world: World) -> bool:
    if value in (UNKNOWN, world.range_office) or value in world.stations or value in world.withdrawn:
        return True
    return any(value in stations for stations in world.stations.values())


def _at(state: State, office: str, world: World) -> Turn | None:
    if office == "list":
        return ask(Slot.PLACE, replace(state, found=(), scope="", page=0), world)
    if office in ("pin", "say"):
        place = replace(state.place, office=state.scope or state.place.office)
        return ask(Slot.PIN, replace(state, place=place, found=(), scope="", page=0, misses=0), world)
    if not _is_office(office, world):
        return None
    return _fill(state, Slot.PLACE, world, place=replace(state.place, office=office))


def _by(state: State, office: str, world: World) -> Turn | None:
    if office == "list":
        return ask(Slot.ACCUSED, replace(state, found=(), scope="", page=0), world)
    if not _is_office(office, world):
        return None
    turn = _fill(state, Slot.ACCUSED, world, accused=office)
    return saying(not_them(turn.state), turn)


def _done(state: State, _value: str, world: World) -> Turn:
    if not state.has_account and state.misses == 0:
        return ask(Slot.ACCOUNT, replace(state, misses=1), world)
    return _fill(state, Slot.ACCOUNT, world, told=True)


def spoken(state: State, world: World) -> Turn:
    """What was asked for was spoken: the account, or where it is, which an officer will understand."""
    if state.asking is Slot.PIN:
        office = state.place.office or UNKNOWN
        return _fill(state, Slot.PLACE, world, place=replace(state.place, office=office))
    return _fill(state, Slot.ACCOUNT, world, told=True)


def _check(state: State, value: str, world: World) -> Turn | None:
    match value:
        case "send" if state.reporting and not state.tip:
            return Turn(state, effects=(Submit(finished(state, world), whole=True),))
        case "add":
            return ask(Slot.ACCOUNT, replace(state, told=False), world)
        case "change":
            return ask(Slot.CHANGE, state, world)
        case _:
            return None


def _voice(state: State, value: str, world: World) -> Turn | None:
    """What was asked is asked again, and says which voice will be heard."""
    if value not in ("own", "changed"):
        return None
    state = replace(state, own_voice=value == "own")
    if state.asking is Slot.ACCOUNT and state.given:
        return ask(Slot.ACCOUNT, state, world, got=len(state.given))
    return next_question(replace(state, asking=None), world) if state.asking is Slot.CHANGE else again(state, world)


def _change(state: State, value: str, world: World) -> Turn | None:
    if value not in ("category", "place", "accused"):
        return None
    cleared = Place() if value == "place" else ""
    return next_question(replace(state, asking=None, page=0, **{value: cleared}), world)


def _menu(state: State, value: str, world: World) -> Turn | None:
    match value:
        case "tell":
            draft = state if state.has_content and not state.tip else replace(state.fresh, given=state.given)
            return next_question(replace(draft, asking=None), world)
        case "status" | "language" | "help":
            return command(state, value, world)
        case _:
            return None


def _same(state: State, value: str, world: World) -> Turn | None:
    if value == "yes" and state.tip:
        turn = ask(Slot.DIALOGUE, replace(state, given=()), world, added=True)
        return doing(turn, Append(state.tip, state.given, state.own_voice)) if state.given else turn
    if value == "no" and state.tip:
        return next_question(replace(state.fresh, given=state.given, promised=True), world)
    return None


def _erase(state: State, value: str, world: World) -> Turn | None:
    if value == "no":
        return command(state, "back", world) if state.tip else next_question(replace(state, asking=None), world)
    if value != "yes":
        return None
    forget = (Forget(state.tip),) if state.tip else ()
    said = notice("forgotten" if state.tip else "erased", state)
    return Turn(State(locale=state.locale), (said,), (*discarding(state), *forget), over=True)


def _news(state: State, _value: str, world: World) -> Turn:
    """Who comes so late that the tip is forgotten here shows the receipt."""
    return Turn(state, effects=(ReadNews(state.tip),)) if state.tip else ask(Slot.RECEIPT, state, world)


def _show_receipt(state: State, value: str, world: World) -> Turn | None:
    """The number of a report that went by itself, from the button that brought it, and then how the report stands."""
    locale, _, digits = value.partition(":")
    if len(digits) != RECEIPT_DIGITS or not digits.isdecimal():
        return None
    locale = state.locale or (locale if locale in world.languages else "")
    state = replace(state, locale=locale, asking=Slot.RECEIPT, erasing=False, sent_unasked=False)
    return saying(receipt(state, digits, whole=False), doing(Turn(state), LookUp(digits)))


def _cancel(state: State, _value: str, world: World) -> Turn:
    return command(state, "cancel", world)


def _more(state: State, _value: str, world: World) -> Turn | None:
    return ask(state.asking, replace(state, page=state.page + 1), world) if state.asking else None


def _back(state: State, _value: str, world: World) -> Turn:
    return command(state, "back", world)


# What fills a report that is not sent yet: an old button of one that is sent fills nothing.
_OF_A_DRAFT = frozenset({"at", "by", "atin", "byin", "done", "check", "change"})
_VERBS: dict[str, Callable[[State, str, World], Turn | None]] = {
    "language": _language,
    "category": _category,
    "atin": _open_district(Slot.PLACE),
    "byin": _open_district(Slot.ACCUSED),
    "at": _at,
    "by": _by,
    "done": _done,
    "check": _check,
    "change": _change,
    "voice": _voice,
    "menu": _menu,
    "same": _same,
    "erase": _erase,
    "news": _news,
    READ_RECEIPT: _show_receipt,
    "cancel": _cancel,
    MORE: _more,
    "back": _back,
}
