"""The panel's application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from satark.core import Core
from satark.panel import conflict, files, inbox, sign_in, tip
from satark.panel.gate import guarded
from satark.resources import static_dir
from satark.web.errors import Errors
from satark.web.headers import SecurityHeaders

TIP = "/tips/{reference}"


def create_panel(core: Core) -> Starlette:
    """To be mounted at `/panel`."""
    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=static_dir())),
            Route("/sign-in", sign_in.show, methods=["GET"]),
            Route("/sign-in", sign_in.enter, methods=["POST"]),
            guarded("/sign-out", sign_in.leave, "POST"),
            guarded("/language", sign_in.language, "POST"),
            guarded("/", inbox.first),
            guarded("/tips", inbox.show),
            guarded("/tips/live", inbox.live),
            guarded(TIP, tip.show),
            guarded(f"{TIP}/assign", tip.assign, "POST"),
            guarded(f"{TIP}/report", tip.report, "POST"),
            guarded(f"{TIP}/close", tip.close, "POST"),
            guarded(f"{TIP}/message", tip.message, "POST"),
            guarded(f"{TIP}/note", tip.note, "POST"),
            guarded(f"{TIP}/accuse", conflict.accuse, "POST"),
            guarded(f"{TIP}/recuse", conflict.recuse, "POST"),
            guarded(f"{TIP}/hand-back", conflict.hand_back, "POST"),
            guarded(f"{TIP}/transfer", conflict.transfer, "POST"),
            guarded("/evidence/{evidence}", files.show),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=Errors(core.pages).handlers(),
    )
    app.state.core = core
    app.state.patience = sign_in.Patience()
    return app
