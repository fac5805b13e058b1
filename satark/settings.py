"""All settings, read once from `SATARK_…` variables by the composition root."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from satark.store.urls import async_url

PREFIX = "SATARK_"

# The variable whose presence switches a channel on, where SATARK_CHANNELS does not decide.
CREDENTIALS = {"whatsapp": "WHATSAPP_TOKEN", "telegram": "TELEGRAM_TOKEN", "ivr": "IVR_ACCOUNT_SID"}
AUTO = "auto"
# Those of Chromium, Firefox, Edge on Windows, and Safari.
PUSH_HOSTS = (
    "fcm.googleapis.com, updates.push.services.mozilla.com, *.push.services.mozilla.com, *.notify.windows.com, "
    "web.push.apple.com"
)


class Settings(BaseSettings):
    """The public settings of design.md, section 6. Empty URLs mean the embedded default under `data_dir`.

    `smtp_url` (`smtp://user:password@host:587`, with STARTTLS, or `smtps://`) and `mail_from` switch e-mail to officers on.
    `push_hosts` are the push services that a browser may name: hosts that are reached by HTTPS, `*.` before one for those
    below it, or a whole origin.

    `audit_mail_to` (an e-mail address outside) and `audit_url` (a folder, or the URL of a bucket, that this machine cannot
    change later) are where the signed head of the audit log goes every day.

    `port` is opened at `host`: this machine's own address, for a proxy on it, unless a container needs another.
    `reserve` is how many bytes of the disk are not for files: below it none are taken, and a flood of them leaves room for
    words.
    `connections` may be open at a time, as far as the system allows so many files.
    At `metrics_port` of this machine Prometheus finds what it may know, as it stood when the last period of
    `metrics_interval` seconds began; at 0 there is none. Less than an hour tells when messages came: for rehearsals.

    `idle_minutes` is how long a conversation may rest before what it holds is submitted. `session_hours` is how
    long a sign-in lasts, `lock_minutes` how long without anything being done. `second_factor` is `required` (of all but
    station officers) or `optional`. `count_synthetic` is whether synthetic tips are in the numbers, as in a demonstration.
    `demo` is whether `satark run` makes accounts whose passwords everybody knows, and synthetic tips: never at a public
    (https) address.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    data_dir: Path = Path("var")
    keys_dir: Path | None = None
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    evidence_url: SecretStr = SecretStr("")
    base_url: str = ""
    jurisdiction: str = "varanasi"
    channels: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    metrics_port: int = 0
    metrics_interval: int = 3_600
    connections: int = 5_000
    idle_minutes: int = 30
    session_hours: int = 12
    lock_minutes: int = 30
    second_factor: Literal["required", "optional"] = "required"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    push_hosts: str = PUSH_HOSTS
    audit_mail_to: str = ""
    audit_url: SecretStr = SecretStr("")
    count_synthetic: bool = False
    demo: bool = False
    body_limit: int = 1_048_576
    upload_limit: int = 104_857_600
    reserve: int = 1_073_741_824

    @field_validator("base_url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        """In the spelling that browsers use: whether it is public is read from its scheme."""
        scheme, found, rest = url.strip().rstrip("/").partition("://")
        if not scheme:
            return ""
        if not found or scheme.lower() not in {"http", "https"}:
            raise ValueError("it must begin with https:// (or with http:// on this machine)")
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host}".lower() + slash + path

    @cached_property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @cached_property
    def database(self) -> str:
        """The URL with its async driver: plain `sqlite:` and `postgresql:` URLs are accepted."""
        return async_url(self.database_url.get_secret_value() or f"sqlite:///{self.data_dir.absolute() / 'satark.db'}")

    @cached_property
    def evidence(self) -> str:
        return self.evidence_url.get_secret_value() or f"file://{self.data_dir.absolute() / 'evidence'}"

    @cached_property
    def clips(self) -> Path:
        """What `satark voices build` made."""
        return self.data_dir / "clips"

    @cached_property
    def recordings(self) -> Path:
        """What people recorded: a folder a language."""
        return self.data_dir / "voices"

    @cached_property
    def public_url(self) -> str:
        return self.base_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @cached_property
    def secure(self) -> bool:
        """Whether browsers reach Satark by HTTPS, so that cookies may insist on it."""
        return self.public_url.startswith("https:")

    def wanted_channels(self, environ: Mapping[str, str] | None = None) -> list[str]:
        """The plugins to load: those named. `auto`, the default, is the web form and those whose credentials are set."""
        environ = os.environ if environ is None else environ
        found = ["webform", *(name for name, key in CREDENTIALS.items() if environ.get(PREFIX + key))]
        named = [name.strip() for name in self.channels.split(",") if name.strip()] or [AUTO]
        return [*dict.fromkeys(one for name in named for one in (found if name == AUTO else [name]))]
