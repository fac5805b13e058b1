"""The panel's application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from satark.core import Core
from satark.panel import account, conflict, files, inbox, sign_in, tip
from satark.panel.admin import audit, people
from satark.panel.gate import guarded
from satark.panel.patience import Patience
from satark.panel.roles import ADMINISTRATORS, AUDITORS, EVERYBODY
from satark.resources import static_dir
from satark.web.errors import Errors
from satark.web.headers import SecurityHeaders

TIP = "/tips/{reference}"
PERSON = "/admin/people/{officer}"


def create_panel(core: Core) -> Starlette:
    """To be mounted at `/panel`."""
    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=static_dir())),
            Route("/sign-in", sign_in.show, methods=["GET"]),
            Route("/sign-in", sign_in.enter, methods=["POST"]),
            Route("/sign-in/code", sign_in.show_code, methods=["GET"]),
            Route("/sign-in/code", sign_in.enter_code, methods=["POST"]),
            Route("/sign-in/enrol", sign_in.show_enrolment, methods=["GET"]),
            Route("/sign-in/enrol", sign_in.enrol, methods=["POST"]),
            guarded("/", inbox.first, roles=EVERYBODY),
            guarded("/sign-out", account.leave, "POST", EVERYBODY),
            guarded("/language", account.language, "POST", EVERYBODY),
            guarded("/account", account.show, roles=EVERYBODY),
            guarded("/account/password", account.password, "POST", EVERYBODY),
            guarded("/account/sessions", account.close, "POST", EVERYBODY),
            guarded("/tips", inbox.show),
            guarded("/tips/live", inbox.live, quiet=True),
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
            guarded("/admin/people", people.show, roles=ADMINISTRATORS),
            guarded("/admin/people", people.add, "POST", ADMINISTRATORS),
            guarded(f"{PERSON}/post", people.post, "POST", ADMINISTRATORS),
            guarded(f"{PERSON}/end-post", people.end_post, "POST", ADMINISTRATORS),
            guarded(f"{PERSON}/recover", people.recover, "POST", ADMINISTRATORS),
            guarded(f"{PERSON}/switch", people.switch, "POST", ADMINISTRATORS),
            guarded(f"{PERSON}/sign-out", people.sign_out, "POST", ADMINISTRATORS),
            guarded("/admin/audit", audit.show, roles=AUDITORS),
            guarded("/admin/audit", audit.check, "POST", AUDITORS),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=Errors(core.pages).handlers(),
    )
    app.state.core = core
    app.state.patience = Patience()
    return app
