"""`check`: the catalogues say all that the templates say, and no more. `update`: bring them there, keeping translations."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

COMPLETE = ("hi", "ur")
PARTIAL = ("bho",)
MAPPING = [("**.html", "jinja2.ext:babel_extract"), ("**.j2", "jinja2.ext:babel_extract")]
OPTIONS = {"**": {"newstyle_gettext": "true", "trimmed": "true"}}
FOLDERS = (Path("templates"), *sorted(Path("plugins").glob("*/satark_*/templates")))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def path_of(locale: str) -> Path:
    return Path("locales") / locale / "LC_MESSAGES" / "satark.po"


def said() -> Catalog:
    """All messages of the templates."""
    catalog = Catalog(project="Satark", charset="utf-8", creation_date=EPOCH, revision_date=EPOCH)
    for folder in FOLDERS:
        for name, _, message, comments, context in extract_from_dir(folder, MAPPING, OPTIONS):
            catalog.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def read(locale: str) -> Catalog:
    if not path_of(locale).is_file():
        return Catalog(locale=locale)
    with path_of(locale).open("rb") as file:
        return read_po(file, locale=locale)


def texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (tuple, list)) else [str(value or "")]


def faults(locale: str, template: Catalog) -> list[str]:
    """What is missing, fuzzy, stale, or has other placeholders than its source."""
    known, found = read(locale), []
    for message in template:
        if not message.id:
            continue
        key = texts(message.id)[0]
        own = known.get(key, message.context)
        if own is None or not all(texts(own.string)):
            if locale in COMPLETE:
                found.append(f"{locale}: no translation of {key!r}")
        elif own.fuzzy:
            found.append(f"{locale}: a guess for {key!r}")
        elif any(
            set(PLACEHOLDER.findall(one)) != set(PLACEHOLDER.findall(texts(message.id)[-1]))
            for one in texts(own.string)
        ):
            found.append(f"{locale}: other placeholders in {key!r}")
    found += [
        f"{locale}: stale {texts(one.id)[0]!r}" for one in known if one.id and texts(one.id)[0] not in _ids(template)
    ]
    return found


def _ids(catalog: Catalog) -> set[str]:
    return {texts(message.id)[0] for message in catalog if message.id}


def update(template: Catalog) -> None:
    for locale in (*COMPLETE, *PARTIAL):
        known = read(locale)
        known.update(template, no_fuzzy_matching=True)
        known.obsolete.clear()
        path_of(locale).parent.mkdir(parents=True, exist_ok=True)
        with path_of(locale).open("wb") as file:
            write_po(file, known, sort_output=True, no_location=True, width=120, ignore_obsolete=True)


def main() -> int:
    template = said()
    if sys.argv[1:] == ["update"]:
        update(template)
        return 0
    found = [fault for locale in (*COMPLETE, *PARTIAL) for fault in faults(locale, template)]
    print("\n".join(found) or f"{len(_ids(template))} messages, complete in {', '.join(('en', *COMPLETE))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
