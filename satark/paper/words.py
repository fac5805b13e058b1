"""The words of what is printed: templates/print/NAME.j2 sets `words`, and gettext translates them."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader

from satark.language import environment
from satark.resources import data_dir


def words_of(name: str, locale: str, /, **context: Any) -> dict[str, Any]:
    module = _environment(locale).get_template(f"print/{name}.j2").make_module(context)
    words: dict[str, Any] = module.words  # type: ignore[attr-defined]
    return words


@cache
def _environment(locale: str) -> Environment:
    """Paper is no HTML, so nothing is escaped."""
    return environment(FileSystemLoader(data_dir("templates")), locale, escape=False)
