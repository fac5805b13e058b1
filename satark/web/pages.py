"""Renders pages: one Jinja environment per locale, made once, and anew when the installation's own words change."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from satark.language import NO_WORDING, Wording, environment, page_loader
from satark.web.sparks import spark_of


class Pages:
    """The core's templates, and those of plugins under their names. `wording` gives the words of now."""

    def __init__(self, extra: Mapping[str, Path] | None = None, wording: Callable[[], Wording] = dict) -> None:
        self._loader = page_loader(dict(extra or {}))
        self._wording = wording
        self._spoken: Wording = NO_WORDING
        self._environments: dict[str, Environment] = {}

    def environment(self, locale: str) -> Environment:
        wording = self._wording()
        if wording is not self._spoken and wording != self._spoken:
            self._environments = {}
        self._spoken = wording
        if locale not in self._environments:
            self._environments[locale] = environment(self._loader, locale, wording=wording)
            self._environments[locale].filters["spark"] = spark_of
        return self._environments[locale]

    def text(self, template: str, locale: str, **context: Any) -> str:
        return self.environment(locale).get_template(template).render(**context)

    def page(self, template: str, locale: str, status: int = 200, **context: Any) -> HTMLResponse:
        return HTMLResponse(self.text(template, locale, **context), status)
