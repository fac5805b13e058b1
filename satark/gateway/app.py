"""The public application."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from satark.channels.registry import START_LIMIT
from satark.channels.spec import Channel
from satark.channels.threads import run_alone
from satark.channels.validation import check_list
from satark.core import Core
from satark.evidence.uploads import Uploads
from satark.gateway.host import ChannelHost
from satark.gateway.tus import Tus
from satark.gateway.webhook import Webhook
from satark.resources import static_dir
from satark.routing.posters import codes_of
from satark.web import health
from satark.web.addresses import StorableAddresses
from satark.web.errors import Errors
from satark.web.headers import SecurityHeaders
from satark.web.locale import locale_of
from satark.web.readiness import Readiness


def create_gateway(core: Core, environ: Mapping[str, str] | None = None, *, listens: bool = True) -> Starlette:
    """The application, with the channels that the registry has now. Start the channels after it is made. `listens` is
    whether this process takes messages, and not only delivers."""
    hosts = host_factory(core, environ, listens=listens)
    mounts = _mounts(core)
    webhooks = [
        Webhook(channel, hosts(channel), core.settings.public_url)
        for channel in core.registry.channels.values()
        if channel.webhook is not None
    ]
    routes: list[BaseRoute] = [
        *(webhook.route() for webhook in webhooks),
        Route("/", home),
        Route("/q/{poster}", poster),
        *health.ROUTES,
        Mount("/static", StaticFiles(directory=static_dir())),
        *mounts,
    ]
    app = Gateway(
        webhooks,
        core.readiness,
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(StorableAddresses)],
        exception_handlers=Errors(core.pages).handlers(),
    )
    app.state.core = core
    app.state.hosts = hosts
    return app


class Gateway(Starlette):
    """Asks the webhooks before all that Starlette does for a page: some thousands a second ask for these."""

    def __init__(self, webhooks: Sequence[Webhook], readiness: Readiness, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._readiness = readiness
        self._webhooks = {webhook.path: webhook for webhook in webhooks}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_post = scope["type"] == "http" and scope["method"] == "POST" and not self._readiness.refusal
        webhook = self._webhooks.get(scope["path"]) if is_post else None
        if webhook is None or not await webhook.settles(scope, receive, send):
            await super().__call__(scope, receive, send)


class host_factory:
    """One host a channel, however often it is asked for."""

    def __init__(self, core: Core, environ: Mapping[str, str] | None, *, listens: bool) -> None:
        self._listens = listens
        self._core = core
        self._environ = os.environ if environ is None else environ
        self._hosts: dict[str, ChannelHost] = {}

    def __call__(self, channel: Channel) -> ChannelHost:
        if channel.name not in self._hosts:
            self._hosts[channel.name] = ChannelHost(self._core, channel, self._environ, listens=self._listens)
        return self._hosts[channel.name]


def _mounts(core: Core) -> list[Mount]:
    """The pages of the channels. A channel whose pages cannot be served is switched off, and stops no other."""
    mounts = []
    for channel in list(core.registry.channels.values()):
        try:
            mounts.append(_mount(core, channel))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            core.registry.switch_off(channel.name, f"has pages that cannot be served ({type(error).__name__})")
    return mounts


def _mount(core: Core, channel: Channel) -> Mount:
    routes = run_alone(lambda: check_list(channel.routes(), BaseRoute), START_LIMIT)
    if channel.uploads is not None:
        limit = min(core.settings.upload_limit, max(channel.capabilities.media.values()))
        routes.extend(Tus(Uploads(core.keeper), limit).routes(channel.uploads))
    if channel.static is not None:
        routes.insert(0, Mount("/static", StaticFiles(directory=channel.static)))
    return Mount(f"/channels/{channel.name}", routes=routes)


async def home(request: Request) -> Response:
    """Choose how to tell us."""
    return await _home(request, locale_of(request))


async def poster(request: Request) -> Response:
    """Where a poster's QR code leads: the same page, knowing where the poster hangs."""
    core: Core = request.app.state.core
    locale, code = locale_of(request), request.path_params["poster"]
    office = codes_of(core.pack).get(code, "")
    name = core.pack.offices[office].name if office else {}
    place = name.get(locale) or name.get("hi", "")
    return await _home(request, locale, place, code if office else "")


async def _home(request: Request, locale: str, place: str = "", code: str = "") -> Response:
    core: Core = request.app.state.core
    channels, links = set(core.registry.channels), await core.registry.links(code)
    return core.pages.page("public/home.html", locale, channels=channels, links=links, place=place, code=code)
