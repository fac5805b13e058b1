"""What a supervisor or a balancer asks a process, whichever it is."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from satark.web.readiness import Readiness

PATHS = ("/healthz", "/readyz")


async def healthz(_request: Request) -> Response:
    """The process lives."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The process can do its work, or a line for each check that says why not (503). What only makes it slower is said
    beside `ok`."""
    readiness: Readiness = request.app.state.core.readiness
    faults = await readiness.faults()
    ready = not any(fault.required for fault in faults)
    lines = ["ok" if ready else "not ready", *map(str, faults)]
    return PlainTextResponse("\n".join(lines) + "\n", 200 if ready else 503)


class RefusesWhileNotReady:
    """Answers 503 to everything but the questions above, as long as the process may do no work (`Readiness.refusal`)."""

    def __init__(self, app: ASGIApp, readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if self._readiness.refusal and scope["type"] == "http" and scope["path"] not in PATHS:
            app = PlainTextResponse("not ready, please try again\n", 503, {"retry-after": "30"})
        await app(scope, receive, send)


ROUTES = (Route("/healthz", healthz), Route("/readyz", readyz))
