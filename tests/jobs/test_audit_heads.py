"""The head of the audit log is signed once a day and sent out of the house, again and again until it went."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from conftest import House, Watch
from satark.cli import app
from satark.jobs.audit_heads import sign_and_send
from satark.tips.audit_heads import read_published
from tests.buckets import bucket
from tests.jobs.test_digests import PostOffice, serving
from tests.promises.test_p10_audit_shows_tampering import fill, rewrite

OUTSIDE = "court@outside.test"


async def days(house: House) -> list[int]:
    async with house.core.store.read() as db:
        return list((await db.execute(text("SELECT number FROM audit_head ORDER BY day"))).scalars())


async def test_once_a_day_and_by_mail(both_houses: House, watch: Watch) -> None:
    house, office = both_houses, PostOffice()
    context = {"bench": house.bench}
    house.core.settings.mail_from = "satark@police.test"
    house.core.settings.audit_mail_to = OUTSIDE
    house.core.settings.smtp_url = SecretStr("smtp://127.0.0.1:1")
    assert await sign_and_send(context) == 0, "there is nothing to sign"
    await fill(house)
    for _ in range(2):
        assert await sign_and_send(context) == 0, "nobody takes e-mails"
    async with serving(office) as url:
        house.core.settings.smtp_url = SecretStr(url)
        assert await sign_and_send(context) == 1
        assert await sign_and_send(context) == 0
        await fill(house, 2)
        assert await sign_and_send(context) == 0, "today is signed"
        watch.wait(24 * 3600)
        assert await sign_and_send(context) == 1
    assert await days(house) == [5, 7]
    public = house.core.keys["audit.pub"]
    assert [read_published(mail.get_content(), public).number for mail in office.came] == [5, 7]
    assert {mail["To"] for mail in office.came} == {OUTSIDE}


async def test_into_a_folder_and_a_bucket(both_houses: House, tmp_path: Path) -> None:
    house = both_houses
    context = {"bench": house.bench}
    await fill(house)
    folder = tmp_path / "outside"
    house.core.settings.audit_url = SecretStr(str(folder))
    assert await sign_and_send(context) == 0, "a disk that is not there is not made"
    folder.mkdir()
    assert await sign_and_send(context) == 1
    (written,) = folder.iterdir()
    assert read_published(written.read_text(), house.core.keys["audit.pub"]).number == 5
    async with bucket("heads") as url:
        house.core.settings.audit_url = SecretStr(url)
        async with house.core.store.write() as db:
            await db.execute(text("UPDATE audit_head SET filed = :filed"), {"filed": False})
        assert await sign_and_send(context) == 1


async def test_a_log_that_was_rewritten_is_not_signed(
    both_houses: House, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(both_houses)
    await sign_and_send({"bench": both_houses.bench})
    await rewrite(both_houses)
    watch.wait(24 * 3600)
    await sign_and_send({"bench": both_houses.bench})
    assert await days(both_houses) == [5]
    assert "is not signed" in caplog.text


async def test_the_command_checks_what_was_sent(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    await fill(house)
    (tmp_path / "outside").mkdir()
    house.core.settings.audit_url = SecretStr(str(tmp_path / "outside"))
    await sign_and_send({"bench": house.bench})
    monkeypatch.setenv("SATARK_DATA_DIR", str(tmp_path))
    (sent,) = (tmp_path / "outside").iterdir()

    async def verify(*options: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "verify", *options])
        return result.exit_code, result.output

    assert await verify() == (0, "The audit log is whole; signed up to entry 5.\n")
    assert (await verify("--against", str(sent)))[0] == 0
    await rewrite(house, drop_heads=True)
    assert (await verify())[0] == 0
    code, said = await verify("--against", str(sent))
    assert code == 1
    assert "Entry 5 is not the one that was signed" in said
    (tmp_path / "other").write_text("hello")
    assert (await verify("--against", str(tmp_path / "other")))[0] == 1
