"""E-mails to officers: how many tips have something new, how many are late and how many warnings are new, and
nothing else.

One goes at the beginning of an hour or of a working day, so it tells nothing finer of when a tip arrived.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlalchemy import update

from satark.core import Core
from satark.panel.listeners import Listener, listeners, news_for
from satark.settings import Settings
from satark.store.clock import hour_of, now, working_day
from satark.store.officers import Officer

log = logging.getLogger(__name__)

AT_ONCE = 4
SECONDS = 30.0
TRY_OUT_SECONDS = 10.0
PERMANENT = 500
HERE = ("localhost", "127.0.0.1", "::1")

_officer: Any = Officer


class Sent(StrEnum):
    """What came of an e-mail. What is refused is not tried again before the next one is due."""

    YES = "sent"
    NOTHING = "nothing new"
    LATER = "to be tried again"
    REFUSED = "refused"


@dataclass(frozen=True)
class MailServer:
    """Where e-mails are handed in. Off this machine, nothing is said without TLS."""

    url: str
    name: str

    @property
    def _place(self) -> dict[str, Any]:
        """How to reach it."""
        parts = urlsplit(self.url)
        return {
            "hostname": parts.hostname,
            "port": parts.port,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "local_hostname": self.name,
            **tls_of(self.url),
        }

    async def try_out(self) -> str:
        """Sign in, and hand nothing in. Returns the kind of error, empty where there is none."""
        try:
            async with aiosmtplib.SMTP(**self._place, timeout=TRY_OUT_SECONDS) as client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return type(error).__name__
        return ""

    async def send(self, message: EmailMessage) -> Sent:
        try:
            await aiosmtplib.send(message, **self._place, timeout=SECONDS)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return Sent.REFUSED if all(one.code >= PERMANENT for one in error.recipients) else Sent.LATER
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its text may have an address in it.
            log.warning("the mail server did not take an e-mail (%s)", type(error).__name__)
            return Sent.LATER
        return Sent.YES


def server_of(settings: Settings) -> MailServer | None:
    """None where this installation sends no e-mail."""
    url = settings.smtp_url.get_secret_value()
    if not url or not settings.mail_from:
        return None
    return MailServer(url, urlsplit(settings.public_url).hostname or "localhost")


def tls_of(url: str) -> dict[str, Any]:
    """How to talk to the server: in TLS from the start, from STARTTLS on, or, on this machine, as it can."""
    parts = urlsplit(url)
    if parts.scheme == "smtps":
        return {"use_tls": True}
    return {"start_tls": None if parts.hostname in HERE else True}


def period(digest: str, seconds: int) -> int:
    """The number of the hour or day that an e-mail is for, at that unix time."""
    return hour_of(seconds) if digest == "hourly" else working_day(seconds)


async def send_digests(ctx: Mapping[str, Any]) -> int:
    """One e-mail a period to whoever wants it and has something new. Returns how many went."""
    core: Core = ctx["bench"].core
    settings, moment = core.settings, now()
    server = server_of(settings)
    if server is None:
        return 0
    async with core.store.read() as db:
        wanted = await listeners(db, core.pack.parents, (_officer.email != "") & (_officer.digest != ""))
    due = [one for one in wanted if period(one.row.digest, one.row.digested) < period(one.row.digest, moment)]
    return await all_sent("digests", (_digest(core, server, one, moment) for one in due))


async def all_sent(what: str, mails: Iterable[Coroutine[Any, Any, Sent]]) -> int:
    """Send them, a few at once, and say in the log what came of them. Returns how many went."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(mail: Coroutine[Any, Any, Sent]) -> Sent:
        async with gate:
            return await mail

    results = Counter(await asyncio.gather(*map(one, mails)))
    if results:
        log.info("%s: %s", what, ", ".join(f"{count} {result}" for result, count in sorted(results.items())))
    return results[Sent.YES]


async def _digest(core: Core, server: MailServer, to: Listener, moment: int) -> Sent:
    """It is noted before it goes, so that no two workers send it; and taken back where it should be tried again."""
    if not await _note(core, to, to.row.digested, moment):
        return Sent.NOTHING
    news = await news_for(core, to)
    if not news:
        return Sent.NOTHING
    text = core.pages.text(
        "mail/digest.j2",
        to.viewer.locale,
        fresh=news.fresh,
        late=news.late,
        warned=news.warned,
        url=f"{core.settings.public_url}/panel/tips",
    )
    result = await server.send(message_of(core.settings.mail_from, to.row.email, text))
    if result is Sent.LATER:
        await _note(core, to, moment, to.row.digested)
    return result


async def _note(core: Core, to: Listener, before: int, after: int) -> bool:
    """Whether it was still so before."""
    own = (_officer.id == to.row.id) & (_officer.digested == before)
    async with core.store.write() as db:
        return bool((await db.execute(update(Officer).where(own).values(digested=after))).rowcount)


def message_of(sender: str, to: str, text: str) -> EmailMessage:
    """`text` is the subject, an empty line, and the body."""
    subject, _, body = text.partition("\n\n")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject.strip()
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rstrip(">").rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
