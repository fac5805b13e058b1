"""Every prompt as it may be said: to check that labels fit, and to show what other words would look like."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from satark.channels.messages import Capabilities, MediaKind, Point, Unusable
from satark.conversation.questions import ask, news
from satark.conversation.render import Voice, label_limit, render
from satark.conversation.split import length
from satark.conversation.state import Ask, Given, Place, Slot, State, World

# WhatsApp's limits (messaging.md), the narrowest of the written channels: what fits it fits all.
NARROWEST = Capabilities(
    max_text=4096, max_text_with_choices=1024, buttons=3, button_label=20, rows=10, row_label=24, row_detail=72,
    control_label=20, location=True,
)  # fmt: skip
PAGES = 4
SCOPED = (Slot.PLACE, Slot.ACCUSED)
VOICED = (Slot.ACCOUNT, Slot.CHECK, Slot.CHANGE)
CONTROLS = ("control:choices", "control:location")
# Any hour: what is shown of it is a date.
AN_HOUR = 500_000
STATUSES = ("received", "seen", "assigned", "action_taken", "closed", "duplicate", "not_actionable")
PHRASES = (*STATUSES[1:], "ask_where", "ask_when", "ask_now", "ask_vehicle", "ask_photo", "thanks")
OVERVIEW = {
    "reference": "K7M-2QX-9PD", "status": "seen", "outcome": "", "steps": [["received", AN_HOUR]], "files": 0,
    "files_ready": 0, "files_withheld": 0,
}  # fmt: skip
GIVEN = (Given("-"), *(Given(media=kind) for kind in MediaKind for _ in range(2)))


def questions(world: World, locale: str) -> Iterator[Ask]:
    """Each slot's question, on each of its pages, and where something was found."""
    category = world.categories[0]
    for slot in Slot:
        for scope in ("", *world.stations) if slot in SCOPED else ("",):
            for page in range(PAGES):
                state = State(locale=locale, category=category, scope=scope, page=page, tip="a-tip", promised=True)
                yield ask(slot, state, world).asks[-1]
    for slot in VOICED:
        for own in (False, True):
            state = State(locale=locale, category=category, given=GIVEN, own_voice=own, promised=True)
            yield ask(slot, state, world).asks[-1]
    station = next(stations[0] for stations in world.stations.values() if stations)
    for slot in SCOPED:
        state = State(locale=locale, category=category, found=(station,), promised=True)
        yield ask(slot, state, world).asks[-1]


def too_long(voice: Voice, world: World, locale: str, able: Capabilities) -> list[str]:
    """The choices and controls whose label does not fit a channel. The name of an office or a category has the limit of a
    row (the pack's check), the others that of what they are shown as."""
    found = []
    for question in questions(world, locale):
        limit = label_limit(render([question], voice, able)[-1], able)
        for _, choice in question.options:
            most = limit if voice.fixed(choice, locale) else able.row_label
            if most and length(voice.label(choice, locale), able.unit) > most:
                found.append(choice)
    if able.control_label:
        found += [one for one in CONTROLS if length(voice.label(one, locale), able.unit) > able.control_label]
    return list(dict.fromkeys(found))


def examples(prompt: str, world: World, locale: str) -> list[Ask]:
    """A prompt, by the name of its template, in its variants. Of `labels` and `keys` the questions that show them."""
    if prompt in ("labels", "keys"):
        call = replace(world, keypad=True)
        return [*_asked(Slot.PLACE, call, locale), *(one for slot in Slot for one in _asked(slot, world, locale))]
    kind, _, slot = prompt.partition(".")
    if kind == "ask":
        return _asked(Slot(slot), world, locale)
    if prompt == "news":
        return [news(locale, free=True), news(locale, free=False)]
    return [Ask(name, locale, dict(args), code=code, notice=True) for name, args, code in _said(prompt, world)]


def _asked(slot: Slot, world: World, locale: str) -> list[Ask]:
    """A question as it is put first, and as it is put otherwise."""
    district, stations = next((one for one in world.stations.items() if one[1]), ("", ()))
    told = State(
        locale=locale, category=world.categories[0], given=GIVEN, place=Place(district), tip="-", promised=True
    )
    said = [ask(slot, told, world).asks[-1]]
    match slot:
        case Slot.PLACE | Slot.ACCUSED:
            found = State(locale=locale, category=told.category, found=stations[:2], promised=True)
            scoped = State(locale=locale, category=told.category, scope=district, promised=True)
            hung = State(locale=locale, category=told.category, poster=district, promised=True)
            states = (scoped, replace(scoped, page=-1), found, hung)  # the first page, the last, a search, a poster
            said += [ask(slot, state, world).asks[-1] for state in states]
        case Slot.ACCOUNT:
            said += [ask(slot, told, world, got=number).asks[-1] for number in (1, 2)]
            said.append(ask(slot, replace(told, own_voice=True), world, got=2).asks[-1])
            said.append(ask(slot, State(locale=locale, misses=1, promised=True), world).asks[-1])
        case Slot.CATEGORY:
            said.append(ask(slot, State(locale=locale, misses=1, promised=True), world).asks[-1])
        case Slot.CHECK:
            one = State(locale=locale, category=told.category, given=GIVEN[1::2], place=Place(words="-"), promised=True)
            pinned = replace(one, given=(GIVEN[0], GIVEN[0]), place=Place(point=Point(25.7, 82.7)))
            said += [ask(slot, state, world).asks[-1] for state in (one, pinned, replace(told, own_voice=True))]
        case Slot.ERASE:
            said.append(ask(slot, replace(told, tip=""), world).asks[-1])
        case Slot.CHANGE:
            said.append(ask(slot, State(locale=locale, accused=stations[0], promised=True), world).asks[-1])
        case Slot.DIALOGUE:
            said += [ask(slot, told, world, added=True).asks[-1], ask(slot, replace(told, news=True), world).asks[-1]]
    return said


def _said(prompt: str, world: World) -> Iterator[tuple[str, Mapping[str, object], str]]:
    """The variants of a notice: name, arguments, code."""
    station = next((stations[0] for stations in world.stations.values() if stations), "")
    receipt = "1234567890123452"
    match prompt:
        case "unsupported":
            yield from ((prompt, {"why": one.value}, "") for one in Unusable)
        case "not_them":
            offices = (station, next(iter(world.stations)), world.range_office, "unknown")
            yield from ((prompt, {"accused": office}, "") for office in offices)
        case "receipt":
            yield from ((prompt, {"whole": whole}, receipt) for whole in (True, False))
        case "emergency" | "unfinished":
            yield from ((prompt, {"chosen": chosen, "minutes": 30}, "") for chosen in (True, False))
        case "status.overview":
            yield prompt, {**OVERVIEW, "files": 3, "files_ready": 1, "files_withheld": 1}, ""
        case "phrases":
            yield from (("status.letter", {"hour": AN_HOUR, "text": "", "phrase": one}, "") for one in PHRASES)
            yield from (("status.overview", {**OVERVIEW, "status": one}, "") for one in STATUSES)
        case _:
            yield prompt, {}, ""
