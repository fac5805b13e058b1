"""P10: every look and every change leaves an entry, and an entry that was tampered with shows."""

import asyncio
import os
import re
import threading

import httpx
import pytest
from sqlalchemy import text

from conftest import House, Watch
from satark.jobs.audit_heads import sign_head
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.keys import public_of
from satark.tips import audit
from satark.tips.audit import append, verify
from satark.tips.audit_heads import Head, NoHead, Verdict, publish, read_published, sign, verify_log


async def fill(house: House, entries: int = 5) -> None:
    async with house.core.store.write() as db:
        for number in range(entries):
            await append(db, "an-officer", "look", f"tip-{number}", "सब ठीक")


async def broken(house: House, statement: str = "") -> int | None:
    if statement:
        async with house.core.store.write() as db:
            await db.execute(text(statement))
    async with house.core.store.read() as db:
        return await verify(db)


async def verdict_of(house: House, published: Head | None = None) -> Verdict:
    async with house.core.store.read() as db:
        return await verify_log(db, house.core.keys["audit.pub"], published)


async def test_an_untouched_log_is_whole(both_houses: House) -> None:
    assert await broken(both_houses) is None
    await fill(both_houses)
    assert await broken(both_houses) is None


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit_entry SET actor = 'another' WHERE number = 3", 3),
        ("UPDATE audit_entry SET subject = 'tip-9' WHERE number = 1", 1),
        ("UPDATE audit_entry SET time = time - 1 WHERE number = 5", 5),
        ("UPDATE audit_entry SET detail = '' WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 4", 4),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
    ],
)
async def test_an_edited_or_missing_entry_is_found(both_houses: House, statement: str, entry: int) -> None:
    await fill(both_houses)
    assert await broken(both_houses, statement) == entry


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 6])
async def test_a_log_is_whole_however_it_is_cut(house: House, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", at_once)
    await fill(house)
    assert await broken(house) is None
    assert await broken(house, "UPDATE audit_entry SET detail = '' WHERE number = 4") == 4


async def test_others_are_served_while_the_log_is_verified(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry waits to be hashed until another request has its answer."""
    begun, answered = asyncio.Event(), threading.Event()
    loop, right = asyncio.get_running_loop(), audit.link

    def slow(*facts: object) -> str:
        loop.call_soon_threadsafe(begun.set)
        assert answered.wait(10)
        return right(*facts)  # type: ignore[arg-type]

    await fill(house)
    monkeypatch.setattr(audit, "link", slow)
    verifying = asyncio.create_task(broken(house))
    async with asyncio.timeout(10):
        await begun.wait()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as client:
        assert (await client.get("/healthz")).status_code == 200
    answered.set()
    assert await verifying is None


async def rewrite(house: House, drop_heads: bool = False) -> None:
    """As somebody does who owns the database: another first entry, and every hash made anew."""
    async with house.core.store.write() as db:
        rows = list(await db.execute(text("SELECT * FROM audit_entry ORDER BY number")))
        previous = audit.GENESIS
        for row in rows:
            detail = "nothing happened" if row.number == 1 else row.detail
            previous = audit.link(previous, row.number, row.time, row.actor, row.action, row.subject, detail)
            values = {"number": row.number, "detail": detail, "hash": previous}
            await db.execute(
                text("UPDATE audit_entry SET detail = :detail, hash = :hash WHERE number = :number"), values
            )
        if drop_heads:
            await db.execute(text("DELETE FROM audit_head"))


async def test_a_chain_that_is_rewritten_whole_no_longer_fits_what_was_signed(both_houses: House) -> None:
    house = both_houses
    await fill(house)
    assert await sign_head(house.core)
    await fill(house, 2)
    assert (await verdict_of(house)).is_whole
    await rewrite(house)
    assert await broken(house) is None, "the chain alone does not show it"
    verdict = await verdict_of(house)
    assert (verdict.broken, verdict.forged) == (None, 5)
    assert await sign_head(house.core) is None, "what was changed is not signed as if it were right"


async def test_a_cut_end_no_longer_fits(both_houses: House) -> None:
    await fill(both_houses)
    await sign_head(both_houses.core)
    async with both_houses.core.store.write() as db:
        await db.execute(text("DELETE FROM audit_entry WHERE number > 3"))
    assert await broken(both_houses) is None
    assert (await verdict_of(both_houses)).forged == 5


async def test_a_head_that_somebody_else_signed_is_none(both_houses: House) -> None:
    await fill(both_houses)
    await sign_head(both_houses.core)
    await rewrite(both_houses)
    async with both_houses.core.store.write() as db:
        newest = (await db.execute(text("SELECT hash FROM audit_entry WHERE number = 5"))).scalar_one()
        head = Head(5, newest, 1)
        values = {"hash": newest, "signature": sign(head, os.urandom(32))}
        await db.execute(text("UPDATE audit_head SET hash = :hash, time = 1, signature = :signature"), values)
    assert (await verdict_of(both_houses)).forged == 5


async def test_what_was_sent_away_shows_it_though_every_trace_here_is_gone(both_houses: House) -> None:
    house = both_houses
    await fill(house)
    head = await sign_head(house.core)
    assert head
    sent = f"Dear outside authority,\n\n{publish(head, sign(head, house.core.keys['audit.key']), house.core.keys['audit.pub'])}\nBye."
    published = read_published(sent, house.core.keys["audit.pub"])
    assert (await verdict_of(house, published)).is_whole
    await rewrite(house, drop_heads=True)
    assert (await verdict_of(house)).is_whole, "nothing here shows it"
    assert (await verdict_of(house, published)).forged == 5


@pytest.mark.parametrize("change", [("number: 5", "number: 4"), ("hash: ", "hash: 0"), ("time: ", "time: 1")])
async def test_a_published_head_that_was_changed_is_refused(house: House, change: tuple[str, str]) -> None:
    await fill(house)
    head = await sign_head(house.core)
    assert head
    sent = publish(head, sign(head, house.core.keys["audit.key"]), house.core.keys["audit.pub"])
    with pytest.raises(NoHead, match="not genuine"):
        read_published(sent.replace(*change))
    other = os.urandom(32)
    with pytest.raises(NoHead, match="another key"):
        read_published(publish(head, sign(head, other), public_of("audit", other)), house.core.keys["audit.pub"])


async def test_entries_that_wait_for_days_are_said(both_houses: House, watch: Watch) -> None:
    house = both_houses
    await fill(house)
    assert not (await verdict_of(house)).is_unsigned
    watch.wait(3 * 24 * 3600)
    assert (await verdict_of(house)).is_unsigned
    await sign_head(house.core)
    assert not (await verdict_of(house)).is_unsigned


async def test_the_panel_says_it(house: House) -> None:
    await fill(house)
    await sign_head(house.core)
    await add_officer(house.core.store, "auditor", "A", "a long password", [], "en", Role.AUDITOR)
    transport = httpx.ASGITransport(app=house.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", follow_redirects=True) as client:
        page = await client.post("/panel/sign-in", data={"login": "auditor", "password": "a long password"})
        form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]}
        assert "up to entry 5" in (await client.post("/panel/admin/audit", data=form)).text
        await rewrite(house)
        assert "rewritten or cut" in (await client.post("/panel/admin/audit", data=form)).text
