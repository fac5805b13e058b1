"""The panel's application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from satark.core import Core
from satark.panel import (
    account,
    bulk,
    certificate,
    conflict,
    export,
    files,
    glimpses,
    holding,
    inbox,
    item,
    late,
    notices,
    own_authenticator,
    own_passkeys,
    report,
    saved,
    search,
    sign_in,
    sorting,
    stages,
    staying,
    tip,
)
from satark.panel.admin import audit, categories, channels, clocks, confirmations, offices, people, posters, wording
from satark.panel.insight import areas, changes, hours, methods, overview, reports, stations, warnings, wishes
from satark.panel.insight import map as hotspot_map
from satark.panel.patience import Patience
from satark.panel.refusing import FormRefusedError, form_page, show_again
from satark.resources import static_dir
from satark.web.addresses import StorableAddresses
from satark.web.errors import Errors
from satark.web.headers import SecurityHeaders

# The rooms of the panel, each with its routes. What can be mistaken for a reference comes before `tip`.
ROOMS = (
    sign_in,
    stages,
    staying,
    account,
    own_authenticator,
    own_passkeys,
    notices,
    overview,
    hotspot_map,
    stations,
    areas,
    methods,
    changes,
    hours,
    warnings,
    reports,
    wishes,
    inbox,
    saved,
    search,
    bulk,
    export,
    late,
    tip,
    report,
    sorting,
    conflict,
    holding,
    files,
    item,
    certificate,
    glimpses,
    people,
    confirmations,
    audit,
    offices,
    categories,
    clocks,
    wording,
    channels,
    posters,
)


def routes() -> list[BaseRoute]:
    return [route for room in ROOMS for route in room.ROUTES]


def create_panel(core: Core) -> Starlette:
    """To be mounted at `/panel`."""
    app = Starlette(
        routes=[Mount("/static", StaticFiles(directory=static_dir())), *routes()],
        middleware=[Middleware(SecurityHeaders), Middleware(StorableAddresses)],
        exception_handlers={
            **Errors(core.pages, "/panel/", "panel/error.html", form_page).handlers(),
            FormRefusedError: show_again,
        },
    )
    app.state.core = core
    app.state.patience = Patience()
    return app
