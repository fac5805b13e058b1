"""The order of names, as a reader of each language looks for them in a list (pure).

Python orders by code points. For Devanagari that is the order of dictionaries but for the nukta, which is no letter of its
own; the Urdu alphabet stands all over its block; in Latin, case and accents count last.
"""

import unicodedata

URDU = "اآبپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیے"
# Letters of Arabic keyboards, and forms with a mark, each as the letter of the Urdu alphabet that it stands for.
_AS = str.maketrans("كيىهةۂۃأؤئۓ", "کییہہہہاویے")
_PLACES = {letter: chr(0x600 + place) for place, letter in enumerate(URDU)}


def collation_key(name: str) -> tuple[str, str]:
    """Sorts names: by their letters, and where these are the same, by what distinguishes them."""
    composed = unicodedata.normalize("NFC", name).translate(_AS)
    letters = "".join(_PLACES.get(one) or _base_of(one) for one in composed)
    return letters, name


def _base_of(letter: str) -> str:
    """A letter without its marks. What stands for a sound in Devanagari, vowel signs and virama, stays."""
    plain = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one) or one == "\u094d")
