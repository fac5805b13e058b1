"""Colours that a screen of every office can show, of films whose colours and brightness are beyond it (BT.2020, HLG, PQ).

They are looked up in a table of 36 × 36 × 36 colours, as FFmpeg's filter `haldclut` takes it: a square picture.
"""

from functools import cache
from typing import Any

import numpy as np
from av.video.reformatter import ColorPrimaries, ColorTrc

LEVEL = 6
STEPS, SIDE = LEVEL**2, LEVEL**3
FULL = 65_535

# Of BT.2020 to BT.709, in linear light (ITU-R BT.2087).
TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
# In candela per square metre: what becomes white of a film that has no more, and the brightest of one that has.
WHITE, BRIGHTEST = 100.0, 1000.0
# Up to here brightness stays as it is; above, it is pressed together, by so much that no edge is seen.
KNEE, PRESSED = 0.6, 107.0
# The constants of PQ (SMPTE ST 2084) and HLG (ARIB STD-B67).
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
A, B, C = 0.17883277, 0.28466892, 0.55991073
SYSTEM_GAMMA, SDR_GAMMA = 1.2, 2.4
LUMINANCE = np.array([0.2627, 0.6780, 0.0593])


def is_beyond(frame: Any) -> bool:
    """Whether its colours are to be mapped."""
    return _is_bright(frame) or frame.color_primaries == ColorPrimaries.BT2020


def _is_bright(frame: Any) -> bool:
    return frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def table_of(frame: Any) -> Any:
    """The table for frames like this one: SIDE × SIDE × 3 numbers of 16 bits."""
    return _table(int(frame.color_trc))


@cache
def _table(transfer: int) -> Any:
    steps = np.linspace(0, 1, STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colours = np.stack([red.ravel(), green.ravel(), blue.ravel()], axis=-1)
    return np.rint(_mapped(colours, transfer) * FULL).astype(np.uint16).reshape(SIDE, SIDE, 3)


def _mapped(colours: Any, transfer: int) -> Any:
    match transfer:
        case ColorTrc.SMPTE2084:
            light = _pressed(_pq(colours) / WHITE)
        case ColorTrc.ARIB_STD_B67:
            light = _pressed(_hlg(colours) / WHITE)
        case _:
            return np.clip(colours**SDR_GAMMA @ TO_BT709.T, 0, 1) ** (1 / SDR_GAMMA)
    return _encoded(np.clip(light @ TO_BT709.T, 0, 1))


def _pq(colours: Any) -> Any:
    """In candela per square metre."""
    power = colours ** (1 / M2)
    return 10_000 * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1)


def _hlg(colours: Any) -> Any:
    """The same, on a screen of BRIGHTEST."""
    scene = np.where(colours <= 0.5, colours**2 / 3, (np.exp((colours - C) / A) + B) / 12)
    luminance = np.maximum(scene @ LUMINANCE, 1e-9)[..., None]
    return BRIGHTEST * scene * luminance ** (SYSTEM_GAMMA - 1)


def _pressed(light: Any) -> Any:
    """From 0 to 1, with 1 for BRIGHTEST; the brightest channel tells by how much, so that hues stay."""
    most = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    above = np.clip((most - KNEE) / (BRIGHTEST / WHITE - KNEE), 0, 1)
    curve = KNEE + (1 - KNEE) * np.log1p(PRESSED * above) / np.log1p(PRESSED)
    return light * (np.where(most <= KNEE, most, curve) / most)


def _encoded(light: Any) -> Any:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
