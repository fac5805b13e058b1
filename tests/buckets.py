"""An S3 server (moto's) with a bucket of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.journey.conftest import free_port


@asynccontextmanager
async def bucket(prefix: str) -> AsyncIterator[str]:
    """Yields its URL, as an operator writes it."""
    port, quiet = free_port(), asyncio.subprocess.DEVNULL
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    server = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(300):
            try:
                await client.put("/satark")
                break
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
    query = f"endpoint=http://127.0.0.1:{port}&region=us-east-1&access_key_id=nobody&secret_access_key=none"
    try:
        yield f"s3://satark/{prefix}?{query}"
    finally:
        server.terminate()
        await server.wait()
