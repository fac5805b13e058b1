"""What the core offers one channel: the `Host` of the contract."""

import logging
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from satark import metrics
from satark.channels.messages import Choice, DeliveryStatus, Envelope, Media, MediaKind, Prompt, Spoken
from satark.channels.spec import Channel, NotAccepted, PlaceGroup, Questions, TooLarge
from satark.channels.storable import media_type
from satark.channels.validation import check_items
from satark.core import Core
from satark.evidence.keeping import OverLimit, kind_of
from satark.language import LANGUAGES
from satark.settings import PREFIX

log = logging.getLogger(__name__)


class ChannelHost:
    """Implements `satark.channels.spec.Host` for one channel."""

    def __init__(self, core: Core, channel: Channel, environ: Mapping[str, str], *, listens: bool) -> None:
        self.listens = listens
        self.public_url = core.settings.public_url
        self._core = core
        self._channel = channel
        prefix = f"{PREFIX}{channel.name.upper()}_"
        self.environ = {key.removeprefix(prefix): value for key, value in environ.items() if key.startswith(prefix)}
        self.locales = LANGUAGES

    def secret(self) -> bytes:
        door = self._core.door
        if door is None:
            return secrets.token_bytes(16)
        return bytes.fromhex(door.desk.tools.lookup.of("turnstile", self._channel.name, ""))

    async def receive(self, items: Sequence[Envelope | DeliveryStatus]) -> list[Prompt]:
        if self._core.door is None or self._core.readiness.refusal:
            raise NotAccepted("this process takes no messages")
        checked = check_items(items)
        prompts = await self._core.door.receive(self._channel, checked.items)
        if checked.invalid:
            # The others are durable, and repetitions when they come again: what is no item is not answered with success.
            log.error("channel %s handed over what is no item (%d times)", self._channel.name, checked.invalid)
            metrics.REFUSED.labels(self._channel.name).inc(checked.invalid)
            raise NotAccepted("not all of it is an item")
        return prompts

    async def keep(self, chunks: AsyncIterator[bytes], mime: str, limit: int) -> Media:
        mime = media_type(mime)
        kind = kind_of(mime)
        try:
            kept = await self._core.keeper.keep(chunks, mime, limit, kind)
        except OverLimit:
            raise TooLarge(limit) from None
        except (OSError, BaseError, SQLAlchemyError) as error:
            log.error("a file was not kept (%s)", type(error).__name__)
            raise NotAccepted("the file could not be kept") from None
        return Media(MediaKind(kind), mime, kept=kept)

    def questions(self, locale: str, poster: str = "") -> Questions:
        door = self._core.door
        assert door is not None, "only a process that takes messages asks questions"
        voice, world = door.voice, door.desk.world

        def choice(verb: str, value: str) -> Choice:
            return Choice(f"{verb}:{value}", voice.name(value, locale), voice.detail(f"{verb}:{value}", locale))

        def groups(verb: str) -> tuple[PlaceGroup, ...]:
            return tuple(
                PlaceGroup(choice(verb, district), tuple(choice(verb, station) for station in stations))
                for district, stations in world.stations.items()
            )

        return Questions(
            categories=tuple(choice("category", category) for category in world.categories),
            accusing=frozenset(f"category:{category}" for category in world.accusing),
            places=groups("at"),
            accused=(*groups("by"), PlaceGroup(choice("by", world.range_office), ())),
            language=f"language:{locale}",
            submit="check:send",
            place=f"at:{world.posters[poster]}" if poster in world.posters else "",
        )

    def spoken(self, text: str, locale: str) -> list[Spoken]:
        return self._core.speaker.spoken(text, locale)

    async def clip(self, clip: str) -> bytes | None:
        return await self._core.speaker.clip(clip)

    def page(self, template: str, locale: str, status: int = 200, **context: Any) -> Response:
        return self._core.pages.page(f"{self._channel.name}/{template}", locale, status, **context)
