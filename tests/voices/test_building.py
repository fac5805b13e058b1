"""Clips of all that is known beforehand, made once, of people's voices where there are recordings."""

import asyncio
import io
import wave
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from satark.commands.voices import KEYPAD, pieces
from satark.conversation.questions import ask
from satark.conversation.render import render
from satark.conversation.state import Ask, Given, Place, Slot, State
from satark.intake.world import build_voice, build_world, world_for
from satark.language import LANGUAGES
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.voices.building import build, items, missing, name_of, strangers
from satark.voices.pieces import cut, words_of
from satark.voices.shelf import Shelf
from satark.voices.sound import RATE
from tests.journey.calls import carrier, sound

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
VOICE, WORLD = build_voice(PACK), world_for(build_world(PACK), KEYPAD)
KNOWN = {locale: pieces(PACK, locale) for locale in LANGUAGES}
STATIONS = [one for stations in WORLD.stations.values() for one in stations]
FEW = {"en": ["Press the key", "1", "Kotwali."], "hi": ["कोतवाली।"]}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(LANGUAGES)), st.sampled_from(WORLD.categories), st.sampled_from(STATIONS), st.sampled_from(list(Slot)),
    st.integers(0, 14), st.text("0123456789", min_size=16, max_size=16), st.booleans(),
)  # fmt: skip
def test_all_that_can_be_known_of_a_call_has_a_piece(
    locale: str, category: str, station: str, slot: Slot, page: int, receipt: str, own: bool
) -> None:
    district = PACK.district_of(station)
    told = State(
        locale=locale, category=category, given=(Given("-"),), place=Place(station), accused=station, own_voice=own, page=page,
        scope=district if slot in (Slot.PLACE, Slot.ACCUSED) else "", tip="-", promised=True,
    )  # fmt: skip
    asks = [
        *ask(slot, told, WORLD).asks,
        Ask("receipt", locale, {"readers": [], "accused": "", "whole": own}, code=receipt),
    ]
    said = {piece for prompt in render(asks, VOICE, KEYPAD) for piece in cut(prompt.speech)}
    assert said <= KNOWN[locale]


def test_what_did_not_change_is_not_made_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "clips")
    assert len(missing(shelf, FEW, tmp_path)) == 4
    assert (build(shelf, FEW, tmp_path).made, missing(shelf, FEW, tmp_path)) == (4, [])
    assert build(shelf, FEW, tmp_path).made == 0
    with wave.open(io.BytesIO(shelf.read(shelf.find("Kotwali.", "en")) or b"")) as clip:
        assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (RATE, 1, 2)
    other = {"en": ["Press the other key", "1", "Kotwali."], "hi": ["कोतवाली।"]}
    assert [one.piece for one in missing(shelf, other, tmp_path)] == ["Press the other key"]
    before = shelf.names()
    assert build(shelf, other, tmp_path).made == 1
    assert len(before - shelf.names()) == 1, "the clip of words that nobody says any more is gone"


def test_a_recording_takes_the_place_of_the_machine(tmp_path: Path) -> None:
    shelf, recordings = Shelf(tmp_path / "clips"), tmp_path / "voices"
    build(shelf, FEW, recordings)
    spoken = shelf.read(shelf.find("1", "en"))
    (recordings / "en").mkdir(parents=True)
    (recordings / "en" / f"{name_of('1')}.wav").write_bytes(sound(0.7))
    (recordings / "en" / "nothing-123456.wav").write_bytes(sound())
    assert [one.piece for one in missing(shelf, FEW, recordings)] == ["1"]
    assert strangers(FEW, recordings) == [recordings / "en" / "nothing-123456.wav"]
    assert build(shelf, FEW, recordings).made == 1
    assert shelf.read(shelf.find("1", "en")) not in (spoken, None)
    (recordings / "en" / f"{name_of('1')}.wav").write_bytes(b"no sound")
    built = build(shelf, FEW, recordings)
    assert [one.piece for one in built.failed] == ["1"]
    assert shelf.find("1", "en") == "", "it is said by the carrier, as long as there is no clip"


def test_words_that_differ_have_names_that_differ() -> None:
    for locale, known in KNOWN.items():
        names = {name_of(one.piece): words_of(one.piece) for one in items({locale: known}, Path("nowhere"))}
        assert len(names) == len(set(names.values()))
        assert all("/" not in name and len(name.encode()) < 200 for name in names)


def near_kotwali() -> dict[str, list[str]]:
    """Without the names of stations elsewhere: clips of them take half a minute."""
    near = WORLD.stations["district/jaunpur"]

    def names(stations: Iterable[str], locale: str) -> set[str]:
        return {VOICE.name(one, locale) for one in stations}

    far = {locale: names(STATIONS, locale) - names(near, locale) for locale in ("hi", "en")}
    return {locale: [one for one in KNOWN[locale] if words_of(one) not in other] for locale, other in far.items()}


async def test_in_a_whole_call_nothing_is_left_to_the_carrier_s_own_voice(tmp_path: Path) -> None:
    async with carrier(tmp_path) as line:
        await asyncio.to_thread(build, Shelf(line.house.core.settings.clips), near_kotwali(), tmp_path)
        answers: list[str] = []
        post = line.post

        async def heard(*args: object) -> object:
            answer = await post(*args)  # type: ignore[arg-type]
            answers.append(answer.text)
            return answer

        line.post = heard  # type: ignore[method-assign, assignment]
        call = line.call()
        await call.to_the_account()
        await call.speak()
        for keys in ("12", "1"):
            await call.press(keys)
        await call.hang_up()
        assert await line.count("tip") == 1
        assert sum("<Play>" in one for one in answers) > 4
        assert [one for one in answers if "<Say" in one] == []
