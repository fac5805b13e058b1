"""Catalogues and template environments: one Jinja environment per folder and locale, escaping by default.

Catalogues are `.po` files read by Babel at start: a changed one shows at the next start, and nothing is compiled.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import escape as escape_html

from satark.resources import data_dir
from satark.store.clock import HOUR, ZONE, hour_of, start_of

SOURCE = "en"
# Endonyms: a language is named in itself, whoever reads.
LANGUAGES = {"hi": "हिन्दी", "en": "English", "bho": "भोजपुरी", "ur": "اردو"}
# What the pages of the police are in; the others fall back to one of these.
PANEL_LANGUAGES = ("hi", "en", "ur")
FALLBACK = {"bho": "hi", "ur": "hi", "hi": SOURCE}
RIGHT_TO_LEFT = frozenset({"ur"})
# As one says it: `24 नव॰ 2026, रात 9 बजे`. CLDR has these parts of the day, but no pattern for an hour with them.
HOURS = {"hi": "d MMM y, B h 'बजे'", "bho": "d MMM y, B h 'बजे'", "ur": "d MMM y، B h 'بجے'", SOURCE: "d MMM y, h a"}
# Hours of UTC begin at half past in India: the minutes keep such an hour true.
HOURS_WITH_MINUTES = {one: pattern.replace("h ", "h:mm ") for one, pattern in HOURS.items()}
# A page of numbers has hundreds of them, most of them small or on other pages too: Babel takes 40 µs for each.
MOST_SHOWN = 8192

Wording = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Words of an installation's own, by locale and message: one form, or that for one and that for many."""
NO_WORDING: Wording = {}
# The panel's own pages speak as they were made: an installation's words are those of its prompts.
OWN_PAGES = "panel/"


class Catalogue(NullTranslations):
    """The messages of one locale; what it lacks, its fallback says."""

    def __init__(self, messages: Mapping[str, str], plurals: Mapping[str, tuple[str, ...]]) -> None:
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
def _read(locale: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The messages and the plurals of a `.po` file; none where there is no file."""
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    if locale == SOURCE or not catalogue_path(locale).is_file():
        return messages, plurals
    with catalogue_path(locale).open("rb") as file:
        parsed = read_po(file, locale=locale)
    for message in parsed:
        if not message.id or not message.string or message.fuzzy:
            continue
        if isinstance(message.id, str):
            key = f"{message.context}\x04{message.id}" if message.context else message.id
            messages[key] = str(message.string)
        elif all(message.string):
            plurals[message.id[0]] = tuple(message.string)
    return messages, plurals


def catalogue(locale: str, wording: Wording = NO_WORDING) -> Catalogue:
    """The catalogue of a locale with its fallbacks behind it, and an installation's own words before each. An unknown
    locale speaks the source language."""
    messages, plurals = _read(locale)
    own = wording.get(locale, {})
    found = Catalogue(
        {**messages, **{message: forms[0] for message, forms in own.items() if len(forms) == 1}},
        {**plurals, **{message: forms for message, forms in own.items() if len(forms) > 1}},
    )
    if locale != SOURCE:
        found.add_fallback(catalogue(FALLBACK.get(locale, SOURCE), wording))
    return found


def best_locale(wanted: Iterable[str], default: str = "hi") -> str:
    """The first of `wanted` (tags such as `hi-IN`) that the service speaks."""
    for tag in wanted:
        language = tag.replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return default


@lru_cache(MOST_SHOWN)
def show_hour(hour: float, locale: str) -> str:
    """Show hours since 1970 in UTC as a date and time of the jurisdiction, as the language says it: `14 Nov 2026, 3 pm`, and
    `14 Nov 2026, 3:30 pm` where it is no full hour there."""
    moment = datetime.fromtimestamp(hour * HOUR, ZONE)
    patterns = HOURS_WITH_MINUTES if moment.minute else HOURS
    return format_datetime(moment, patterns.get(locale, patterns[SOURCE]), locale=_babel(locale))


def show_stored_hour(hour: int, locale: str) -> str:
    """Show an hour as rows hold it (store/clock.py): `14 Nov 2026, 3 pm`."""
    return show_hour(start_of(hour) / HOUR, locale)


def show_time(seconds: int, locale: str) -> str:
    """Unix seconds as a date and time of the jurisdiction."""
    moment = datetime.fromtimestamp(seconds, ZONE)
    return format_datetime(moment, "d MMM y, HH:mm", locale=_babel(locale))


@lru_cache(MOST_SHOWN)
def show_day(hour: int, locale: str) -> str:
    """Show the day of an hour as rows hold it."""
    return format_date(datetime.fromtimestamp(hour * HOUR, UTC), "d MMM y", locale=_babel(locale))


@lru_cache(MOST_SHOWN)
def show_month(hour: int, locale: str) -> str:
    """Show the month of an hour as rows hold it: `Nov 2026`."""
    return format_date(datetime.fromtimestamp(hour * HOUR, UTC), "MMM y", locale=_babel(locale))


@lru_cache(MOST_SHOWN)
def show_number(value: float) -> str:
    """As India groups it whatever the language, in the digits of every telephone: `12,34,567`."""
    return format_decimal(value, locale="en_IN")


def _babel(locale: str) -> str:
    return {"en": "en_IN", "bho": "hi_IN", "hi": "hi_IN", "ur": "ur_IN"}.get(locale, "en_IN")


def environment(
    loader: BaseLoader, locale: str, *, escape: bool = True, enable_async: bool = False, wording: Wording = NO_WORDING
) -> Environment:
    """A Jinja environment that speaks `locale`. `escape` is off for what is no HTML: chat prompts and paper."""
    jinja = Environment(
        loader=loader,
        autoescape=escape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        enable_async=enable_async,
    )
    _let_speak(jinja, catalogue(locale), catalogue(locale, _escaped(wording) if escape else wording))
    jinja.globals.update(
        locale=locale, languages=LANGUAGES, panel_languages=PANEL_LANGUAGES, rtl=locale in RIGHT_TO_LEFT
    )
    jinja.filters.update(
        hour=lambda value: show_stored_hour(value, locale),
        hour_of=hour_of,
        start=start_of,
        moment=lambda value: show_time(value, locale),
        day=lambda value: show_day(value, locale),
        month=lambda value: show_month(value, locale),
        number=show_number,
    )
    return jinja


def _let_speak(jinja: Environment, plain: Catalogue, reworded: Catalogue) -> None:
    """Give an environment its words: `plain` in the panel's own pages, `reworded` everywhere else."""

    def speaker(context: Context) -> Catalogue:
        return plain if (context.name or "").startswith(OWN_PAGES) else reworded

    @pass_context
    def gettext(context: Context, message: str) -> str:
        return speaker(context).gettext(message)

    @pass_context
    def ngettext(context: Context, one: str, many: str, n: int) -> str:
        return speaker(context).ngettext(one, many, n)

    @pass_context
    def pgettext(context: Context, about: str, message: str) -> str:
        return speaker(context).pgettext(about, message)

    jinja.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]


def _escaped(wording: Wording) -> Wording:
    """What a catalogue says is markup to a page; what somebody typed into the panel is not."""
    return {
        locale: {message: tuple(str(escape_html(form)) for form in forms) for message, forms in own.items()}
        for locale, own in wording.items()
    }


def page_loader(extra: dict[str, Path]) -> BaseLoader:
    """The core's templates, and each plugin's under its own name: `webform/form.html`."""
    own = FileSystemLoader(data_dir("templates"))
    return ChoiceLoader([own, PrefixLoader({name: FileSystemLoader(path) for name, path in extra.items()})])
