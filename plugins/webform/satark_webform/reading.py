"""Reads a form while it arrives: files go encrypted into the core's keeping, chunk by chunk, and their names nowhere."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from satark.channels.messages import Media
from satark.channels.spec import Host, NotAccepted, TooLarge

MOST_TEXT = 100_000
MOST_TEXTS = 2 * MOST_TEXT
MOST_FIELDS = 200
MOST_FILES = 20
# What a browser may still send after a file went over its limit, so that it gets to read the answer.
MOST_IN_ALL = 400 * 2**20
MOST_DIGITS = 20
_QUOTED = re.compile(rb'"(?:\\.|[^"\\])*"')
_FILE_NAME = re.compile(rb";\s*filename(?:\*[0-9]*\*?)?\s*=", re.IGNORECASE)
_FILE_TYPE = re.compile(rb"(?:image|video|audio)/|application/(?:octet-stream|pdf)\b")


class BadForm(Exception):
    """The request is no form that can be read. `status` is the HTTP status that says so."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(str(status))
        self.status = status


class _Enough(Exception):
    """What follows is not read."""


class Form:
    """What was sent: `fields` by name, the files that are kept, whether one was too large, and whether there is no room for
    files. `cut` is that all together were too large, and the rest was not read."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = defaultdict(list)
        self.files: list[Media] = []
        self.too_large = False
        self.no_room = False
        self.cut = False

    def get(self, name: str) -> str:
        return self.fields[name][-1].strip() if name in self.fields else ""


async def read_form(request: Request, host: Host, file_limit: int) -> Form:
    """Raises BadForm."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"application/x-www-form-urlencoded":
        return await _read_plain(request)
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        reader = _Reader(host, file_limit, options[b"boundary"])
        reader.keeps = _announced(request) <= MOST_IN_ALL
        return await reader.read(request)
    raise BadForm(415)


def _announced(request: Request) -> int:
    """In bytes; 0 where nothing is said."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < MOST_DIGITS else 0


async def _read_plain(request: Request) -> Form:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_TEXT:
            raise BadForm(413)
    form = Form()
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadForm from error
    for name, value in pairs:
        form.fields[name].append(value)
    return form


class _Reader:
    """One multipart body. The parser's callbacks note what it saw; `_take` acts on it between two chunks."""

    def __init__(self, host: Host, file_limit: int, boundary: bytes) -> None:
        self.keeps = True
        self._host = host
        self._limit = file_limit
        self._form = Form()
        self._text = 0
        self._seen: list[tuple[str, bytes]] = []
        self._header = b""
        self._headers: dict[bytes, bytes] = {}
        self._part: _Text | _File | None = None
        self._parts = 0
        self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]

    def _callbacks(self) -> dict[str, object]:
        def noting(what: str) -> object:
            return lambda data, start, end: self._seen.append((what, data[start:end]))

        def marking(what: str) -> object:
            return lambda: self._seen.append((what, b""))

        data = {f"on_{what}": noting(what) for what in ("header_field", "header_value", "part_data")}
        marks = ("part_begin", "header_end", "headers_finished", "part_end", "end")
        return {**data, **{f"on_{what}": marking(what) for what in marks}}

    async def read(self, request: Request) -> Form:
        total, ended = 0, False
        try:
            async for chunk in request.stream():
                total += len(chunk)
                if total > MOST_IN_ALL:
                    raise _Enough
                self._parser.write(chunk)
                seen, self._seen = self._seen, []
                for what, data in seen:
                    ended = ended or what == "end"
                    await self._take(what, data)
        except _Enough:
            self._form.too_large = self._form.cut = ended = True
        except (MultipartParseError, UnicodeDecodeError) as error:
            raise BadForm from error
        finally:
            if isinstance(self._part, _File):
                await self._part.abandon()
        if not ended:
            raise BadForm
        return self._form

    async def _take(self, what: str, data: bytes) -> None:
        match what:
            case "part_begin":
                self._headers = {}
            case "header_field":
                self._header += data
            case "header_value":
                self._headers[self._header.lower()] = self._headers.get(self._header.lower(), b"") + data
            case "header_end":
                self._header = b""
            case "headers_finished":
                self._part = self._begin()
            case "part_data" if self._part is not None:
                self._count(data)
                await self._part.add(data)
            case "part_end" if self._part is not None:
                part, self._part = self._part, None
                await part.end(self._form)

    def _count(self, data: bytes) -> None:
        if isinstance(self._part, _Text):
            self._text += len(data)
        if self._text > MOST_TEXTS:
            raise BadForm(413)

    def _begin(self) -> "_Text | _File | None":
        """None for a file that is one too many."""
        self._parts += 1
        if self._parts > MOST_FIELDS:
            raise BadForm(413)
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        mime, _ = parse_options_header(self._headers.get(b"content-type", b""))
        if not _is_file(self._headers.get(b"content-disposition", b""), mime):
            return _Text(options.get(b"name", b"").decode(errors="replace"))
        if not self.keeps:
            raise _Enough
        if len(self._form.files) >= MOST_FILES:
            return None
        # Browsers send a file without a name and without bytes where none was picked.
        is_picked = options.get(b"filename") != b""
        return _File(self._host, mime.decode("latin-1"), self._limit, is_picked=is_picked)


def _is_file(disposition: bytes, mime: bytes) -> bool:
    """Whether a part has a name as a file, in whichever form (RFC 5987, RFC 2231), or holds what no field holds."""
    return bool(_FILE_NAME.search(_QUOTED.sub(b"", disposition))) or bool(_FILE_TYPE.match(mime))


class _Text:
    def __init__(self, name: str) -> None:
        self._name = name
        self._data = bytearray()

    async def add(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > MOST_TEXT:
            raise BadForm(413)

    async def end(self, form: Form) -> None:
        form.fields[self._name].append(self._data.decode(errors="replace"))


class _File:
    """A file on its way into keeping. Once it is too large, the rest of it is read and dropped."""

    def __init__(self, host: Host, mime: str, limit: int, *, is_picked: bool) -> None:
        self._host = host
        self._mime = mime
        self._limit = limit
        self._is_picked = is_picked
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue(8)
        self._keeping: asyncio.Task[Media] | None = None

    async def add(self, data: bytes) -> None:
        self._keeping = self._keeping or self._begin()
        put = asyncio.ensure_future(self._chunks.put(data))
        await asyncio.wait({put, self._keeping}, return_when=asyncio.FIRST_COMPLETED)
        put.cancel()

    def _begin(self) -> "asyncio.Task[Media]":
        return asyncio.create_task(self._host.keep(self._arriving(), self._mime, self._limit))

    async def _arriving(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk

    async def end(self, form: Form) -> None:
        if self._keeping is None:
            if not self._is_picked:
                return
            # It came empty: that is kept, and said to the officer.
            self._keeping = self._begin()
        if not self._keeping.done():
            await self._chunks.put(None)
        try:
            media = await self._keeping
        except TooLarge:
            form.too_large = True
            return
        except NotAccepted:
            form.no_room = True
            return
        form.files.append(media)

    async def abandon(self) -> None:
        """The request ended in the middle of the file."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
