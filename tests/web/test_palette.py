"""The colours of charts (satark/static/insight.css) are told apart by whoever cannot tell all colours, and on a photocopy."""

import re
from itertools import combinations, pairwise

import pytest

from satark.resources import static_dir

Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHTS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
CSS = (static_dir() / "insight.css").read_text(encoding="utf-8")


def palette(scheme: str, name: str) -> list[Colour]:
    """The colours named so and numbered, as linear RGB."""
    part = re.split(r"@media screen and \(prefers-color-scheme:dark\)", CSS)[scheme == "dark"]
    found = re.findall(rf"--{name}-?\d+:#([0-9a-f]{{6}})", part)
    return [linear(one) for one in found]


def linear(digits: str) -> Colour:
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return red, green, blue


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* under D65."""
    red, green, blue = (min(1.0, max(0.0, one)) for one in colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    a, b, c = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, luminance(colour), z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


def seen(colour: Colour, sight: str) -> Colour:
    red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in SIGHTS[sight])
    return lab((red, green, blue))


def contrast(one: Colour, two: Colour) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_series_differ_for_every_eye_and_in_grey(scheme: str) -> None:
    """A difference of 2.3 is just seen side by side; these are far apart on the page."""
    series = palette(scheme, "series")
    assert len(series) == 5
    for sight in SIGHTS:
        for one, two in combinations([seen(colour, sight) for colour in series], 2):
            assert sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5 > 15, (sight, one, two)
    assert all(abs(one[0] - two[0]) > 8 for one, two in combinations(map(lab, series), 2))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_series_stand_out_from_the_ground(scheme: str) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1."""
    ground = linear("ffffff" if scheme == "light" else "1b2226")
    assert all(contrast(colour, ground) > 3 for colour in palette(scheme, "series"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["step", "hot"])
def test_more_is_always_further_from_the_ground(scheme: str, name: str) -> None:
    lightness = [lab(colour)[0] for colour in palette(scheme, name)]
    assert len(lightness) == {"step": 9, "hot": 3}[name]
    least = {"step": 3, "hot": 12}[name]
    assert all((a - b if scheme == "light" else b - a) > least for a, b in pairwise(lightness)), lightness
