"""How the numbers are made, in plain words."""

from starlette.responses import Response

from satark.panel.gate import Work, guarded
from satark.panel.roles import SERVING


async def show(work: Work) -> Response:
    return work.page("insight/method.html")


ROUTES = [guarded("/insight/methods", show, roles=SERVING)]
