"""The order of names in each language of the panel."""

import random

import pytest

from satark.collation import collation_key

ORDERS = {
    "hi": ["अंबेडकर", "आज़मगढ़", "कंधई", "ककरमत्ता", "काशी", "केराकत", "कोतवाली", "क्योलारी", "खुटहन", "ज़फ़राबाद", "जलालपुर", "जौनपुर", "लाइन बाज़ार"],
    "ur": ["اعظم گڑھ", "آدمپور", "بنارس", "پنڈرا", "تھانہ", "ٹانڈہ", "جونپور", "چندولی", "ڈوبھی", "رام پور", "ڑ", "زمانیہ", "کوتوالی", "گازیپور", "ہنڈیا", "یوسف پور"],
    "en": ["Barsathi", "barsathi East", "Chandwak", "Émile", "Fatehpur", "Kerakat", "Zafarabad"],
    "bho": ["अहिरौली", "बक्सा", "बदलापुर", "सरायख्वाजा", "सिंगरामऊ", "सुजानगंज"],
}  # fmt: skip


@pytest.mark.parametrize("locale", ORDERS)
def test_names_are_in_the_order_of_the_language(locale: str) -> None:
    mixed = random.Random(1).sample(ORDERS[locale], len(ORDERS[locale]))
    assert sorted(mixed, key=collation_key) == ORDERS[locale]


def test_both_ways_to_write_a_letter_are_one_place() -> None:
    for one, other in (("ज़फ़राबाद", "ज\u093cफ\u093cराबाद"), ("كوتوالي", "کوتوالی"), ("Émile", "E\u0301mile")):
        assert collation_key(one)[0] == collation_key(other)[0]
