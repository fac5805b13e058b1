"""Renders pages: one Jinja environment per locale, made once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from satark.language import environment, page_loader


class Pages:
    """The core's templates, and those of plugins under their names."""

    def __init__(self, extra: Mapping[str, Path] | None = None) -> None:
        self._loader = page_loader(dict(extra or {}))
        self._environments: dict[str, Environment] = {}

    def environment(self, locale: str) -> Environment:
        if locale not in self._environments:
            self._environments[locale] = environment(self._loader, locale)
        return self._environments[locale]

    def text(self, template: str, locale: str, **context: Any) -> str:
        return self.environment(locale).get_template(template).render(**context)

    def page(self, template: str, locale: str, status: int = 200, **context: Any) -> HTMLResponse:
        return HTMLResponse(self.text(template, locale, **context), status)
