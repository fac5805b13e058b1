"""A word is found in whatever script, and however it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.routing.sounds import sound


@pytest.mark.parametrize(
    "words",
    [
        "sharab शराब شراب sharaab shrab",
        "ganja गांजा گانجا ganjaa",
        "daru दारू دارو daaroo",
        "chori चोरी چوری choree",
        "gaadi गाड़ी گاڑی gadi gaadiyan गाड़ियों",
        "katta कट्टा کٹا kattaa",
        "tamancha तमंचा تمنچہ",
        "bandook बंदूक بندوق banduk",
        "afeem अफ़ीम افیم",
        "truck ट्रक ٹرک",
        "satta सट्टा سٹہ",
        "raat रात رات",
        "police पुलिस پولیس",
        "kotwali कोतवाली کوتوالی",
        "ladki लड़की لڑکی ladkiyan लड़कियाँ",
        "vasuli वसूली وصولی wasooli",
        "masjid मस्जिद مسجد",
        "paisa पैसा پیسے paise",
        "gaay गाय gay gaye",
    ],
)
def test_one_word_has_one_sound(words: str) -> None:
    assert len({sound(word) for word in words.split()}) == 1


def test_other_words_sound_otherwise() -> None:
    different = "sharab ganja daru chori katta bandook afeem truck satta raat police kotwali balu jua तमंचा लड़की".split()
    assert len({sound(word) for word in different}) == len(different)


@given(st.text(st.characters(categories=("L", "M", "Nd")), min_size=1, max_size=12))
def test_every_word_has_a_sound_that_stays(word: str) -> None:
    assert sound(word) == sound(word)
    assert " " not in sound(word)
