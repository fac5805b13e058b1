"""A message that asks an informant who they are is noticed, and one about the matter is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.tips.asking import asks_who, telling_phrases


@pytest.mark.parametrize(
    "words",
    [
        "What is your name?",
        "Kindly share YOUR NAME, and mobile-number.",
        "who are you",
        "आपका नाम क्या है?",
        "कृपया अपना मोबाइल नंबर बताएं",
        "aapka naam batao",
        "आप  कौन   हैं",
        "آپ کا نام کیا ہے",
        "Please come to the station tomorrow.",
        "घर का पता दीजिए",
    ],
)
def test_who_are_you_is_noticed(words: str) -> None:
    assert asks_who(words, telling_phrases())


@pytest.mark.parametrize(
    "words",
    [
        "Where exactly is it?",
        "We went there. Thank you.",
        "वहाँ कौन बैठता है? दुकान का नाम लिखिए",
        "क्या गाड़ी का रंग पता है?",
        "The owner of the shop: what is he called?",
        "रात में कितने बजे होता है?",
        "",
    ],
)
def test_the_matter_is_not(words: str) -> None:
    assert not asks_who(words, telling_phrases())


@given(st.text(max_size=40), st.sampled_from(sorted(telling_phrases())), st.text(max_size=40))
def test_a_phrase_is_found_wherever_it_stands(before: str, phrase: str, after: str) -> None:
    assert asks_who(f"{before} . {phrase} {after}", telling_phrases())


@given(st.text())
def test_it_reads_anything(words: str) -> None:
    assert asks_who(words, telling_phrases()) in (True, False)
