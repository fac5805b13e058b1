"""Nothing is lost and nothing false is said: after the receipt, about the accused, before and after a report goes by itself."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from satark.channels.messages import Inbound, Kind, Point, Unusable
from satark.conversation.account import is_account
from satark.conversation.flow import step
from satark.conversation.questions import news, notice
from satark.conversation.render import Voice, render
from satark.conversation.state import (
    Append,
    Ask,
    Discard,
    Event,
    Forget,
    Found,
    Given,
    Located,
    LookUp,
    Place,
    Slot,
    State,
    Submit,
    Submitted,
    World,
)
from satark.conversation.words import spelled
from satark.language import LANGUAGES
from tests.conversation.conftest import WHATSAPP
from tests.conversation.test_flow import RECEIPT, SENT, TOLD, _events, choice, last, photo, run, text

PIN = Inbound(Kind.LOCATION, "the well", point=Point(25.8, 82.7))
IDLE = Inbound(Kind.TIMEOUT)
AFTER = State(locale="en", tip="a-tip", promised=True)
ABOUT_POLICE = (choice("language:en"), choice("category:police_corruption"))
CANCEL = [
    "cancel", "Cancel!", "mat bhejo", "rehne do", "rahne do", "don't send", "मत भेजो", "रहने दो", "रहने दीजिए", "रद्द", "रद्द करें",
    "मत भेजीं", "مت بھیجیں", "رہنے دیں", "منسوخ",
]  # fmt: skip


def ids(asks: Sequence[Ask]) -> list[str]:
    return [ask.id for ask in asks]


def submitted(effects: Sequence[object]) -> list[Submit]:
    return [effect for effect in effects if isinstance(effect, Submit)]


# C1: who asks to be forgotten is never told that nothing is kept


@pytest.mark.parametrize("state", [State(), State(locale="en")])
def test_delete_after_the_conversation_is_over_asks_for_the_receipt_and_erases(world: World, state: State) -> None:
    state, asks, _ = run(world, [text("delete")], state)
    assert ids(asks)[-2:] == ["erase_by_receipt", "ask.receipt"]
    state, asks, effects = run(world, [text(RECEIPT)], state)
    assert last(asks) == "ask.erase"
    assert not [one for one in effects if isinstance(one, Forget)]
    _, asks, effects = run(world, [choice("erase:yes")], state)
    assert [one.tip for one in effects if isinstance(one, Forget)] == ["a-tip"]
    assert ids(asks) == ["forgotten"]


def test_a_receipt_that_is_shown_for_another_reason_erases_nothing(world: World) -> None:
    _, asks, _ = run(world, [text("delete"), text("status"), text(RECEIPT)], State(locale="en"))
    assert last(asks) == "ask.dialogue"


# C2: everything that is given while a tip is open goes to that tip


def test_a_pin_after_the_receipt_goes_to_the_tip(world: World) -> None:
    state, asks, _ = run(world, [PIN], AFTER)
    assert last(asks) == "ask.same"
    _, _, effects = run(world, [choice("same:yes")], state)
    assert [one.given for one in effects if isinstance(one, Append)] == [(Given("the well", point=PIN.point),)]


def test_a_pin_that_answers_the_police_goes_to_the_tip(world: World) -> None:
    asked = State(locale="en", tip="a-tip", news=True, asking=Slot.DIALOGUE, shown=(("1", "news"),), promised=True)
    _, asks, effects = run(world, [PIN, text("7")], asked)
    assert [one.given[0] for one in effects if isinstance(one, Append)] == [
        Given("the well", point=PIN.point),
        Given("7"),
    ]
    assert "pin_kept" not in ids(asks)


def test_an_old_button_of_a_report_that_is_sent_begins_no_other(world: World) -> None:
    for old in ("at:station/jaunpur/kotwali", "by:unknown", "done", "check:send", "atin:district/jaunpur"):
        state, asks, effects = run(world, [choice(old)], AFTER)
        assert (last(asks), state.tip, effects) == ("ask.dialogue", "a-tip", [])


def test_a_second_pin_replaces_none(world: World) -> None:
    other = Point(25.9, 82.6)
    state, _, _ = run(world, [*TOLD, PIN, Inbound(Kind.LOCATION, point=other)])
    assert (state.place.point, [one.point for one in state.given]) == (other, [PIN.point])


def test_who_leaves_a_pin_alone_is_submitted(world: World) -> None:
    _, _, effects = run(world, [PIN, IDLE])
    assert [one.draft.place.point for one in submitted(effects)] == [PIN.point]


def test_words_instead_of_a_receipt_are_kept(world: World) -> None:
    state, asks, _ = run(world, [text("status"), text("they sell liquor behind the school")], State(locale="en"))
    assert [one.text for one in state.given] == ["they sell liquor behind the school"]
    assert "receipt.slip" not in ids(asks)


# C3: words about the accused


def test_words_about_the_accused_stay_with_the_report(world: World) -> None:
    state, asks, _ = run(world, [*ABOUT_POLICE, text("ramesh daroga"), text("the one with the jeep")])
    assert [one.text for one in state.given] == ["ramesh daroga", "the one with the jeep"]
    assert ids(asks).count("accused_kept") == 2
    assert last(asks) == "ask.accused"
    state, asks, _ = run(world, [text("he takes money")], state)
    assert (state.accused, [ask.args["accused"] for ask in asks if ask.id == "not_them"]) == ("unknown", ["unknown"])
    assert last(asks) == "ask.account", "what was said of the accused is not the account"


def test_words_that_found_an_office_are_kept_too(world: World) -> None:
    state, asks, _ = run(world, [*ABOUT_POLICE, text("here")])
    assert (last(asks), [one.text for one in state.given]) == ("ask.accused", ["here"])


def test_wrong_numbers_at_the_accused_end_with_who_will_see_it(world: World) -> None:
    _, asks, _ = run(world, [*ABOUT_POLICE, text("77"), text("77"), text("77")])
    assert "not_them" in ids(asks)


@pytest.mark.parametrize("words", ["DIG sahab", "डीआईजी साहब पैसा लेते हैं", "ڈی آئی جی صاحب"])
def test_words_that_name_the_range_never_go_to_the_range(world: World, words: str) -> None:
    """It is offered; and where nobody chooses, it counts."""
    state, asks, _ = run(world, [*ABOUT_POLICE, text(words)])
    assert f"by:{world.range_office}" in [value for _, value in asks[-1].options]
    _, _, effects = run(world, [IDLE], state)
    assert [one.draft.accused for one in submitted(effects)] == [world.range_office]


def test_an_unfinished_report_about_the_police_accuses_somebody(world: World) -> None:
    """Else the station of its place would read it."""
    _, _, effects = run(world, [*ABOUT_POLICE, photo("p"), IDLE])
    assert [one.draft.accused for one in submitted(effects)] == ["unknown"]
    _, _, effects = run(world, [*ABOUT_POLICE, photo("p"), choice("check:send")])
    assert [one.draft.accused for one in submitted(effects)] == ["unknown"]


# C4: what came first is not always the account


@pytest.mark.parametrize(
    "words",
    [
        "kya ye surakshit hai", "is this safe?", "naam pata chalega kya", "hello sir", "koi hai", "test", "sir ji namaste", "क्या यह गुप्त है",
        "कोई है", "کیا یہ محفوظ ہے", "का ई ठीक बा", "how does this work",
    ],
)  # fmt: skip
def test_a_question_is_not_taken_for_the_account(world: World, words: str) -> None:
    state, asks, _ = run(world, [text(words), *TOLD])
    assert last(asks) == "ask.account"
    assert words in [*(one.text for one in state.given), words]
    assert last(run(world, [text("they play behind the temple"), choice("done")], state)[1]) == "ask.place"


@pytest.mark.parametrize(
    "words",
    [
        "badlapur me kachchi daru ki bhatti chal rahi hai", "चरस गांजा बेच रहा है चाय की दुकान पर", "دارو بیچ رہا ہے گاؤں میں",
        "kya aapko pata hai ki badlapur me kachchi daru ki bhatti raat bhar chalti hai aur police chup hai", "uske paas desi katta hai",
    ],
)  # fmt: skip
def test_a_first_message_that_tells_something_is_not_asked_for_again(world: World, words: str) -> None:
    assert is_account(words, world.vocabulary)
    assert last(run(world, [text(words), *TOLD])[1]) == "ask.place"


def test_who_has_nothing_but_a_question_is_asked_once_more_and_then_goes_on(world: World) -> None:
    state, asks, _ = run(world, [text("is this safe?"), *TOLD, choice("done")])
    assert (last(asks), asks[-1].args["misses"]) == ("ask.account", 1)
    assert last(run(world, [choice("done")], state)[1]) == "ask.place"


# C5: 112 stands in the first bubble


@pytest.mark.parametrize("locale", ["", *LANGUAGES])
@pytest.mark.parametrize(
    "first",
    [
        text("hi"), text("they are beating him"), photo("p"), PIN, text("menu"), text("delete"), text("cancel"), text("status"), text(RECEIPT),
        choice("news"), choice("category:gambling"), Inbound(Kind.OPENED, "jnp-kotwali"), Inbound(Kind.UNSUPPORTED),
    ],
)  # fmt: skip
def test_the_first_bubble_says_whom_to_call_in_danger(world: World, voice: Voice, first: Inbound, locale: str) -> None:
    _, asks, _ = run(world, [first])
    said = [Ask(one.id, locale or one.locale, one.args, one.options, one.asks, one.code, one.notice) for one in asks]
    assert "112" in render(said, voice, WHATSAPP)[0].text
    assert [one.args["chosen"] for one in asks if one.id == "emergency"] == [False]


def test_it_is_said_in_the_first_answer_alone(world: World) -> None:
    _, asks, _ = run(world, [text("hi"), *TOLD, text("they play every night"), *SENT])
    assert ids(asks).count("emergency") == 1
    assert ids(asks)[0] == "emergency"
    assert ids(run(world, [Inbound(Kind.UNSUPPORTED, why=Unusable.GROUP)])[1]) == ["unsupported"]


# C6: a report never goes by itself without having said so; "do not send" is always understood


def goes_by_itself(world: World, events: Sequence[Event]) -> tuple[bool, bool]:
    """Whether it was said that the report goes by itself, in the language that is spoken, and whether it does."""
    state, asks, _ = run(world, events)
    warned = [ask.locale if ask.args["chosen"] else "" for ask in asks if ask.id == "unfinished"]
    turn = step(state, IDLE, world)
    return state.locale in warned, any(isinstance(one, Submit) for one in turn.effects)


@given(events=st.lists(_events | st.sampled_from([text("cancel"), choice("cancel")]), max_size=20))
def test_no_report_goes_by_itself_before_it_was_said(world: World, events: list[Inbound]) -> None:
    said, goes = goes_by_itself(world, events)
    assert said or not goes


@given(events=st.lists(_events, max_size=15), word=st.sampled_from(CANCEL))
def test_do_not_send_is_always_understood(world: World, events: list[Inbound], word: str) -> None:
    state, _, _ = run(world, events)
    state, _, effects = run(world, [text(word), IDLE], state)
    assert submitted(effects) == []
    assert word not in [one.text for one in state.given]


@pytest.mark.parametrize("word", [*CANCEL, "delete"])
def test_who_says_not_to_send_and_goes_is_not_sent(world: World, word: str) -> None:
    state, asks, _ = run(world, [*TOLD, text("they play every night"), photo("p"), text(word)])
    assert (last(asks), asks[-1].args["sent"]) == ("ask.erase", False)
    _, _, effects = run(world, [IDLE], state)
    assert [len(one.given) for one in effects if isinstance(one, Discard)] == [2]
    assert submitted(effects) == []


def test_who_goes_on_after_that_is_warned_anew(world: World) -> None:
    state, _, _ = run(world, [*TOLD, text("they play every night"), text("cancel")])
    for going_on in (choice("erase:no"), text("and by day as well")):
        after, asks, _ = run(world, [going_on], state)
        assert ("unfinished" in ids(asks), after.withheld) == (True, False)
        assert goes_by_itself(world, [*TOLD, text("they play every night"), text("cancel"), going_on]) == (True, True)


def test_what_is_sent_is_not_said_to_be_taken_back(world: World) -> None:
    _, asks, effects = run(world, [text("cancel")], AFTER)
    assert (ids(asks), effects) == (["was_sent", "ask.dialogue"], [])
    state, _, _ = run(world, [photo("p")], AFTER)
    state, asks, effects = run(world, [text("mat bhejo")], state)
    assert [len(one.given) for one in effects if isinstance(one, Discard)] == [1]
    assert (ids(asks), state.given) == (["erased", "ask.dialogue"], ())


def test_where_nothing_would_be_sent_it_is_said(world: World) -> None:
    assert last(run(world, [text("cancel")], State(locale="en"))[1]) == "nothing_to_send"


def test_who_writes_again_is_told_that_it_was_sent_and_adds_to_it(world: World) -> None:
    state, _, _ = run(world, [*TOLD, text("they play every night"), IDLE])
    state, asks, _ = run(world, [text("and in the morning")], state)
    assert ids(asks) == ["sent_unasked", "ask.same"]
    _, asks, effects = run(world, [choice("same:yes")], state)
    assert [one.tip for one in effects if isinstance(one, Append)] == ["a-tip"]
    assert "sent_unasked" not in ids(asks)


# C7: the place of a poster is offered, and never taken unasked


@pytest.mark.parametrize("scan", [Inbound(Kind.OPENED, "jaunpur-kerakat"), text("HI jaunpur-kerakat")])
def test_the_place_of_a_poster_is_asked_with_it_first(world: World, scan: Inbound) -> None:
    assert world.posters["jaunpur-kerakat"] == "station/jaunpur/kerakat"
    first = text("ghazipur ke saidpur me daru bikti hai")
    state, asks, _ = run(world, [scan, first, *TOLD])
    assert (last(asks), asks[-1].options[0][1], state.place) == ("ask.place", "at:station/jaunpur/kerakat", Place())
    state, _, _ = run(world, [choice("at:station/jaunpur/kerakat")], state)
    assert state.place.office == "station/jaunpur/kerakat"
    _, _, effects = run(world, [scan, first, IDLE])
    assert [one.draft.place.office for one in submitted(effects)] == [""]


# C8: the receipt of a report that went by itself is shown to who looks


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_report_that_went_by_itself_shows_news_and_no_receipt(world: World, voice: Voice, locale: str) -> None:
    _, asks, _ = run(world, [choice(f"language:{locale}"), text("they play every night")])
    state, asks, _ = run(world, [text("they play every night"), IDLE], State(locale=locale, promised=True))
    (prompt,) = render(asks[-1:], voice, WHATSAPP)
    expected = render([Ask("news", locale, {"free": True}, (("1", "news"),))], voice, WHATSAPP)[0]
    assert (prompt.text, prompt.code) == (expected.text, "")
    assert [one.label for one in prompt.choices] == [one.label for one in expected.choices]
    assert RECEIPT not in "".join((prompt.text, prompt.speech, prompt.control, prompt.choices[0].label))
    assert RECEIPT not in repr(state), "it is kept nowhere"


@pytest.mark.parametrize("later", [False, True])
def test_who_reads_it_gets_the_receipt_and_is_told_that_it_was_sent(world: World, later: bool) -> None:
    state, asks, _ = run(world, [*TOLD, text("they play every night"), IDLE])
    ((_, button),) = asks[-1].options
    state, asks, effects = run(world, [choice(button)], State() if later else state)
    said = next(one for one in asks if one.code)
    assert (said.id, said.code, said.args["whole"], said.locale) == ("receipt", RECEIPT, False, "en")
    assert [one.receipt for one in effects if isinstance(one, LookUp)] == [RECEIPT]
    assert (last(asks), state.tip) == ("ask.dialogue", "a-tip")


def test_a_button_with_a_wrong_receipt_opens_nothing(world: World) -> None:
    for forged in ("receipt:en:12", "receipt:", "receipt:en:xxxxxxxxxxxxxxxx", "receipt:1234567890123456:"):
        assert run(world, [choice(forged)], AFTER)[2] == []


def test_a_channel_without_buttons_reads_it_by_its_number(world: World) -> None:
    from msgspec.structs import replace

    plain = replace(world, page_size=0)
    state, _, _ = run(plain, [*TOLD, text("they play every night"), IDLE])
    assert RECEIPT in [one.code for one in run(plain, [text("1")], state)[1]]


def test_events_of_the_core_come_in_any_state(world: World) -> None:
    for state in (State(), AFTER, State(locale="en", asking=Slot.ACCUSED)):
        for event in (Located("x"), Submitted("t", RECEIPT, ()), Found(), Found(tip="t")):
            step(state, event, world)


def test_words_that_say_more_of_a_place_do_not_take_it_back(world: World) -> None:
    """ "Kerakat" and at once "behind the temple": the station that was found is still proposed."""
    start = [*TOLD, text("they play cards"), choice("done"), text("here")]
    state, _, _ = run(world, start)
    found = state.found
    state, asks, _ = run(world, [text("behind the temple")], replace(state, unheard=True))
    assert found
    assert state.found == found
    assert "place_not_found" not in ids(asks)
    assert state.place.words == "here behind the temple"


YES = ["yes", "haan", "Haan ji!", "हाँ", "जी हाँ", "ہاں", "ok", "ठीक बा"]
NO = ["no", "nahi", "नहीं", "جی نہیں"]


@pytest.mark.parametrize("word", YES)
def test_who_says_not_to_send_and_then_yes_erases_it(world: World, word: str) -> None:
    """To "shall we erase it?": it is not taken for more to tell, which would send what they do not want sent."""
    state, _, _ = run(world, [*TOLD, text("they play cards"), text("cancel")])
    state, asks, effects = run(world, [text(word)], state)
    assert ids(asks) == ["erased"]
    assert [type(effect) for effect in effects] == [Discard]


@pytest.mark.parametrize("word", ["🙏", "please bhai", "kya hoga isse?"])
def test_a_few_words_after_that_do_not_send_it(world: World, word: str) -> None:
    state, asks, _ = run(world, [*TOLD, text("they play cards"), text("cancel"), text(word)])
    assert last(asks) == "ask.erase"
    _, _, effects = run(world, [IDLE], state)
    assert not submitted(effects)


@pytest.mark.parametrize("word", YES)
def test_yes_sends_and_keeps_together(world: World, word: str) -> None:
    before = [*TOLD, text("they play cards"), choice("done"), choice("at:unknown")]
    _, _, effects = run(world, [*before, text(word)])
    assert [one.whole for one in submitted(effects)] == [True]
    _, _, effects = run(world, [PIN, text(word)], AFTER)
    assert [one.given for one in effects if isinstance(one, Append)] == [(Given("the well", point=PIN.point),)]


@pytest.mark.parametrize("word", NO)
def test_no_sends_nothing_and_keeps_apart(world: World, word: str) -> None:
    before = [*TOLD, text("they play cards"), choice("done"), choice("at:unknown")]
    state, asks, effects = run(world, [*before, text(word)])
    assert last(asks) == "ask.erase"
    assert not submitted([*effects, *run(world, [IDLE], state)[2]])
    state, _, effects = run(world, [photo("p"), text(word)], AFTER)
    assert not [one for one in effects if isinstance(one, Append)]
    assert [one.evidence for one in state.given] == ["p"]


@pytest.mark.parametrize("word", [*YES, *NO])
def test_an_answer_to_the_police_is_an_answer_to_the_police(world: World, word: str) -> None:
    _, _, effects = run(world, [text(word)], replace(AFTER, asking=Slot.DIALOGUE))
    assert [one.given for one in effects if isinstance(one, Append)] == [(Given(word),)]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("said", "command"),
    [
        (news("hi", free=False), "status"),
        (notice("unfinished", State(), minutes=30, chosen=True), "cancel"),
        (notice("was_sent", State()), "delete"),
        (notice("unsupported", State(), why="deleted"), "delete"),
    ],
)
def test_the_word_that_is_to_be_written_does_it(
    world: World, voice: Voice, locale: str, said: Ask, command: str
) -> None:
    word = voice.say(replace(said, locale=locale), "written").rpartition(":")[2]
    assert world.vocabulary.commands[spelled(word)] == command


def test_news_that_came_meanwhile_is_read_after_that(world: World) -> None:
    """What is being written is sent, and then "status" and the receipt lead to the other report."""
    state, asks, effects = run(
        world, [*TOLD, text("they play cards"), choice("check:send"), text("status"), text(RECEIPT)]
    )
    assert [one.receipt for one in effects if isinstance(one, LookUp)] == [RECEIPT]
    assert last(asks) == "ask.dialogue"
    assert state.tip


@pytest.mark.parametrize(("words", "is_slip"), [("नहीं है", False), ("kho gayi", False), ("1234 5678", True)])
def test_words_are_not_said_to_have_a_wrong_digit(world: World, words: str, is_slip: bool) -> None:
    _, asks, _ = run(world, [text("delete"), text(words)], State(locale="hi"))
    assert ("receipt.slip" in ids(asks)) is is_slip
    assert last(asks) == "ask.receipt"


@pytest.mark.parametrize("why", [why for why in Unusable if why is not Unusable.GROUP])
def test_what_cannot_be_used_takes_nobody_away_from_their_report(world: World, why: Unusable) -> None:
    """A message taken back after the receipt: "delete", as it is told, still finds the report."""
    state, asks, _ = run(world, [Inbound(Kind.UNSUPPORTED, why=why)], AFTER)
    assert last(asks) == "ask.dialogue"
    _, _, effects = run(world, [text("delete"), choice("erase:yes")], state)
    assert [one.tip for one in effects if isinstance(one, Forget)] == ["a-tip"]
