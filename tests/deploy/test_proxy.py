"""deploy/nginx.conf in front of two gateways and the panel: nginx itself, as it is shipped but for ports and certificates."""

import asyncio
import contextlib
import re
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from satark.commands.installations import installed
from tests.deploy.units import DEPLOY, Unit
from tests.journey.conftest import free_port

FORM = "/channels/webform/"
FILES = "/channels/webform/files"
WRONG = {"receipt": "1234567890123452", "lang": "en"}
TUS = {"Tus-Resumable": "1.0.0"}
CITIZEN, GUESSER = "127.0.0.8", "127.0.0.9"
# What Debian's own file has around it: two logs, with addresses.
AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log info;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/satark.conf;
}}
"""


def certify(folder: Path) -> None:
    """One certificate for both names, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), begins, begins + timedelta(9)
    )
    (folder / "x.crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "x.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def settled(folder: Path, port: int, *behind: int) -> None:
    """The file as it is shipped, with ports and certificates of this machine."""
    shipped = (DEPLOY / "nginx.conf").read_text()
    for said, here in zip(("8001", "8002", "8010"), behind, strict=True):
        assert f"127.0.0.1:{said}" in shipped
        shipped = shipped.replace(f"127.0.0.1:{said}", f"127.0.0.1:{here}")
    shipped = re.sub(r"/etc/satark/\w+\.(crt|key)", rf"{folder}/x.\1", shipped)
    (folder / "satark.conf").write_text(shipped.replace("listen 443", f"listen 127.0.0.1:{port}"))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))


@dataclass
class Front:
    """What stands in front, and what stands behind it."""

    folder: Path
    port: int
    gateways: list[Unit]

    def line(self, address: str, name: str = "tips.example.org") -> httpx.AsyncClient:
        """Somebody at an address of this machine."""
        transport = httpx.AsyncHTTPTransport(verify=False, local_address=address)
        url = f"https://127.0.0.1:{self.port}"
        return httpx.AsyncClient(transport=transport, base_url=url, headers={"Host": name}, timeout=30)

    async def say(self, data: bytes, seconds: float = 10) -> None:
        """Bytes as they are. The line breaks once it is answered, and after so many seconds at any rate."""
        insecure = ssl.create_default_context()
        insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=insecure, local_addr=(GUESSER, 0), server_hostname="tips.example.org"
        )
        writer.write(data)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(), seconds)
        writer.transport.abort()


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    folder, port = tmp_path / "nginx", free_port()
    folder.mkdir()
    folder.chmod(0o755)
    certify(folder)
    async with installed(tmp_path / "satark", "") as place, AsyncExitStack() as stack:
        own = {**place.environ, "SATARK_CHANNELS": "webform", "SATARK_KEYS_DIR": str(place.settings.keys)}
        behind = []
        for name in ("satark-gateway@8001", "satark-gateway@8002", "satark-panel"):
            ports = {"SATARK_PORT": str(free_port()), "SATARK_METRICS_PORT": str(free_port())}
            behind.append(Unit(name, own | ports))
            await behind[-1].start()
            stack.push_async_callback(behind[-1].end)
        settled(folder, port, *(int(one.url.rpartition(":")[2]) for one in behind))
        command = ("/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
        assert "successful" in subprocess.run([*command, "-t"], capture_output=True, text=True, check=True).stderr
        nginx = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        made = Front(folder, port, behind[:2])
        async with made.line(CITIZEN) as client:
            await answers(client)
        yield made
        nginx.terminate()
        await nginx.wait()


async def answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                assert (await client.get("/readyz")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_each_is_their_own_address_whatever_they_write_and_what_came_is_kept(front: Front) -> None:
    async with (
        front.line(CITIZEN) as citizen,
        front.line(GUESSER) as guesser,
        front.line(CITIZEN, "panel.example.org") as desk,
    ):
        tries = [
            await guesser.post(f"{FORM}status", data=WRONG, headers={"X-Forwarded-For": f"192.0.2.{number}"})
            for number in range(22)
        ]
        assert {one.status_code for one in tries[:10]} == {404}
        assert tries[-1].status_code == 429
        assert (await citizen.post(f"{FORM}status", data=WRONG)).status_code == 404
        assert (await desk.get("/panel/sign-in")).status_code == 200
        assert (await desk.get(FORM)).status_code == 404
        film = {"file": ("x.mp4", bytes(3_000_000), "video/mp4")}
        assert (await desk.post("/panel/tips/none/report", files=film)).headers["location"] == "/panel/sign-in"
        assert (await citizen.get("/panel/sign-in")).status_code == 404

        # nginx hands nothing on of what it reads together with the end of the line.
        for patience in (0.1, 0.5, 2, 8):
            if await kept_of_a_broken_line(front, citizen, patience):
                break
        else:
            raise AssertionError("what came before a line broke is lost")


async def kept_of_a_broken_line(front: Front, citizen: httpx.AsyncClient, seconds: float) -> bool:
    """A file is announced, and a quarter of it sent; then the line breaks."""
    begun = await citizen.post(FILES, headers={**TUS, "Upload-Length": "200000"})
    kind = "application/offset+octet-stream"
    head = {**TUS, "Host": "x", "Upload-Offset": "0", "Content-Type": kind, "Content-Length": "200000"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    await front.say(f"PATCH {begun.headers['location']} HTTP/1.1\r\n{lines}\r\n".encode() + bytes(50_000), seconds)
    for _ in range(20):
        if (await citizen.head(begun.headers["location"], headers=TUS)).headers["upload-offset"] == "50000":
            return True
        await asyncio.sleep(seconds / 20)
    return False


async def test_a_gateway_that_dies_is_gone_round_and_nothing_is_written_down(front: Front) -> None:
    first, second = front.gateways
    async with front.line(GUESSER) as client:
        await first.stop(signal.SIGKILL)
        for _ in range(20):
            assert (await client.get(FORM)).status_code == 200
        await second.stop(signal.SIGKILL)
        assert (await client.get(FORM)).status_code == 502
        assert (await client.post("/channels/webform/", content=bytes(2000))).status_code == 502
    for wrong in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"):
        await front.say(wrong)
    assert (front.folder / "access.log").read_text() == ""
    assert GUESSER not in (front.folder / "error.log").read_text()
    assert [
        one.name
        for one in front.folder.rglob("*")
        if one.is_file() and one.suffix not in {".conf", ".crt", ".key", ".log", ".pid"}
    ] == []
