"""Catalogues and template environments: one Jinja environment per folder and locale, escaping by default.

Catalogues are `.po` files read by Babel at start: a changed one shows at the next start, and nothing is compiled.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from satark.resources import data_dir

SOURCE = "en"
# Endonyms: a language is named in itself, whoever reads.
LANGUAGES = {"hi": "हिन्दी", "en": "English", "bho": "भोजपुरी", "ur": "اردو"}
FALLBACK = {"bho": "hi", "ur": "hi", "hi": SOURCE}
RIGHT_TO_LEFT = frozenset({"ur"})
INDIA = timezone(timedelta(hours=5, minutes=30), "IST")


class Catalogue(NullTranslations):
    """The messages of one locale; what it lacks, its fallback says."""

    def __init__(self, messages: dict[str, str], plurals: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self.messages = messages
        self.plurals = plurals

    def gettext(self, message: str) -> str:
        return self.messages.get(message) or super().gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        forms = self.plurals.get(one)
        return forms[0 if n == 1 else -1] if forms else super().ngettext(one, many, n)

    def pgettext(self, context: str, message: str) -> str:
        return self.messages.get(f"{context}\x04{message}") or super().pgettext(context, message)


def catalogue_path(locale: str) -> Path:
    return data_dir("locales") / locale / "LC_MESSAGES" / "satark.po"


@cache
def catalogue(locale: str) -> NullTranslations:
    """The catalogue of a locale with its fallbacks behind it. An unknown locale speaks the source language."""
    if locale == SOURCE or not catalogue_path(locale).is_file():
        return NullTranslations()
    with catalogue_path(locale).open("rb") as file:
        parsed = read_po(file, locale=locale)
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in parsed:
        if not message.id or not message.string or message.fuzzy:
            continue
        if isinstance(message.id, str):
            key = f"{message.context}\x04{message.id}" if message.context else message.id
            messages[key] = str(message.string)
        elif all(message.string):
            plurals[message.id[0]] = tuple(message.string)
    found = Catalogue(messages, plurals)
    found.add_fallback(catalogue(FALLBACK.get(locale, SOURCE)))
    return found


def best_locale(wanted: Iterable[str], default: str = "hi") -> str:
    """The first of `wanted` (tags such as `hi-IN`) that the service speaks."""
    for tag in wanted:
        language = tag.replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return default


def show_hour(hour: int, locale: str) -> str:
    """Hours since 1970 as a date and hour in India: `14 Nov 2026, 3 pm`."""
    moment = datetime.fromtimestamp(hour * 3600, UTC).astimezone(INDIA)
    return format_datetime(moment, "d MMM y, h a", locale=_babel(locale))


def show_time(seconds: int, locale: str) -> str:
    """Unix seconds as a date and time in India."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(INDIA)
    return format_datetime(moment, "d MMM y, HH:mm", locale=_babel(locale))


def show_day(hour: int, locale: str) -> str:
    return format_date(datetime.fromtimestamp(hour * 3600, UTC).astimezone(INDIA), "d MMM y", locale=_babel(locale))


def _babel(locale: str) -> str:
    return {"en": "en_IN", "bho": "hi_IN", "hi": "hi_IN", "ur": "ur_IN"}.get(locale, "en_IN")


def environment(loader: BaseLoader, locale: str, *, escape: bool = True, enable_async: bool = False) -> Environment:
    """A Jinja environment that speaks `locale`. `escape` is off for chat prompts only: they are not HTML."""
    jinja = Environment(
        loader=loader,
        autoescape=escape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        enable_async=enable_async,
    )
    jinja.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    jinja.globals.update(locale=locale, languages=LANGUAGES, rtl=locale in RIGHT_TO_LEFT)
    jinja.filters.update(
        hour=lambda value: show_hour(value, locale),
        moment=lambda value: show_time(value, locale),
        day=lambda value: show_day(value, locale),
    )
    return jinja


def page_loader(extra: dict[str, Path]) -> BaseLoader:
    """The core's templates, and each plugin's under its own name: `webform/form.html`."""
    own = FileSystemLoader(data_dir("templates"))
    return ChoiceLoader([own, PrefixLoader({name: FileSystemLoader(path) for name, path in extra.items()})])
