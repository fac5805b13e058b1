"""What a supervisor or a balancer asks a process, whichever it is."""

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from satark.store.engine import Store


async def healthz(_request: Request) -> Response:
    """The process lives."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The process can do its work: its database answers. 503 where it does not."""
    store: Store = request.app.state.core.store
    try:
        async with store.read() as db:
            await db.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
        return PlainTextResponse(f"the database does not answer ({type(error).__name__})\n", 503)
    return PlainTextResponse("ok\n")


ROUTES = (Route("/healthz", healthz), Route("/readyz", readyz))
