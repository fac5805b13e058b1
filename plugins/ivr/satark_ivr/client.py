"""Speaks to the carrier's API: it asks once, and sorts the answer; trying again is the core's.

A recording is asked for by its id at the configured address, or at its URL where that is the API's or of a host that the
operator named; no redirect is followed, and the account's token goes to the API alone.
"""

from collections.abc import AsyncIterator

import httpx

from satark.channels.messages import Media, Never, Secret, Sent, TryAgain
from satark_ivr.account import Account
from satark_ivr.recordings import ID, is_at_api, may_be_fetched

VERSION = "/2010-04-01"
# In seconds.
TIMEOUT = httpx.Timeout(20.0, pool=5.0)
NO_ACCESS = 300.0
DOWN = 10.0
# How long it rings at theirs.
RINGS = 30
CHUNK = 65_536


class Refused(Exception):
    """The carrier's answer: its HTTP code, and nothing that leads to anybody."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Client:
    """The connections to the API, for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        base = f"{account.api_url}{VERSION}/Accounts/{account.sid}"
        self._http = httpx.AsyncClient(base_url=base, auth=(account.sid, account.token), timeout=TIMEOUT)

        self._others = httpx.AsyncClient(timeout=TIMEOUT)

    async def close(self) -> None:
        await self._http.aclose()
        await self._others.aclose()

    async def status(self) -> str:
        """What the carrier says of the account: `active`, `suspended`, `closed`. Raises Refused, httpx.HTTPError."""
        answer = await self._http.get(".json")
        if answer.status_code != httpx.codes.OK:
            raise Refused(answer.status_code)
        return str(answer.json().get("status", ""))

    async def download(self, media: Media) -> AsyncIterator[bytes]:
        """The bytes of a recording. It may take a moment until the carrier has it. Raises Refused, httpx.HTTPError."""
        reference = _reference(media)
        if not may_be_fetched(reference, self._account):
            raise Refused(httpx.codes.FORBIDDEN)
        http = self._http if is_at_api(reference, self._account) else self._others
        async with http.stream("GET", _address(reference, "wav")) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Refused(answer.status_code)
            async for chunk in answer.aiter_bytes(CHUNK):
                yield chunk

    async def delete(self, media: Media) -> None:
        """Raises Refused, httpx.HTTPError, unless it is gone. Only the API deletes anything."""
        reference = _reference(media)
        if not is_at_api(reference, self._account):
            raise Refused(httpx.codes.METHOD_NOT_ALLOWED)
        answer = await self._http.delete(_address(reference, "json"))
        if answer.status_code not in (httpx.codes.NO_CONTENT, httpx.codes.OK, httpx.codes.NOT_FOUND):
            raise Refused(answer.status_code)

    async def call(self, number: Secret, voice: str) -> Sent | TryAgain | Never:
        """Call somebody back; what is said then is asked for at `voice`. Nobody is rung at twice because an answer was
        lost: it may have been a yes."""
        asked = {
            "To": number.reveal(),
            "From": self._account.caller_id,
            "Url": voice,
            "StatusCallback": voice,
            "Timeout": str(RINGS),
        }
        try:
            answer = await self._http.post("/Calls.json", data=asked)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return TryAgain(DOWN, type(error).__name__, everything=True)
        except httpx.HTTPError as error:
            return Never(type(error).__name__)
        return _outcome(answer.status_code)


def _reference(media: Media) -> str:
    assert media.ref is not None, "what was kept here is not fetched"
    return media.ref.reveal()


def _address(reference: str, ending: str) -> str:
    """Where it is asked for: by its id in the account, or at its URL."""
    return f"/Recordings/{reference}.{ending}" if ID.fullmatch(reference) else reference


def _outcome(code: int) -> Sent | TryAgain | Never:
    if code in (httpx.codes.OK, httpx.codes.CREATED):
        return Sent()
    if code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return TryAgain(NO_ACCESS, str(code), everything=True)
    if code == httpx.codes.TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return TryAgain(DOWN, str(code))
    return Never(str(code))
