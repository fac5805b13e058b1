"""What is still missing, and how each slot asks for it."""

from msgspec.structs import replace

from satark.channels.messages import Asks, MediaKind
from satark.conversation.paging import page_of
from satark.conversation.state import UNKNOWN, Ask, Slot, State, Turn, World

DEFAULT_LOCALE = "hi"
READ = (("1", "news"),)
# The verb of the button that shows a receipt; its locale and digits follow.
READ_RECEIPT = "receipt"
_COUNTED = ("texts", *MediaKind)
# What stands beside a report: whoever is there has not gone on with it.
_BESIDE = frozenset({Slot.LANGUAGE, Slot.MENU, Slot.RECEIPT, Slot.ERASE})
_OTHER_VOICE = {"changed": ("voice:own",), "own": ("voice:changed",)}
_ASKS = {
    Slot.ACCOUNT: Asks.ACCOUNT,
    Slot.DIALOGUE: Asks.ACCOUNT,
    Slot.PLACE: Asks.PLACE,
    Slot.PIN: Asks.LOCATION,
    Slot.RECEIPT: Asks.RECEIPT,
}


def missing(state: State, world: World) -> Slot:
    """The first slot of a report that is still empty; CHECK when none is."""
    if not state.locale:
        return Slot.LANGUAGE
    if not state.category:
        return Slot.CATEGORY
    if state.category in world.accusing and not state.accused:
        return Slot.ACCUSED
    if not state.told and (state.asking is Slot.ACCOUNT or not state.has_account):
        return Slot.ACCOUNT
    if not (state.place.office or state.place.words) and not _place_is_known(state):
        return Slot.PLACE
    return Slot.CHECK


def _place_is_known(state: State) -> bool:
    return state.accused.startswith("station/")


def choices_of(slot: Slot, state: State, world: World) -> tuple[str, ...]:
    """The ids of the choices of a slot, in the order they are offered."""
    match slot:
        case Slot.LANGUAGE:
            return tuple(f"language:{locale}" for locale in world.languages)
        case Slot.CATEGORY:
            return tuple(f"category:{category}" for category in world.categories)
        case Slot.ACCUSED:
            return _offices("by", state, world)
        case Slot.PLACE:
            return _offices("at", state, world)
        case Slot.ACCOUNT:
            return ("done", *_voices(state))
        case Slot.PIN:
            return ()
        case Slot.CHECK:
            return ("check:send", "check:add", "check:change", *(_voices(state) if world.keypad else ()))
        case Slot.CHANGE:
            accused = ("change:accused",) if state.accused else ("change:place",)
            return ("change:category", *accused, *_voices(state), "cancel", "back")
        case Slot.MENU:
            return ("menu:tell", "menu:status", "menu:language", "menu:help")
        case Slot.SAME:
            return ("same:yes", "same:no")
        case Slot.ERASE:
            return ("erase:yes", "erase:no")
        case Slot.RECEIPT:
            return ("menu:tell",)
        case Slot.DIALOGUE:
            return ("news",) if state.news else ()


def _voices(state: State) -> tuple[str, ...]:
    """The other voice that the recordings may be heard in."""
    return _OTHER_VOICE.get(state.voice, ())


def _offices(verb: str, state: State, world: World) -> tuple[str, ...]:
    """Search results, else the stations of the open district, else the districts; and a way out at the end."""
    unknown = f"{verb}:unknown"
    poster = (f"at:{state.poster}",) if verb == "at" and state.poster else ()
    if state.found:
        return (*(f"{verb}:{office}" for office in state.found), f"{verb}:list", unknown)
    if state.scope:
        stations = tuple(f"{verb}:{station}" for station in world.stations[state.scope])
        whole = f"{verb}:{state.scope}"
        return (*_by_voice(world), *stations, whole) if verb == "at" else (whole, *stations)
    districts = tuple(f"{verb}in:{district}" for district in world.stations)
    if verb == "by":
        return (*districts, f"by:{world.range_office}", unknown)
    return (*poster, *districts, *(("at:pin",) if world.pins else ()), *_by_voice(world), unknown)


def _by_voice(world: World) -> tuple[str, ...]:
    return ("at:say",) if world.keypad else ()


def ask(slot: Slot, state: State, world: World, **args: object) -> Turn:
    """Put the question of a slot, on the page that is open."""
    options = page_of(choices_of(slot, state, world), state.page, world.page_size, world.keypad)
    question = Ask(
        id=f"ask.{slot}",
        locale=state.locale or DEFAULT_LOCALE,
        args={**_args(slot, state), **args, "misses": state.misses},
        options=options,
        asks=_ASKS.get(slot, Asks.CHOICE),
    )
    said = _due_notices(slot, state, world)
    names = {one.id for one in said}
    asked = replace(
        state,
        asking=slot,
        shown=options,
        promised=state.promised or "promise" in names,
        warned=_locale_or_none(state) if "unfinished" in names else "" if slot is Slot.ERASE else state.warned,
        withheld=state.withheld and slot in _BESIDE,
        erasing=state.erasing and slot is Slot.RECEIPT,
        sent_unasked=False,
    )
    return Turn(asked, (*said, question))


def _due_notices(slot: Slot, state: State, world: World) -> tuple[Ask, ...]:
    """What must be said before a question, once: that a report went by itself, the promise, that one will go by itself."""
    sent = (notice("sent_unasked", state),) if state.sent_unasked else ()
    promise = (notice("promise", state),) if _promise_is_due(slot, state) else ()
    warning = (_warning(state, world),) if _warning_is_due(slot, state, world) else ()
    return (*sent, *promise, *warning)


def _promise_is_due(slot: Slot, state: State) -> bool:
    return not state.promised and slot in (Slot.CATEGORY, Slot.ACCUSED, Slot.ACCOUNT, Slot.PLACE, Slot.CHECK)


def _warning_is_due(slot: Slot, state: State, world: World) -> bool:
    """A call is warned before it speaks, in the question itself: who speaks last may hang up at once."""
    if world.keypad or not goes_by_itself(replace(state, asking=slot)):
        return False
    return not state.warned if slot is Slot.LANGUAGE else state.warned != _locale_or_none(state)


def goes_by_itself(state: State) -> bool:
    """Whether what was given is submitted where nothing more comes."""
    is_withheld = state.asking is Slot.ERASE or (state.withheld and state.asking in _BESIDE)
    return state.has_content and not state.tip and not is_withheld


def _locale_or_none(state: State) -> str:
    return state.locale or UNKNOWN


def _warning(state: State, world: World) -> Ask:
    return notice("unfinished", state, minutes=world.idle_minutes, chosen=bool(state.locale))


def _args(slot: Slot, state: State) -> dict[str, object]:
    match slot:
        case Slot.ACCOUNT:
            return {"category": state.category, "voice": state.voice}
        case Slot.ACCUSED | Slot.PLACE:
            return {
                "scope": state.scope,
                "found": len(state.found),
                "words": bool(state.place.words),
                "poster": state.poster if slot is Slot.PLACE else "",
            }
        case Slot.ERASE:
            return {"sent": bool(state.tip), "open": state.reporting}
        case Slot.CHECK:
            return summary(state)
        case _:
            return {}


def summary(state: State) -> dict[str, object]:
    """What the citizen gave, counted: it is never said again word for word."""
    kinds = [given.media or ("pin" if given.point else "texts") for given in state.given]
    counts = {kind: kinds.count(kind) for kind in _COUNTED}
    place = state.place.office or (state.accused if _place_is_known(state) else "")
    return {
        "category": state.category,
        "counts": counts,
        "place": place,
        "accused": state.accused,
        "pinned": state.place.point is not None,
        "named": bool(state.place.words),
        "voice": state.voice,
    }


def next_question(state: State, world: World) -> Turn:
    """Go on with what is missing."""
    return ask(missing(state, world), state, world)


def not_them(state: State) -> Ask:
    """Who will not see a report about the police, and who will."""
    return notice("not_them", state, accused=state.accused)


def notice(name: str, state: State, code: str = "", **args: object) -> Ask:
    return Ask(id=name, locale=state.locale or DEFAULT_LOCALE, args=dict(args), code=code, notice=True)


def news(locale: str, *, free: bool) -> Ask:
    """There is news. `free` is whether it can be read at once, and not only after what is being written."""
    return Ask(id="news", locale=locale, options=READ if free else (), asks=Asks.CHOICE, args={"free": free})


def saying(first: Ask | tuple[Ask, ...], turn: Turn) -> Turn:
    """`turn`, with something said before it."""
    before = first if isinstance(first, tuple) else (first,)
    return replace(turn, asks=(*before, *turn.asks))


def doing(turn: Turn, *effects: object) -> Turn:
    return replace(turn, effects=(*turn.effects, *effects))
