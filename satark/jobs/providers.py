"""Where files are before they are here: at the provider of their channel, or at the stand-in of a rehearsal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import msgspec
from msgspec import Struct

from satark.channels import registry
from satark.channels.messages import Media, MediaKind, Secret
from satark.channels.registry import Registry
from satark.channels.spec import Channel
from satark.core import Core
from satark.delivery.tools import Courier
from satark.gateway.host import ChannelHost
from satark.settings import PREFIX
from satark.store.clock import now

LOOPBACK = "http://127.0.0.1:{}"


class Source(Struct, frozen=True):
    """Where a file is at its provider, as intake sealed it."""

    kind: MediaKind
    mime: str
    size: int
    sha256: str
    ref: str


class Damaged(Exception):
    """What was fetched is not what was announced."""


class Over(Exception):
    """The rehearsal that a file belongs to is over."""


class Providers:
    """Opens where a file is, and forgets it again."""

    def __init__(self, core: Core, courier: Courier) -> None:
        self._core = core
        self._courier = courier

    async def fetch(self, channel: str, sealed: bytes) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises Over; and Damaged at the end of one that has another size or hash than was said."""
        media = self._open(sealed)
        size, digest = 0, sha256()
        async with self._reached(channel, media) as reached:
            async for chunk in registry.fetch(reached, media):
                size += len(chunk)
                digest.update(chunk)
                yield chunk
        if media.size not in (0, size) or media.sha256 not in ("", digest.hexdigest()):
            raise Damaged

    async def discard(self, channel: str, sealed: bytes) -> None:
        """Delete a file where it is. With its rehearsal it is gone."""
        media = self._open(sealed)
        try:
            async with self._reached(channel, media) as reached:
                await registry.discard(reached, media)
        except Over:
            return

    def _open(self, sealed: bytes) -> Media:
        source = msgspec.json.decode(self._courier.opener.open(sealed), type=Source)
        return Media(source.kind, source.mime, source.size, source.sha256, Secret(source.ref))

    @asynccontextmanager
    async def _reached(self, channel: str, media: Media) -> AsyncIterator[Channel]:
        """The channel by which a file is reached. Raises Over."""
        rehearsed = self._courier.rehearsed(channel, media.ref)
        if rehearsed is None:
            yield self._core.registry.channels[channel]
            return
        if now() >= rehearsed.until:
            raise Over
        async with self._standing_in(channel, LOOPBACK.format(rehearsed.port)) as stand_in:
            yield stand_in

    @asynccontextmanager
    async def _standing_in(self, name: str, url: str) -> AsyncIterator[Channel]:
        """The channel once more, with another address for its provider, for one file."""
        environ = {**self._core.registry.environ, f"{PREFIX}{name.upper()}_API_URL": url}
        besides = Registry(environ)
        besides.load([name])
        channel = besides.channels[name]
        assert channel.api_url == url, "it would ask somebody else"
        await besides.start(lambda channel: ChannelHost(self._core, channel, environ, listens=False))
        try:
            yield channel
        finally:
            await besides.stop()
