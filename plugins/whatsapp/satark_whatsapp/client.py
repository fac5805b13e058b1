"""A small client of the Cloud API: it asks once, and sorts the answer; trying again is the core's."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from satark.channels.messages import Secret, Sent, TryAgain, Wire
from satark_whatsapp.account import Account
from satark_whatsapp.errors import Refusal, refusal_of
from satark_whatsapp.payload import Error
from satark_whatsapp.person import addressed_to

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# An answer that comes byte by byte runs into no timeout of httpx. Its first line says whether the message was taken.
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


class _Answer(Struct):
    error: Error | None = None


class _File(Struct):
    url: str


class Client:
    """One connection pool to the API, for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        headers = {"Authorization": f"Bearer {account.token}"}
        self._http = httpx.AsyncClient(base_url=account.api_url, headers=headers, timeout=TIMEOUT)

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, wire: Wire, address: Secret) -> Sent | Refusal:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **addressed_to(address),
            **wire.body,
            "biz_opaque_callback_data": wire.key,
        }
        request = self._http.build_request("POST", f"/{self._account.phone_number_id}/messages", json=message)
        try:
            async with asyncio.timeout(HEAD_LIMIT):
                answer = await self._http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return TryAgain(DOWN, type(error).__name__, everything=True)
        except (httpx.TransportError, TimeoutError) as error:
            return TryAgain(LOST_ANSWER, type(error).__name__)
        code = _code_in(await _body(answer))
        return Sent() if answer.is_success else refusal_of(code, answer.status_code, _retry_after(answer))

    async def show_read(self, message_id: Secret) -> None:
        """Two blue ticks, and for at most 25 seconds the dots of somebody who writes."""
        read = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id.reveal(),
            "typing_indicator": TYPING,
        }
        await self._http.post(f"/{self._account.phone_number_id}/messages", json=read)

    async def download(self, media_id: Secret) -> AsyncIterator[bytes]:
        """The bytes of a file. Its address lives five minutes, so it is asked for each time. Raises Refused,
        httpx.TransportError."""
        where = await self._http.get(f"/{media_id.reveal()}", params={"phone_number_id": self._account.phone_number_id})
        if not where.is_success:
            raise Refused(_code(where), where.status_code)
        url = msgspec.json.decode(where.content, type=_File).url
        async with self._http.stream("GET", url) as answer:
            if not answer.is_success:
                raise Refused(-1, answer.status_code)
            async for chunk in answer.aiter_bytes():
                yield chunk

    async def ask(self, path: str, **params: str) -> Mapping[str, Any]:
        """The answer to a GET. Raises Refused, httpx.TransportError."""
        answer = await self._http.get(f"/{path}", params=params)
        if not answer.is_success:
            raise Refused(_code(answer), answer.status_code)
        found: Mapping[str, Any] = answer.json()
        return found


async def _body(answer: httpx.Response) -> bytes:
    """What it says; nothing where it breaks off, cannot be unpacked or takes too long."""
    try:
        async with asyncio.timeout(BODY_LIMIT):
            return await answer.aread()
    except (httpx.RequestError, TimeoutError):
        return b""
    finally:
        await answer.aclose()


def _code(answer: httpx.Response) -> int:
    return _code_in(answer.content)


def _code_in(body: bytes) -> int:
    try:
        error = msgspec.json.decode(body, type=_Answer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return -1
    return error.code if error else -1


def _retry_after(answer: httpx.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0
