"""The flow, by example and by any sequence of events."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Inbound, Kind, Media, MediaKind, Point
from satark.conversation.account import MOST_CHARACTERS, MOST_GIVEN
from satark.conversation.flow import step
from satark.conversation.state import (
    Append,
    Ask,
    Discard,
    Effect,
    Event,
    Found,
    Locate,
    Located,
    LookUp,
    ReadNews,
    Slot,
    State,
    Submit,
    Submitted,
    World,
)
from satark.conversation.words import poster_in

RECEIPT = "1234567890123456"


def text(words: str) -> Inbound:
    return Inbound(Kind.TEXT, words)


def choice(value: str) -> Inbound:
    return Inbound(Kind.CHOICE, choice=value)


def photo(name: str) -> Inbound:
    return Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, kept=name))


def answer(effect: Effect) -> Event | None:
    """What a core would find out: it knows every receipt, and of places only those named `here`."""
    match effect:
        case Submit():
            return Submitted("a-tip", RECEIPT, ("range/varanasi",), effect.whole)
        case LookUp() | ReadNews():
            return Found(tip="a-tip", reference="AAA-AAA-AAA", status="received")
        case Locate():
            stations = ("station/jaunpur/kotwali",) if effect.words == "here" else ()
            return Located(effect.words, effect.point, "district/jaunpur" if effect.point else "", stations)
        case _:
            return None


def run(world: World, events: Iterable[Event], state: State | None = None) -> tuple[State, list[Ask], list[Effect]]:
    """A conversation through its events, with what the core answers in between."""
    state = state or State()
    asks: list[Ask] = []
    effects: list[Effect] = []
    for event in events:
        queue: list[Event] = [event]
        while queue:
            turn = step(state, queue.pop(0), world)
            state = turn.state
            asks += turn.asks
            effects += turn.effects
            queue += [found for effect in turn.effects if (found := answer(effect))]
    return state, asks, effects


def last(asks: Sequence[Ask]) -> str:
    return asks[-1].id


def test_hi_is_enough_to_begin(world: World) -> None:
    _, asks, _ = run(world, [text("HI")])
    assert [ask.id for ask in asks] == ["emergency", "ask.language"]


def test_a_report_from_hi_to_receipt(world: World) -> None:
    events = [
        text("hi"),
        text("२"),
        text("4"),
        text("they play every night"),
        text("1"),
        text("here"),
        text("1"),
        text("1"),
    ]
    state, asks, effects = run(world, events)
    assert asks[-1].code == RECEIPT
    submitted = next(effect for effect in effects if isinstance(effect, Submit))
    assert submitted.whole
    assert submitted.draft.category == "gambling"
    assert submitted.draft.place.office == "station/jaunpur/kotwali"
    assert [one.text for one in submitted.draft.given] == ["they play every night"]
    assert state.given == ()


def test_a_video_before_hi_is_kept_and_only_the_rest_is_asked(world: World) -> None:
    state, asks, _ = run(world, [photo("one"), text("hi"), choice("language:en"), choice("category:weapons")])
    assert [one.evidence for one in state.given] == ["one"]
    assert last(asks) == "ask.place"


def test_the_promise_is_said_once_and_early(world: World) -> None:
    _, asks, _ = run(world, [text("hi"), choice("language:en"), choice("category:weapons"), text("a"), choice("done")])
    said = [ask.id for ask in asks]
    assert said.count("promise") == 1
    assert said.index("promise") < said.index("ask.category")


def test_who_accuses_a_station_is_told_who_will_not_see_it(world: World) -> None:
    events = [choice("language:en"), choice("category:police_corruption"), choice("by:station/jaunpur/kotwali")]
    _, asks, _ = run(world, events)
    assert "not_them" in [ask.id for ask in asks]
    assert last(asks) == "ask.account"


@pytest.mark.parametrize(
    "word", ["menu", "मेनू", " MENU! ", "help", "मदद", "status", "language", "भाषा", "delete", "रोकें"]
)
def test_commands_always_work(world: World, word: str) -> None:
    start = [choice("language:en"), choice("category:gambling"), text("something to keep")]
    state, asks, _ = run(world, [*start, text(word)])
    assert state.given[0].text == "something to keep"
    assert last(asks) != "kept"
    assert all(one.text != word for one in state.given)


def test_back_goes_to_the_answer_before(world: World) -> None:
    start = [choice("language:en"), choice("category:gambling"), text("x y"), choice("done"), choice("at:unknown")]
    assert last(run(world, start)[1]) == "ask.check"
    assert last(run(world, [*start, text("back")])[1]) == "ask.place"
    assert last(run(world, [*start, text("back"), text("back")])[1]) == "ask.account"
    assert last(run(world, [*start, text("back"), text("back"), text("back")])[1]) == "ask.category"


def test_a_language_can_be_changed_in_the_middle(world: World) -> None:
    start = [choice("language:en"), choice("category:gambling"), text("x y")]
    state, asks, _ = run(world, [*start, text("language"), choice("language:hi")])
    assert asks[-1].locale == "hi"
    assert state.category == "gambling"
    assert state.given[0].text == "x y"


def test_an_old_button_still_means_what_it_said(world: World) -> None:
    start = [choice("language:en"), choice("category:gambling"), text("x y"), choice("done")]
    state, _, _ = run(world, [*start, choice("category:weapons")])
    assert state.category == "weapons"


def test_three_misunderstandings_are_no_dead_end(world: World) -> None:
    state, asks, _ = run(world, [text("one thing"), text("two things"), text("three things"), text("four things")])
    assert state.locale
    assert [one.text for one in state.given] == ["one thing", "two things", "three things", "four things"]
    assert last(asks) == "ask.category"


def test_who_leaves_is_submitted_as_incomplete(world: World) -> None:
    _, asks, effects = run(world, [text("a den near the temple"), Inbound(Kind.TIMEOUT)])
    submitted = [effect for effect in effects if isinstance(effect, Submit)]
    assert [effect.whole for effect in submitted] == [False]
    assert asks[-1].id == "news"


def test_who_left_nothing_leaves_nothing(world: World) -> None:
    turn = step(State(locale="en"), Inbound(Kind.TIMEOUT), world)
    assert turn.over
    assert turn.effects == ()


def test_after_a_receipt_more_can_be_added_or_told_anew(world: World) -> None:
    after = State(locale="en", tip="a-tip", promised=True)
    state, asks, _ = run(world, [text("they moved to the well")], after)
    assert last(asks) == "ask.same"
    _, _, effects = run(world, [choice("same:yes")], state)
    assert [effect.given[0].text for effect in effects if isinstance(effect, Append)] == ["they moved to the well"]
    fresh, _, effects = run(world, [choice("same:no")], state)
    assert fresh.tip == ""
    assert fresh.given[0].text == "they moved to the well"
    assert effects == []


def test_a_list_that_is_too_long_is_paged_and_loses_nothing(world: World) -> None:
    state, seen = State(locale="en", category="gambling", told=True, given=()), set()
    state, _, _ = run(world, [text("x y"), choice("atin:district/jaunpur")], state)
    for _ in range(5):
        assert len(state.shown) <= 10
        seen |= {value for _, value in state.shown}
        state, _, _ = run(world, [choice("more")], state)
    assert seen >= {f"at:{station}" for station in world.stations["district/jaunpur"]}


_words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["hi", "menu", "back", "help", "status", "delete", "language", "new", "1", "2", "९", "एक", "99", "here",
                     "there", RECEIPT, "1234 5678 9012 3456", "*", "", " "]),
)  # fmt: skip
_choices = st.sampled_from(
    ["language:hi", "language:xx", "category:gambling", "category:police_corruption", "category:none", "atin:district/jaunpur",
     "byin:district/ghazipur", "at:unknown", "at:station/jaunpur/kotwali", "at:list", "by:list", "by:unknown",
     "by:district/jaunpur", "by:range/varanasi", "done", "check:send", "check:add", "check:change", "change:category",
     "change:place", "change:accused", "menu:tell", "menu:status", "menu:language", "menu:help", "same:yes", "same:no",
     "erase:no", "news", "more", "back", "nonsense", "", "at:", ":"]
)  # fmt: skip
_events = st.one_of(
    st.builds(text, _words),
    st.builds(choice, _choices),
    st.builds(photo, st.text("abcdef", min_size=1, max_size=6)),
    st.builds(
        lambda lat, lon: Inbound(Kind.LOCATION, "pin", point=Point(lat, lon)), st.floats(-90, 90), st.floats(-180, 180)
    ),
    st.builds(lambda kind, words: Inbound(kind, words), st.sampled_from(list(Kind)), _words),
)


def kept_in(state: State, effects: Iterable[Effect]) -> list[str]:
    """All files that are still in the conversation, or went on to a tip or were destroyed by the citizen's own word."""
    given = list(state.given)
    for effect in effects:
        match effect:
            case Submit():
                given += effect.draft.given
            case Append() | Discard():
                given += effect.given
    return [one.evidence for one in given if one.evidence]


@given(events=st.lists(_events, max_size=25))
def test_any_sequence_is_valid_and_loses_no_file(world: World, events: list[Inbound]) -> None:
    state, asks, effects = run(world, events)
    sent = [event.media.kept for event in events if event.media]
    assert sorted(set(kept_in(state, effects))) == sorted(set(sent))
    assert state.asking is None or isinstance(state.asking, Slot)
    assert all(ask.locale in world.languages for ask in asks)


@given(events=st.lists(_events, max_size=25), words=st.text("abcdefgh ", min_size=9, max_size=30))
def test_any_sequence_loses_no_account(world: World, events: list[Inbound], words: str) -> None:
    """A text that is no answer to a question is kept, whatever comes before and after it."""
    words = f"zz {words} zz"
    state, _, _ = run(world, events)
    if state.asking in (Slot.PLACE, Slot.ACCUSED, Slot.RECEIPT):
        return
    state, _, effects = run(world, [text(words), *events], state)
    given = list(state.given)
    for effect in effects:
        given += effect.draft.given if isinstance(effect, Submit) else getattr(effect, "given", ())
    assert words in [one.text for one in given]


def words_in(state: State, effects: Iterable[Effect]) -> str:
    """All words that are still in the conversation or went on to a tip, or that the citizen destroyed."""
    drafts = [state, *(effect.draft for effect in effects if isinstance(effect, Submit))]
    given = [one.text for effect in effects if isinstance(effect, Append | Discard) for one in effect.given]
    return "\n".join(
        [*given, *(one.text for draft in drafts for one in draft.given), *(one.place.words for one in drafts)]
    )


def points_in(state: State, effects: Iterable[Effect]) -> set[Point]:
    drafts = [state, *(effect.draft for effect in effects if isinstance(effect, Submit))]
    given = [one for effect in effects if isinstance(effect, Append | Discard) for one in effect.given]
    given += [one for draft in drafts for one in draft.given]
    points = (*(one.point for one in given), *(draft.place.point for draft in drafts))
    return {point for point in points if point}


# Undoing an answer undoes it: what is dropped by the citizen's own word is not lost.
_undone = {"back", "*", "new", "delete"}
_kept_going = _events.filter(
    lambda event: (
        event.text not in _undone
        and event.choice not in ("back", "erase:yes", "change:place", "change:accused", "cancel")
        and event.kind is not Kind.DIGITS
    )
)


@given(
    events=st.lists(_kept_going, max_size=12),
    after=st.lists(_kept_going, max_size=12),
    words=st.text("abcdefgh", min_size=4, max_size=9),
)
def test_words_and_pins_are_kept_wherever_the_conversation_stands(
    world: World, events: list[Inbound], after: list[Inbound], words: str
) -> None:
    """At the question for the accused, for the place, after the receipt, in the dialogue: nothing is thrown away."""
    words, point = f"qq they {words} every night qq", Point(25.81, 82.71)
    state, _, _ = run(world, events)
    both = [text(words), Inbound(Kind.LOCATION, "", point=point)]
    state, _, effects = run(world, [*both, *after], state)
    assert words in words_in(state, effects)
    assert point in points_in(state, effects)


@given(events=st.lists(_events, max_size=15))
def test_the_same_events_give_the_same_conversation(world: World, events: list[Inbound]) -> None:
    assert run(world, events) == run(world, events)


def recording(name: str) -> Inbound:
    return Inbound(Kind.MEDIA, media=Media(MediaKind.AUDIO, kept=name))


TOLD = (choice("language:en"), choice("category:gambling"))
SENT = (choice("done"), choice("at:unknown"), choice("check:send"))


def drafts(effects: Iterable[Effect]) -> list[bool]:
    return [effect.draft.own_voice for effect in effects if isinstance(effect, Submit)]


def test_a_voice_is_changed_unless_its_owner_says_otherwise(world: World) -> None:
    state, asks, _ = run(world, [*TOLD, photo("p")])
    assert [one for _, one in asks[-1].options] == ["done"]
    state, asks, _ = run(world, [recording("a")], state)
    assert (asks[-1].args["voice"], [one for _, one in asks[-1].options]) == ("changed", ["done", "voice:own"])
    assert drafts(run(world, SENT, state)[2]) == [False]
    state, asks, _ = run(world, [choice("voice:own")], state)
    assert (asks[-1].id, asks[-1].args["voice"], asks[-1].args["got"]) == ("ask.account", "own", 2)
    assert [one for _, one in asks[-1].options] == ["done", "voice:changed"]
    assert drafts(run(world, SENT, state)[2]) == [True]
    assert drafts(run(world, [choice("voice:changed"), *SENT], state)[2]) == [False]


def test_which_voice_is_heard_can_be_changed_at_the_end(world: World) -> None:
    state, asks, _ = run(world, [recording("a"), *TOLD, choice("at:unknown"), choice("check:change")])
    assert "voice:own" in [one for _, one in asks[-1].options]
    state, asks, _ = run(world, [choice("voice:own")], state)
    assert (asks[-1].id, asks[-1].args["voice"]) == ("ask.check", "own")


def test_a_wish_for_one_tip_is_none_for_the_next(world: World) -> None:
    state, _, _ = run(world, [*TOLD, recording("a"), choice("voice:own"), *SENT])
    assert not state.own_voice
    _, _, effects = run(world, [recording("b"), choice("same:yes")], state)
    assert [one.own_voice for one in effects if isinstance(one, Append)] == [False]


@given(events=st.lists(_events | st.sampled_from([choice("voice:own"), choice("voice:changed")]), max_size=15))
def test_no_voice_is_heard_that_was_not_said_to_be(world: World, events: list[Inbound]) -> None:
    effects = run(world, [*events, choice("check:send")])[2]
    wished = any(event.choice == "voice:own" for event in events)
    assert wished or not any(drafts(effects))


def test_a_report_has_an_end_and_says_so(world: World) -> None:
    begun, _, _ = run(world, [choice("language:en"), choice("category:gambling")])
    full, asks, _ = run(world, [text(f"once more {at}") for at in range(MOST_GIVEN + 5)], begun)
    assert len(full.given) == MOST_GIVEN
    assert [ask.id for ask in asks].count("full") == 5
    _, asks, effects = run(world, [choice("done"), choice("at:unknown"), choice("check:send")], full)
    assert any(isinstance(effect, Submit) and len(effect.draft.given) == MOST_GIVEN for effect in effects)


def test_very_long_texts_come_to_the_end_too(world: World) -> None:
    begun, _, _ = run(world, [choice("language:en"), choice("category:gambling")])
    full, asks, _ = run(world, [text("a" * 50_000) for _ in range(6)], begun)
    assert len(full.given) == MOST_CHARACTERS // 50_000
    assert last(asks) == "ask.account"
    assert "full" in [ask.id for ask in asks]


@pytest.mark.parametrize(
    "written",
    ["2.", "२", "۲", "２", "②", "⓶", "\u202a2\u202c", "2\ufe0f\u20e3", "2\u20e3", "*2*", "(2)", "two", "दो 👍"],
)
def test_a_number_however_it_is_written(world: World, written: str) -> None:
    state, _, _ = run(world, [text("hi"), text(written)])
    assert (state.locale, state.given) == (world.languages[1], ())


LANGUAGES = {
    "en": ["English", "english!", "ENGLISH 🙏", "in English", "angrezi", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "انگریزی"],
    "hi": ["hindi", "Hindi me", "हिंदी", "हिन्दी", "हिन्दी में", "हिँदी", "ہندی"],
    "ur": ["urdu", "उर्दू", "اردو", "اُردو"],
    "bho": ["bhojpuri", "भोजपुरी", "بھوجپوری"],
}


@pytest.mark.parametrize(("locale", "written"), [(locale, one) for locale, names in LANGUAGES.items() for one in names])
@pytest.mark.parametrize("before", [[], [text("hi")], [choice("language:hi"), text("language")]])
def test_a_language_is_chosen_by_its_name(world: World, before: list[Event], locale: str, written: str) -> None:
    state, _, _ = run(world, [*before, text(written)])
    assert (state.locale, state.given) == (locale, ())


COMMANDS = {
    "ask.menu": ["menu", "m\u200benu", "\u202amenu\u202c", "ＭＥＮＵ", "*menu*", "मेनू 🙏"],
    "ask.erase": [
        "मिटायें", "मिटाएं", "मिटाएँ", "मिटाओ", "मिटाइये", "मिटा दीजिए", "delete my data", "Delete my data!", "mera data delete karo",
        "बन्द करो", "मेरा डेटा हटा दो", "مٹائیں", "مٹائيں", "میرا ڈیٹا مٹا دیں", "हमार डेटा मिटा दा",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("asked", "written"), [(asked, one) for asked, words in COMMANDS.items() for one in words])
def test_a_command_however_it_is_written(world: World, asked: str, written: str) -> None:
    state, asks, _ = run(world, [choice("language:hi"), choice("category:gambling"), text(written)])
    assert last(asks) == asked
    assert state.given == ()


@pytest.mark.parametrize("around", ["{}", "{}.", "\u202a{}\u202c", "{}\u200b"])
def test_a_poster_is_known_whatever_a_telephone_puts_around_its_code(world: World, around: str) -> None:
    code = next(iter(world.posters))
    for said in (f"hi {around.format(code)}", around.format(f"नमस्ते {code}")):
        assert poster_in(said, world) == code
