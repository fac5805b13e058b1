"""Which changes of the jurisdiction decide who is accused, and so who reads what. Pure.

It is not the mark of a category alone: two names that are exchanged send a tip to the very office that it is about.
"""

from satark.routing.pack import Pack
from satark.routing.wording import labels, prompts

# What is asked about whom a tip accuses, and what is answered.
_PROMPTS = ("ask.accused", "accused_kept", "not_them")
_CHOICES = ("by:", "change:accused")


def decides_who_is_accused(before: Pack, after: Pack) -> bool:
    """Whether a category accuses police or does so no more, is no longer offered although it does, or an office stands
    below another one than before; or whether citizens read other words where they choose a category or an office."""
    return _categories_differ(before, after) or _offices_differ(before, after) or _words_differ(before, after)


def _categories_differ(before: Pack, after: Pack) -> bool:
    known, now = ({one.id: one for one in pack.categories} for pack in (before, after))
    if known.keys() != now.keys():
        return True
    for one in before.categories:
        other = now[one.id]
        if (one.name, one.detail, one.accuses_police) != (other.name, other.detail, other.accuses_police):
            return True
        if one.accuses_police and not one.hidden and other.hidden:
            return True
    return False


def _offices_differ(before: Pack, after: Pack) -> bool:
    known, now = ({one.id: (one.parent, one.name) for one in pack.offices.values()} for pack in (before, after))
    return known != now


def _words_differ(before: Pack, after: Pack) -> bool:
    """Of the question, of its choices, and of what is said about the answer, in any language."""
    asked = {message.text for prompt in _PROMPTS for message in prompts().get(prompt, ())}
    asked |= {message for choice, message in labels().items() if choice.startswith(_CHOICES)}
    locales = before.wording.keys() | after.wording.keys()
    return any(
        before.wording.get(locale, {}).get(message) != after.wording.get(locale, {}).get(message)
        for locale in locales
        for message in asked
    )
