"""A small client of the Cloud API: it asks once, and sorts the answer; trying again is the core's.

By aiohttp: with many requests abreast, httpx takes twenty times the processor (2,500 µs a message against 120).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
from aiohttp import BytesPayload, ClientResponse, ClientTimeout, DummyCookieJar, TCPConnector
from msgspec import Struct
from yarl import URL

from satark.channels.messages import Secret, Sent, TryAgain, Wire
from satark_whatsapp.account import Account
from satark_whatsapp.errors import Refusal, refusal_of
from satark_whatsapp.media_hosts import is_media_host
from satark_whatsapp.payload import Error
from satark_whatsapp.person import addressed_to

# Seconds until there is a connection, and between any two pieces of an answer.
TIMEOUT = ClientTimeout(total=None, connect=5.0, sock_read=20.0)
# An answer that comes byte by byte runs into none of these. Its first line says whether the message was taken.
HEAD_LIMIT = 22.0
BODY_LIMIT = 5.0
# An answer that was lost may be followed by a report that the message was sent: wait for it.
LOST_ANSWER = 20.0
DOWN = 10.0
TYPING = {"type": "text"}


class Refused(Exception):
    """The API did not do it. `code` is Meta's, `status` that of HTTP."""

    def __init__(self, code: int, status: int) -> None:
        super().__init__(f"WhatsApp answered {status}, error {code}")
        self.code = code
        self.status = status


class ForeignHostError(Exception):
    """The API names an address for a file that is not Meta's: the token does not go there."""


class _Answer(Struct):
    error: Error | None = None


class _File(Struct):
    url: str


class Client:
    """One connection pool to the API, for one account. How many ask at once is the courier's to bound."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._api = URL(account.api_url)
        self._messages = self._api / account.phone_number_id / "messages"
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {account.token}"},
            timeout=TIMEOUT,
            connector=TCPConnector(limit=0),
            cookie_jar=DummyCookieJar(),
            proxy=_proxy_to(self._api),
        )

    async def close(self) -> None:
        await self._http.close()

    async def send(self, wire: Wire, address: Secret) -> Sent | Refusal:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **addressed_to(address),
            **wire.body,
            "biz_opaque_callback_data": wire.key,
        }
        try:
            async with asyncio.timeout(HEAD_LIMIT):
                answer = await self._post(message)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return TryAgain(DOWN, type(error).__name__, everything=True)
        except (aiohttp.ClientError, TimeoutError) as error:
            return TryAgain(LOST_ANSWER, type(error).__name__)
        code = _code(await _body(answer))
        return Sent() if _took(answer) else refusal_of(code, answer.status, _retry_after(answer))

    async def _post(self, message: Mapping[str, Any]) -> ClientResponse:
        body = BytesPayload(msgspec.json.encode(message), content_type="application/json")
        return await self._http.post(self._messages, data=body, allow_redirects=False)

    async def show_read(self, message_id: Secret) -> None:
        """Two blue ticks, and for at most 25 seconds the dots of somebody who writes."""
        read = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id.reveal(),
            "typing_indicator": TYPING,
        }
        await _body(await self._post(read))

    async def download(self, media_id: Secret) -> AsyncIterator[bytes]:
        """The bytes of a file. Its address lives five minutes, so it is asked for each time. Raises Refused,
        ForeignHostError, aiohttp.ClientError, TimeoutError."""
        where = await self._get(media_id.reveal(), phone_number_id=self._account.phone_number_id)
        url = self._file_url(where)
        async with self._http.get(url, allow_redirects=False) as answer:
            if not _took(answer):
                raise Refused(-1, answer.status)
            async for chunk in answer.content.iter_any():
                yield chunk

    def _file_url(self, answer: bytes) -> URL:
        try:
            url = URL(msgspec.json.decode(answer, type=_File).url, encoded=True)
            allowed = is_media_host(url, self._api, self._account.media_hosts)
        except ValueError:
            allowed = False
        if not allowed:
            raise ForeignHostError
        return url

    async def ask(self, path: str, **params: str) -> Mapping[str, Any]:
        """The answer to a GET. Raises Refused, aiohttp.ClientError, TimeoutError."""
        return msgspec.json.decode(await self._get(path, **params), type=dict[str, Any])

    async def _get(self, path: str, **params: str) -> bytes:
        async with self._http.get(self._api / path, params=params, allow_redirects=False) as answer:
            content = await answer.read()
        if not _took(answer):
            raise Refused(_code(content), answer.status)
        return content


def _proxy_to(url: URL) -> str | None:
    """That of the environment, asked once: by itself aiohttp asks it, and looks for a .netrc, for every request."""
    return None if proxy_bypass(url.host or "") else getproxies().get(url.scheme)


def _took(answer: ClientResponse) -> bool:
    return 200 <= answer.status < 300


async def _body(answer: ClientResponse) -> bytes:
    """What it says; nothing where it breaks off, cannot be unpacked or takes too long."""
    try:
        async with asyncio.timeout(BODY_LIMIT):
            return await answer.read()
    except (aiohttp.ClientError, TimeoutError):
        return b""
    finally:
        answer.release()


def _code(content: bytes) -> int:
    try:
        error = msgspec.json.decode(content, type=_Answer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return -1
    return error.code if error else -1


def _retry_after(answer: ClientResponse) -> float:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0
