"""A running Satark, as `make run` starts it, and a real browser."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# What is awaited comes, also where several tests share a slow processor: five seconds were too few.
expect.set_options(timeout=30_000)

# Nothing listens there.
PUSH_SERVICE = "http://127.0.0.1:9"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def satark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Satark with demo data, whose officers need a password only."""
    with running(tmp_path_factory.mktemp("run"), second_factor="optional") as url:
        yield url


@contextmanager
def running(folder: Path, second_factor: str, host: str = "127.0.0.1") -> Iterator[str]:
    """A Satark with demo data, which is stopped with Ctrl-C and must then end by itself. Yields its address at `host`."""
    port = free_port()
    url = f"http://{host}:{port}"
    env = {
        **os.environ,
        "SATARK_DATA_DIR": str(folder),
        "SATARK_PORT": str(port),
        "SATARK_BASE_URL": url,
        "SATARK_CHANNELS": "webform,simulator",
        "SATARK_SECOND_FACTOR": second_factor,
        "SATARK_DEMO": "1",
        "SATARK_MAIL_FROM": "satark@police.test",
        "SATARK_PUSH_HOSTS": PUSH_SERVICE,
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen([Path(sys.executable).parent / "satark", "run"], env=env, stdout=log, stderr=log)
    wait_until_ready(url, process)
    yield url
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0, (folder / "log").read_text()
    log.close()


def wait_until_ready(url: str, process: subprocess.Popen[bytes], limit: float = 60) -> None:
    end = time.monotonic() + limit
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Satark did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """No longer than a module: Playwright's loop runs as long as it lives, and other tests want their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield chromium
        chromium.close()
