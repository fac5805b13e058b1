"""The processes that the units under deploy/systemd/ start, started here as they say."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

DEPLOY = Path(__file__).parents[2] / "deploy"
SATARK = "/opt/satark/.venv/bin/satark"


def unit(name: str) -> dict[str, list[str]]:
    """The lines of a unit such as `satark-gateway@8001`, by key; `%i` is what stands behind the @."""
    stem, at, instance = name.partition("@")
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / f"{stem}{at}.service").read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value.replace("%i", instance))
    return found


def wanted() -> list[str]:
    """The units that satark.target wants, in its order."""
    lines = (DEPLOY / "systemd" / "satark.target").read_text().splitlines()
    names = next(line.removeprefix("Wants=") for line in lines if line.startswith("Wants="))
    return [name.removesuffix(".service") for name in names.split()]


class Unit:
    """One process of a unit, which can be killed and started again. What the unit's files of settings would say, says `shared`."""

    def __init__(self, name: str, shared: Mapping[str, str]) -> None:
        self.lines = unit(name)
        (command,) = self.lines["ExecStart"]
        assert command.startswith(f"{SATARK} ")
        self._command = [str(Path(sys.executable).parent / "satark"), *shlex.split(command)[1:]]
        own = dict(line.split("=", 1) for line in self.lines.get("Environment", ()))
        self._env = {**os.environ, **own, **shared}
        self.process: asyncio.subprocess.Process | None = None

    @property
    def metrics(self) -> str:
        return f"http://127.0.0.1:{self._env['SATARK_METRICS_PORT']}/metrics"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._env['SATARK_PORT']}"

    async def start(self) -> None:
        """Returns when it is ready."""
        self.process = await asyncio.create_subprocess_exec(*self._command, env=self._env)
        await self._answers(f"{self.url}/readyz" if "web" in self._command else self.metrics)

    async def _answers(self, url: str) -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                try:
                    if (await client.get(url)).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        raise AssertionError("it did not start")

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(how)
        return await self.process.wait()

    async def end(self) -> None:
        """If it has not ended by itself, or was killed."""
        if self.process and self.process.returncode is None:
            await self.stop()
