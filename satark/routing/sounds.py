"""How words sound, whatever script they are written in: so that a name or a word is found however it is spelt."""

import re
import unicodedata

_VOWELS = dict(zip("अआइईउऊएऐओऔऑ", "aaiiuueeooo", strict=True)) | {"ऋ": "ri"}
_SIGNS = dict(zip("ािीुूेैोौॉंँ", "aiiuueeooonn", strict=True)) | {"ृ": "ri", "ः": "", "्": ""}
_CONSONANTS = dict(
    zip(
        ("क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल व श ष स ह").split(),
        ("k kh g gh n ch ch j jh n t th d dh n t th d dh n p f b bh m y r l v sh sh s h").split(),
        strict=True,
    )
)
# Urdu writes the same language: where it writes no vowel, one is taken to be there, as in Devanagari.
_URDU = dict(
    zip(
        ("ب پ ت ٹ ث ج چ ح خ د ڈ ذ ر ڑ ز ژ س ش ص ض ط ظ غ ف ق ک ك گ ل م ن ہ ه").split(),
        ("b p t t s j ch h kh d d z r d z z s sh s z t z g f q k k g l m n h h").split(),
        strict=True,
    )
)
_URDU_SIGNS = {"ا": "a", "ع": "a", "ی": "i", "ي": "i", "ے": "e", "و": "o", "ں": "n", "ھ": ""}
# Spellings of one sound, in the order they are replaced.
_ALIKE = dict(
    pair.split(">") for pair in ("ph>f w>v z>j q>k x>ks ee>i oo>u ou>o au>o ai>e ck>k sh>s chh>ch y>i h>").split()
)
_SOFT_C, _HARD_C = re.compile("c(?=[eiy])"), re.compile("c(?!h)")
# Unicode lays out the other scripts of India as it does Devanagari, each in a block of 128.
_AS_DEVANAGARI = {code: chr(0x900 + code % 128) for code in range(0x980, 0xD80)} | {0xA70: "ं", 0xA71: ""}
_VOWEL = re.compile("[aiu]")
_ENDING = re.compile("[aiun]+$")


def romanised(text: str) -> str:
    """The scripts of India in Latin letters, near enough to compare; other letters as they are, without marks."""
    out: list[str] = []
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_AS_DEVANAGARI)
    for at, char in enumerate(letters):
        if char == "़":
            continue
        if char == "و" and (at == 0 or letters[at + 1 : at + 2] in tuple("ایيے")):
            out.append("va")
        elif char in _CONSONANTS or char in _URDU:
            out.append((_CONSONANTS.get(char) or _URDU[char]) + "a")
        elif char in _SIGNS or char in _URDU_SIGNS:
            if out and char not in "ंँःں":
                out[-1] = out[-1].removesuffix("a")
            out.append(_SIGNS[char] if char in _SIGNS else _URDU_SIGNS[char])
        elif char in _VOWELS:
            out.append(_VOWELS[char])
        elif not unicodedata.combining(char):
            out.append(char if char.isalnum() else " ")
    return "".join(out)


def alike(written: str) -> str:
    """Latin letters with the spellings of one sound made one, and doubled letters single."""
    for other, meant in _ALIKE.items():
        written = written.replace(other, meant)
    return _single(written)


def _single(written: str) -> str:
    return "".join(char for at, char in enumerate(written) if at == 0 or char != written[at - 1])


def sound(word: str) -> str:
    """What a word sounds like: `sharab`, `शराब` and `شراب` are one, and so are `gaadi` and `गाड़ियों`.

    Endings are cut off, and of a word with three consonants and more only these are left, for people write vowels as they
    like. Words may sound alike that mean other things; a search finds too much rather than too little.
    """
    latin = romanised(word).replace(" ", "")
    written = alike(_HARD_C.sub("k", _SOFT_C.sub("s", latin)))
    written = _single(written.replace("o", "u").replace("e", "i"))
    stem = _ENDING.sub("", written)
    consonants = consonants_of(stem)
    if len(consonants) < 2:
        return written.removesuffix("a") if len(written) > 2 else written
    return consonants if len(consonants) > 2 else stem


def consonants_of(word: str) -> str:
    return _VOWEL.sub("", word)
