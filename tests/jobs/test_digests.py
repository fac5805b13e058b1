"""E-mails to officers, handed to a mail server that is not ours (aiosmtpd)."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text, update

from conftest import MONDAY, House, Watch
from satark.jobs.digests import period, send_digests, tls_of
from satark.panel import people
from satark.panel.people import add_officer
from satark.store.tables import Tip
from satark.store.writing import Rows
from satark.tips.standing import write_down
from tests.promises.test_p4_accused_learn_nothing import add_tip

SHO = "station/jaunpur/kotwali"


class PostOffice:
    """A handler of aiosmtpd: keeps what came, and refuses what it is told to."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        assert session.authenticated
        message = message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert [message["To"]] == envelope.rcpt_tos
        self.came.append(message)
        return "250 OK"

    def take(self) -> dict[str, EmailMessage]:
        """What came since, by address."""
        found = {str(one["To"]): one for one in self.came}
        assert len(found) == len(self.came)
        self.came = []
        return found


@asynccontextmanager
async def serving(office: PostOffice) -> AsyncIterator[str]:
    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"satark", b"p@ss/word"), handled=False)

    def protocol() -> SMTP:
        return SMTP(office, hostname="mail.test", authenticator=authenticate, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    yield f"smtp://satark:p%40ss%2Fword@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


@pytest.fixture
async def mails(both_houses: House, watch: Watch) -> AsyncIterator[tuple[House, PostOffice, Watch]]:
    """Three officers who want e-mails, a quarter past midnight; one tip that only the DIG may see, two that all see."""
    house, office = both_houses, PostOffice()
    for login, where, locale in (("sho", SHO, "hi"), ("sp", "district/jaunpur", "en"), ("dig", "range/varanasi", "en")):
        await add_officer(house.core.store, login, login, "a long password", [where], locale)
    rows = Rows()
    for number in range(2):
        add_tip(house, rows, number, frozenset())
    add_tip(house, rows, 3, frozenset({"district/jaunpur"}))
    async with house.core.store.write() as db:
        await rows.write(db)
        await db.execute(text("UPDATE officer SET digest = 'hourly', email = login || '@police.test'"))
        await db.execute(text("UPDATE officer SET digest = 'daily' WHERE login = 'sp'"))
    watch.put(MONDAY + timedelta(minutes=45))
    async with serving(office) as url:
        house.core.settings.smtp_url = SecretStr(url)
        house.core.settings.mail_from = "Satark <satark@police.test>"
        yield house, office, watch


async def change(house: House, statement: str) -> None:
    async with house.core.store.write() as db:
        await db.execute(text(statement))


async def due(house: House, tips: str, hour: int) -> None:
    """The clocks of these tips run out then."""
    async with house.core.store.write() as db:
        ids = (await db.execute(text(tips))).scalars().all()
        await db.execute(update(Tip).where(Tip.id.in_(ids)).values(due_hour=hour))  # type: ignore[attr-defined]
        await write_down(db, ids)


async def send(house: House) -> int:
    """Two workers at once."""
    return sum(await asyncio.gather(*(send_digests({"bench": house.bench}) for _ in range(2))))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What our own log says: the server beside it logs addresses."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("satark")]


async def test_an_e_mail_says_how_many_and_nothing_else_once_a_period(
    mails: tuple[House, PostOffice, Watch], caplog: pytest.LogCaptureFixture
) -> None:
    house, office, watch = mails
    caplog.set_level(logging.INFO)
    await due(
        house,
        f"SELECT min(tip_id) FROM tip_reader WHERE office_id = '{SHO}' AND tip_id NOT IN (SELECT tip_id FROM accusation)",
        watch.hour - 1,
    )
    assert await send(house) == 3
    came = office.take()
    assert {address.split("@")[0]: (one["Subject"], one.get_content().split("\n\n")[0].split("\n")) for address, one in came.items()} == {
        "sho": ("सतर्क: आपके लिए नई सूचना", ["2 सूचनाओं में कुछ नया है।", "1 सूचना विलंबित है।"]),
        "sp": ("Satark: news for you", ["2 tips have something new.", "1 tip is late."]),
        "dig": ("Satark: news for you", ["3 tips have something new.", "1 tip is late."]),
    }  # fmt: skip
    assert all(f"{house.core.settings.public_url}/panel/tips\n" in one.get_content() for one in came.values())
    assert not re.search("gambling|jaunpur|[A-Z0-9]{3}-[A-Z0-9]{3}", str(came["dig@police.test"]).lower())
    assert all(re.fullmatch("digests: [0-9a-z, ]+", line) for line in said(caplog)), said(caplog)
    for minutes, expected in (
        (10, set()),
        (60, {"sho", "dig"}),
        (11 * 60, {"sho", "sp", "dig"}),
        (11 * 60 + 10, set()),
    ):
        watch.put(MONDAY + timedelta(minutes=45 + minutes))
        await send(house)
        assert {address.split("@")[0] for address in office.take()} == expected, minutes


async def test_the_accused_get_the_same_e_mail_with_and_without_the_tip(mails: tuple[House, PostOffice, Watch]) -> None:
    house, office, watch = mails
    await send(house)
    before = office.take()
    rows = Rows()
    add_tip(house, rows, 9, frozenset({SHO}))
    async with house.core.store.write() as db:
        await rows.write(db)
    await due(house, "SELECT tip_id FROM accusation", watch.hour)
    watch.put(MONDAY + timedelta(days=1, minutes=45))
    await send(house)
    after = office.take()
    assert after["sho@police.test"].get_content() == before["sho@police.test"].get_content()
    assert "3 tips have something new.\n1 tip is late." in after["sp@police.test"].get_content()
    assert "4 tips have something new.\n2 tips are late." in after["dig@police.test"].get_content()


async def test_what_fails_is_tried_again_and_stops_nobody_else(
    mails: tuple[House, PostOffice, Watch], caplog: pytest.LogCaptureFixture
) -> None:
    house, office, watch = mails
    office.refuses = {"sho@police.test": "451 later", "dig@police.test": "550 nobody here"}
    assert await send(house) == 1
    office.refuses = {}
    assert await send(house) == 1
    assert [list(office.take())] == [["sp@police.test", "sho@police.test"]]
    assert await send(house) == 0, "what is refused for good waits for its next hour"
    watch.put(MONDAY + timedelta(hours=1, minutes=45))
    url = house.core.settings.smtp_url
    house.core.settings.smtp_url = SecretStr("smtp://127.0.0.1:1")
    assert await send(house) == 0
    house.core.settings.smtp_url = SecretStr(url.get_secret_value().replace("word@", "wrong@"))
    assert await send(house) == 0
    house.core.settings.smtp_url = url
    assert await send(house) == 2
    assert {one for one in said(caplog) if not one.startswith("digests: ")} == {
        "the mail server did not take an e-mail (SMTPConnectError)",
        "the mail server did not take an e-mail (SMTPAuthenticationError)",
    }


async def test_who_is_off_has_another_role_or_no_news_gets_nothing(mails: tuple[House, PostOffice, Watch]) -> None:
    house, office, watch = mails
    await change(house, "UPDATE officer SET active = false WHERE login = 'sho'")
    await change(house, "UPDATE officer SET role = 'administrator' WHERE login = 'sp'")
    await change(house, "UPDATE tip_reader SET fresh = false")
    assert await send(house) == 0
    await change(house, "UPDATE tip_reader SET fresh = true")
    assert await send(house) == 0, "what comes in the middle of an hour waits for its end"
    watch.put(MONDAY + timedelta(hours=1, minutes=45))
    assert await send(house) == 1
    assert list(office.take()) == ["dig@police.test"]
    async with house.core.store.read() as db:
        dig = (await db.execute(text("SELECT id FROM officer WHERE login = 'dig'"))).scalar_one()
    await people.recover(house.core.store, dig, "another password")
    watch.put(MONDAY + timedelta(hours=2, minutes=45))
    assert await send(house) == 0
    house.core.settings.mail_from = ""
    assert await send(house) == 0


@given(st.sampled_from(["hourly", "daily"]), st.integers(1_700_000_000, 1_900_000_000), st.integers(0, 86_400))
def test_a_period_begins_once_an_hour_or_every_morning(digest: str, seconds: int, later: int) -> None:
    length = 3600 if digest == "hourly" else 86_400
    assert period(digest, seconds + length) == period(digest, seconds) + 1
    assert period(digest, seconds) <= period(digest, seconds + later) <= period(digest, seconds) + later // length + 1
    if period(digest, seconds) != period(digest, seconds - 1):
        assert (seconds + 19_800) % 3600 == 0
        assert digest == "hourly" or (seconds + 19_800) % 86_400 == int(9.5 * 3600)


def test_off_this_machine_nothing_is_said_without_tls() -> None:
    assert tls_of("smtp://mail.test:587") == {"start_tls": True}
    assert tls_of("smtps://mail.test") == {"use_tls": True}
    assert tls_of("smtp://127.0.0.1") == {"start_tls": None}
