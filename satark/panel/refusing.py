"""A form of a tip that was refused: the page once more, as it was filled in, with what is wrong and a way on."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from satark.panel.gate import Work
from satark.routing.limits import Fault

TIP_FORM_PARTS = 5


class FormRefusedError(Exception):
    """Nothing was changed, because of these faults."""

    def __init__(self, work: Work, faults: Sequence[Fault], status: int = 422) -> None:
        super().__init__()
        self.work = work
        self.faults = faults
        self.status = status


def refuse(work: Work, code: str, field: str = "", status: int = 422) -> FormRefusedError:
    return FormRefusedError(work, [Fault(code, "", field=field)], status)


def needed(work: Work, name: str, field: str) -> str:
    """The text of a form; refuses the form where there is none. `field` is the id of what it is typed into."""
    if not (text := work.text(name)):
        raise refuse(work, "needed", field)
    return text


def form_page(request: Request) -> str:
    """The page of the tip that a form was sent from; "" for others."""
    parts = request.url.path.split("/")
    is_form = request.method == "POST" and parts[:3] == ["", "panel", "tips"] and len(parts) == TIP_FORM_PARTS
    return "/".join(parts[:4]) if is_form else ""


async def show_again(_request: Request, error: Any) -> Response:
    """The handler of FormRefusedError."""
    from satark.panel import tip_page

    response = await tip_page.refused(error.work, error.faults)
    response.status_code = error.status
    return response
