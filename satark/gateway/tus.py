"""Takes files in parts by the tus protocol 1.0.0 (tus.io): core, creation, checksum, termination, expiration.

An upload's id is all that one needs to go on with it, and says nothing. Of what a client tells about a file, its type is
kept and nothing else. There is no CORS: only our own pages send files here.
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from satark.channels.brake import Brake
from satark.evidence.keeping import OverLimit
from satark.evidence.uploads import Elsewhere, Gone, Uploads
from satark.store.clock import start_of
from satark.store.tables import Upload
from satark.web.limits import TooMuch, body_within, refuse_announced

VERSION = "1.0.0"
CHECKED = ("sha1", "sha256")
# A part that comes with its checksum is in memory until it is checked.
MOST_CHECKED = 4 * 2**20
# How many uploads one client may begin in ten minutes; all that come over Tor may be one client.
FREE_UPLOADS = 200
BODY = "application/offset+octet-stream"
REFUSALS = {Gone: 410, Elsewhere: 409, OverLimit: 413, TooMuch: 413, SQLAlchemyError: 503, BaseError: 503, OSError: 503}

_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_NUMBER = re.compile(r"[0-9]{1,15}")

Answer = Callable[[Request], Awaitable[Response]]


class Tus:
    """The routes of one channel. `limit` is the size of the largest file, in bytes."""

    def __init__(self, uploads: Uploads, limit: int) -> None:
        self._uploads = uploads
        self._limit = limit
        self._brake = Brake(FREE_UPLOADS)

    def routes(self, path: str) -> list[BaseRoute]:
        begin = {"OPTIONS": self.tell, "POST": self.create}
        go_on = {"OPTIONS": self.tell, "HEAD": self.show, "PATCH": self.append, "DELETE": self.end}
        return [
            Route(path, _answering(begin), methods=[*begin]),
            Route(f"{path}/{{upload}}", _answering(go_on), methods=[*go_on, "POST"]),
        ]

    async def tell(self, _request: Request) -> Response:
        """What is offered here."""
        offered = {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,checksum,termination,expiration",
            "Tus-Max-Size": str(self._limit),
            "Tus-Checksum-Algorithm": ",".join(CHECKED),
        }
        return Response(status_code=204, headers=offered)

    async def create(self, request: Request) -> Response:
        client, size = request.client.host if request.client else "", _number(request, "upload-length")
        if size > self._limit:
            raise OverLimit
        if self._brake.holds(client):
            raise HTTPException(429, headers={"Retry-After": "600"})
        self._brake.count(client)
        upload = await self._uploads.create(size, _type_of(request.headers.get("upload-metadata", "")))
        place = f"{request.url.path}/{upload.id}"
        return Response(status_code=201, headers={"Location": place, **_expires(upload)})

    async def show(self, request: Request) -> Response:
        upload = await self._uploads.find(_id(request))
        sizes = {"Upload-Offset": str(upload.arrived), "Upload-Length": str(upload.size)}
        return Response(headers={**sizes, **_expires(upload)})

    async def append(self, request: Request) -> Response:
        """What came before the line broke counts."""
        if request.headers.get("content-type") != BODY:
            raise HTTPException(415)
        upload, start = await self._uploads.find(_id(request)), _number(request, "upload-offset")
        if start == upload.arrived:
            refuse_announced(request.headers, upload.size - start)
        body = _checked(request) if "upload-checksum" in request.headers else _arriving(request)
        arrived = await self._uploads.append(upload.id, start, body)
        return Response(status_code=204, headers={"Upload-Offset": str(arrived), **_expires(upload)})

    async def end(self, request: Request) -> Response:
        await self._uploads.end(_id(request))
        return Response(status_code=204)


def _answering(methods: Mapping[str, Answer]) -> Answer:
    """An endpoint that speaks the protocol: its version, its methods under other names, its refusals without a page."""

    async def answer(request: Request) -> Response:
        method = request.headers.get("x-http-method-override", request.method).upper()
        try:
            if method != "OPTIONS" and request.headers.get("tus-resumable") != VERSION:
                raise HTTPException(412, headers={"Tus-Version": VERSION})
            if method not in methods:
                raise HTTPException(405)
            response = await methods[method](request)
        except HTTPException as error:
            response = Response(status_code=error.status_code, headers=error.headers)
        except tuple(REFUSALS) as error:
            status = next(status for kind, status in REFUSALS.items() if isinstance(error, kind))
            response = Response(status_code=status)
        response.headers["Tus-Resumable"] = VERSION
        return response

    return answer


async def _arriving(request: Request) -> AsyncIterator[bytes]:
    """The body, as far as it comes."""
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        return


async def _checked(request: Request) -> AsyncIterator[bytes]:
    """The body, once it is known to be what was sent."""
    algorithm, _, expected = request.headers["upload-checksum"].partition(" ")
    if algorithm not in CHECKED:
        raise HTTPException(400)
    body = await body_within(request, MOST_CHECKED)
    if hashlib.new(algorithm, body).digest() != _decoded(expected):
        raise HTTPException(460, "the checksum is another")
    yield body


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise HTTPException(400)
    return int(value)


def _id(request: Request) -> str:
    upload: str = request.path_params["upload"]
    return upload


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(datetime.fromtimestamp(start_of(upload.expires), UTC), usegmt=True)}


def _type_of(metadata: str) -> str:
    """The MIME type among what a client tells; file names and the rest are not even decoded."""
    pairs = (pair.split() for pair in metadata.split(","))
    encoded = next((pair[1] for pair in pairs if len(pair) == 2 and pair[0] == "filetype"), "")
    told = _decoded(encoded).decode("latin-1").partition(";")[0].strip().lower()
    return told if _TYPE.fullmatch(told) else ""


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return b""
