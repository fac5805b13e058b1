"""The words of prompts: which messages there are, in which prompt, and which of them nobody may change."""

from functools import cache

from babel.messages.extract import extract
from jinja2 import FileSystemLoader
from msgspec import Struct

from satark.language import SOURCE, Wording, catalogue, environment
from satark.resources import data_dir

# What may be shown on a lock screen when nobody expects it (P9): that there is news.
UNEXPECTED = ("news",)
LABELS = "labels.j2"


class Message(Struct, frozen=True):
    """A message of a prompt in the source language; `plural` is its form for many, "" where it has one form."""

    text: str
    plural: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.text, self.plural) if self.plural else (self.text,)


@cache
def prompts() -> dict[str, tuple[Message, ...]]:
    """The messages of each prompt that has any, in their order, by its name: that of its template."""
    found: dict[str, tuple[Message, ...]] = {}
    for path in sorted((data_dir("templates") / "conversation").glob("*.j2")):
        with path.open("rb") as file:
            read = extract("jinja2.ext:babel_extract", file, options={"newstyle_gettext": "true", "trimmed": "true"})
            texts = [text if isinstance(text, tuple) else (text,) for _, text, *_ in read]
        if texts:
            found[path.name.removesuffix(".j2")] = tuple(dict.fromkeys(Message(*text[:2]) for text in texts))
    return found


@cache
def labels() -> dict[str, str]:
    """The messages of the fixed labels, by the id of their choice."""
    jinja = environment(FileSystemLoader(data_dir("templates") / "conversation"), SOURCE, escape=False)
    return dict(jinja.get_template(LABELS).module.labels)  # type: ignore[attr-defined]


@cache
def locked() -> frozenset[str]:
    """The messages that nobody may change."""
    shown = {message.text for prompt in UNEXPECTED for message in prompts()[prompt]}
    return frozenset({*shown, labels()["news"]})


def present(message: Message, locale: str, wording: Wording) -> tuple[str, ...]:
    """What a message says now in a language: each of its forms."""
    words = catalogue(locale, wording)
    if not message.plural:
        return (words.gettext(message.text),)
    return tuple(words.ngettext(message.text, message.plural, number) for number in (1, 2))
