"""Other words for prompts: seen before they are kept, said everywhere, and refused where they would do harm."""

from collections.abc import AsyncIterator

import pytest

from conftest import House
from satark.routing.edits import wording_key
from satark.routing.wording import prompts
from tests.panel.test_administration import DISTRICT, Desk, desk_in, elsewhere, officer, tap, tip_of


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with desk_in(house) as made:
        yield made


async def test_other_words_are_said_on_every_channel_and_taken_back(desk: Desk) -> None:
    shown = "What is going on?"
    looked = await desk.word("What is it about?", "en", shown, verb="look")
    assert looked.status_code == 200
    assert looked.text.count(shown) > 2
    assert await desk.value("SELECT count(*) FROM edit") == 0
    assert (await desk.word("What is it about?", "en", shown)).is_redirect
    assert shown in (await desk.client.get("/channels/webform/?lang=en")).text
    assert shown in (await desk.client.get("/channels/webform/step?lang=en")).text
    await desk.say("91", tap("language:en"))
    assert shown in str(await desk.read("91"))
    other = await elsewhere(desk.house)
    assert other.pack.wording == {"en": {"What is it about?": (shown,)}}
    assert (await desk.post(f"wording/{wording_key('', 'What is it about?')[1:]}/restore", lang="en")).is_redirect
    assert shown not in (await desk.client.get("/channels/webform/?lang=en")).text


async def test_other_words_of_hindi_are_those_of_who_falls_back_to_it(desk: Desk) -> None:
    message = "Please choose one from the list. If none fits, choose the last."
    await desk.word(message, "hi", "सूची में से चुनिए।")
    voice = desk.house.core.door.voice
    assert voice.environment("bho").from_string("{{ _(m) }}").render(m=message) == "सूची में से चुनिए।"
    assert voice.environment("en").from_string("{{ _(m) }}").render(m=message) == message


async def test_phrases_are_shown_to_officers_as_they_are_sent_and_their_own_pages_stay(desk: Desk) -> None:
    sp, path = await officer(desk.house, "sp", DISTRICT), await tip_of(desk.house)
    await desk.word("Is it still going on?", "en", "Does it go on?")
    await desk.word("Language", "en", "Tongue")
    assert "Does it go on?" in (await sp.get(path)).text
    assert "Tongue" not in (await sp.get("/panel/tips")).text


@pytest.mark.parametrize(
    ("message", "words", "why"),
    [
        ("Give information", "Give information to us now", "It does not fit"),
        ("Reference %(reference)s: %(status)s", "Reference: %(status)s", "filled in later must stand in it"),
        ("What is it about?", "<b>What?</b>", "Only plain text"),
        ("What is it about?", "{{ config }}", "Only plain text"),
        ("What is it about?", "", "There are no words"),
        ("What is it about?", "What is your name?", "seems to ask who they are"),
        ("Namaste. There is news for you here.", "News of your tip", "cannot be changed"),
        ("Read", "Read what the police say", "cannot be changed"),
    ],
)
async def test_words_that_cannot_be_are_refused(desk: Desk, message: str, words: str, why: str) -> None:
    for verb in ("look", "keep"):
        answer = await desk.word(message, "en", words, verb=verb)
        assert answer.status_code == 422
        assert why in answer.text
    assert await desk.value("SELECT count(*) FROM edit") == 0


async def test_the_page_of_words_finds_them_and_says_which_are_fixed(desk: Desk) -> None:
    found = await desk.get("wording?lang=hi&q=receipt")
    assert "रसीद" in found
    assert "Namaste" not in found
    news = f"wording/{wording_key('', 'Namaste. There is news for you here.')[1:]}"
    assert "lock screen" in await desk.get(news)
    assert "<textarea" not in await desk.get(news)
    for messages in prompts().values():
        for message in messages:
            await desk.get(f"wording/{wording_key('', message.text)[1:]}?lang=ur")
