"""Fits any number of choices to the page of a channel, and numbers them."""

from functools import lru_cache

MORE = "more"
KEYPAD_MORE = "9"


# Everybody is offered the same few lists, which name choices and nobody.
@lru_cache
def page_of(choices: tuple[str, ...], page: int, size: int, keypad: bool = False) -> tuple[tuple[str, str], ...]:
    """The (number, choice id) pairs of one page; after the last page comes the first again.

    `size` is how many choices the page holds, "more" included; 0 holds all. On a keypad "more" is always 9, so that it
    does not move from page to page.
    """
    if not size or len(choices) <= size:
        return tuple((str(at), choice) for at, choice in enumerate(choices, 1))
    step = size - 1
    start = (page * step) % (-(-len(choices) // step) * step)
    shown = tuple((str(at), choice) for at, choice in enumerate(choices[start : start + step], 1))
    return (*shown, (KEYPAD_MORE if keypad else str(len(shown) + 1), MORE))
