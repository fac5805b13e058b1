"""The press: a template of templates/print and data become pages. One job at a time, in a thread of its own."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from satark.resources import data_dir, static_dir

if TYPE_CHECKING:
    import typst

# A long list takes seconds and a few hundred megabytes: never two at once in a process.
_thread = ThreadPoolExecutor(1, "press")
_P = ParamSpec("_P")
_T = TypeVar("_T")


async def on_press(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run what takes long, after what was asked for before."""
    return await asyncio.get_running_loop().run_in_executor(_thread, lambda: work(*args, **kwargs))


def typeset(
    template: str,
    data: Mapping[str, Any],
    time: int,
    *,
    kind: Literal["pdf", "png"] = "pdf",
    ppi: float = 144,
    tagged: bool = True,
) -> bytes:
    """The document of `template`. `data` goes in as JSON, so that nothing in it is code; `time` (unix seconds) is when the
    document says it was made. `tagged` helps screen readers, and makes long tables large. A PNG is its first page."""
    import typst

    made = typst.compile(
        data_dir("templates") / "print" / template,
        format=kind,
        ppi=ppi,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=time,
        pdf_tags=tagged,
    )
    return made[0] if isinstance(made, list) else made


@cache
def _fonts() -> "typst.Fonts":
    """Those that Satark brings along, so that a page is the same on every machine. See scripts/vendor.mjs."""
    import typst

    folder = static_dir() / "vendor" / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
