"""Speaks to the Bot API: it asks once, and sorts the answer; trying again is the core's."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from satark.channels.loose import repaired
from satark.channels.messages import Media, Never, Secret, Sent, TryAgain, Wire
from satark_telegram.account import Account
from satark_telegram.errors import refusal_of
from satark_telegram.reading import callback_of

# In seconds. A poll is answered when something comes, at the latest after POLL.
READ = 20.0
POOL = 5.0
POLL = 25
CONNECTIONS = 64
# What is asked for: `my_chat_member` comes only if it is named.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class LocalFileError(Exception):
    """The API names a file of this machine, which python-telegram-bot would read from the disk."""


class Client:
    """The connections to the API, for one bot."""

    def __init__(self, account: Account) -> None:
        self._calls = HTTPXRequest(CONNECTIONS, read_timeout=READ, pool_timeout=POOL)
        base = f"{account.api_url}/bot", f"{account.api_url}/file/bot"
        self._files = f"{base[1]}{account.token}/"
        self.bot = Bot(account.token, *base, request=self._calls)
        self._polls = httpx.AsyncClient(base_url=f"{base[0]}{account.token}", timeout=POLL + READ)

    async def close(self) -> None:
        await asyncio.gather(self._calls.shutdown(), self._polls.aclose())

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        """What is sent can be neither forwarded nor saved. A group is left as soon as it was told why."""
        chat = int(address.reveal())
        try:
            await self.bot.send_message(chat, **wire.body, protect_content=True, link_preview_options=NO_PREVIEW)
            if chat < 0:
                await self.bot.leave_chat(chat)
        except TelegramError as error:
            return refusal_of(error)
        return Sent()

    async def show_seen(self, external_id: Secret, address: Secret) -> None:
        """A tapped button stops turning; for a message there are the dots of somebody who writes, for five seconds."""
        if callback := callback_of(external_id):
            await self.bot.answer_callback_query(callback)
        else:
            await self.bot.send_chat_action(int(address.reveal()), ChatAction.TYPING)

    async def download(self, media: Media) -> AsyncIterator[bytes]:
        """The bytes of a file, of at most 20 MB. Raises TelegramError, LocalFileError."""
        assert media.ref is not None, "what was kept here is not fetched"
        file = await self.bot.get_file(media.ref.reveal())
        if not (file.file_path or "").startswith(self._files):
            raise LocalFileError
        yield bytes(await file.download_as_bytearray())

    async def updates(self, offset: int) -> list[dict[str, Any]]:
        """The updates from `offset` on, as they came, for python-telegram-bot gives none of them when it cannot read one;
        [] when none came for a while. Raises httpx.HTTPError, ValueError."""
        asked = {"offset": offset, "timeout": POLL, "allowed_updates": ALLOWED}
        answer = (await self._polls.post("/getUpdates", json=asked)).raise_for_status()
        found: list[dict[str, Any]] = json.loads(repaired(answer.content))["result"]
        return found
