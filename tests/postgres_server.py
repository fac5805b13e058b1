"""A PostgreSQL server of its own that asks for a password, and speaks TLS alone with a certificate that was made here."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.journey.conftest import free_port

# What an operator's password generator makes: each of these means something in a URL.
PASSWORD = "p@ss:w/rd%41 #?&"
USER = "satark owner"


@dataclass(frozen=True)
class Server:
    """`certificate` is its own, which a client that verifies must be given."""

    port: int
    certificate: Path
    programs: Path

    def url(self, database: str = "postgres", query: str = "") -> str:
        return f"postgresql://{quote(USER)}:{quote(PASSWORD, safe='')}@localhost:{self.port}/{database}{query}"

    def make_database(self, name: str) -> None:
        environ = {**os.environ, "PGPASSWORD": PASSWORD, "PGSSLMODE": "require"}
        command = ["psql", "-q", "-h", "localhost", "-p", str(self.port), "-U", USER, "-d", "postgres", "-c"]
        subprocess.run([*command, f"CREATE DATABASE {name}"], env=environ, check=True)


@contextmanager
def server() -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    with TemporaryDirectory(prefix="satark-pg-") as folder:
        work, port = Path(folder), free_port()
        data = work / "data"
        (work / "password").write_text(PASSWORD)
        _own(work, work / "password")
        _run(
            programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--pwfile", work / "password",
            "-E", "UTF8", "--no-sync",
        )  # fmt: skip
        _certify(data)
        (data / "pg_hba.conf").write_text("hostssl all all all scram-sha-256\n")
        shutil.copy(data / "server.crt", work / "root.crt")
        work.chmod(0o755)
        options = f"-p {port} -c listen_addresses=localhost -c unix_socket_directories={work} -c ssl=on -c fsync=off"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield Server(port, work / "root.crt", programs)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _certify(data: Path) -> None:
    """A certificate for this machine, signed by itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (data / "server.crt").write_bytes(made.public_bytes(Encoding.PEM))
    (data / "server.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (data / "server.key").chmod(0o600)
    _own(data / "server.crt", data / "server.key")


def _own(*paths: Path) -> None:
    if os.getuid() == 0:
        for path in paths:
            shutil.chown(path, "postgres")


def _run(*command: object) -> None:
    """PostgreSQL does not run as root."""
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    quiet = subprocess.DEVNULL
    subprocess.run([str(one) for one in command], check=True, stdout=quiet, stderr=quiet, cwd="/", **identity)
