"""P2: the web tiers seal a return address and never open one. Each process has its own role and its own keys; the whole way
works with these, and PostgreSQL refuses what is no business of theirs."""

import re
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

from conftest import House
from satark.app import build_bench, build_core, build_web, running
from satark.jobs.clocks import keep_time
from satark.jobs.digests import send_digests
from satark.jobs.purging import purge
from satark.jobs.pushes import push_news
from satark.jobs.reports import send_reports
from satark.jobs.worker import close_idle, mute
from satark.panel.gate import Guarded
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.grants import GATEWAY, PANEL, WORKER
from satark.store.health import Health
from satark.store.keys import KeyMissing, make_keys
from satark.store.migrate import migrate
from satark.store.roles import NotThere, make_roles
from tests.panel.test_work import Desk
from tests.promises.test_p1_canary import tell_by_form
from tests.promises.test_p8_what_is_not_needed_is_destroyed import say

# As satark/store/keys.py tells it.
KEYS = {
    "gateway": ("content.pub", "reply.key", "courier.pub", "lookup.key", "conversation.key"),
    "panel": ("content.pub", "content.key", "reply.pub", "reply.key", "officers.key", "search.key", "push.pub", "audit.pub"),
    "worker": ("content.pub", "content.key", "reply.key", "courier.pub", "courier.key", "lookup.key", "conversation.key", "search.key", "push.key", "audit.key"),
}  # fmt: skip
PASSWORD = "a long password"
# PostgreSQL, appendix A.
INSUFFICIENT_PRIVILEGE = "42501"
KOTWALI = "station/jaunpur/kotwali"


class Apart:
    """An installation as three processes that share a database, with a store of its owner."""

    def __init__(self, owner: Store, houses: Mapping[str, House]) -> None:
        self.owner = owner
        self.gateway, self.panel, self.worker = (houses[name] for name in KEYS)

    async def value(self, query: str) -> Any:
        async with self.owner.read() as db:
            return (await db.execute(text(query))).scalar_one()

    async def do(self, statement: str) -> None:
        async with self.owner.write() as db:
            await db.execute(text(statement))

    async def work(self) -> None:
        """The worker's jobs, all of them."""
        await self.do("UPDATE outbox SET due = 0 WHERE state = 'due'")
        await self.worker.work()
        context = {"bench": self.worker.bench}
        for job in (close_idle, mute, keep_time, send_digests, send_reports, push_news):
            await job(context)


def split_keys(folder: Path) -> None:
    make_keys(folder / "keys")
    for process, names in KEYS.items():
        (folder / process).mkdir()
        for name in names:
            shutil.copy(folder / "keys" / name, folder / process / name)


def settings_of(folder: Path, process: str, url: str) -> Settings:
    return Settings(
        data_dir=folder, keys_dir=folder / process, database_url=url, channels="webform,simulator",
        second_factor="optional", mail_from="satark@police.example", smtp_url="smtp://127.0.0.1:1",
    )  # fmt: skip


@asynccontextmanager
async def roles_on(owner: Store) -> AsyncIterator[dict[str, str]]:
    """Roles for one test, for they belong to the whole server. Yields their URLs by process."""
    prefix, password = f"test_{secrets.token_hex(5)}", secrets.token_hex(8)
    names = await make_roles(owner, prefix)
    assert await make_roles(owner, prefix) == names, "it can be done again"
    urls = {}
    async with owner.write() as db:
        for process, name in zip(KEYS, names, strict=True):
            await db.execute(text(f"ALTER ROLE {name} PASSWORD '{password}'"))
            urls[process] = owner.url.set(drivername="postgresql", username=name, password=password).render_as_string(
                False
            )
    try:
        yield urls
    finally:
        async with owner.write() as db:
            for name in names:
                await db.execute(text(f"DROP OWNED BY {name}"))
                await db.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
async def apart(tmp_path: Path, postgres_url: str) -> AsyncIterator[Apart]:
    split_keys(tmp_path)
    owner = Store(Settings(database_url=postgres_url).database)
    await migrate(owner)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(owner.dispose)
        urls = await stack.enter_async_context(roles_on(owner))
        houses = {}
        for process in KEYS:
            core = build_core(settings_of(tmp_path, process, urls[process]), environ={})
            web = build_web(core, "panel" if process == "panel" else "gateway", {}, listens=process == "gateway")
            await stack.enter_async_context(running(core, web))
            houses[process] = OneProcess(core, web)
        await Health(houses["gateway"].core.store).note_troubles(["webform", "simulator"], {})
        houses["worker"].bench = build_bench(houses["worker"].core)
        yield Apart(owner, houses)


class OneProcess(House):
    """A house that has one job: its bench is made where there are keys for it."""

    def __init__(self, core: Any, web: Any) -> None:
        self.core = core
        self.web = web


async def desk_of(apart: Apart, login: str, offices: list[str], role: Role = Role.OFFICER) -> Desk:
    await add_officer(apart.panel.core.store, login, f"Officer {login}", PASSWORD, offices, "en", role)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=apart.panel.web), base_url="http://testserver")
    await client.post("/panel/sign-in", data={"login": login, "password": PASSWORD})
    return Desk(apart.panel, client)


async def refused(store: Store, statement: str) -> bool:
    try:
        async with store.write() as db:
            await db.execute(text(statement))
    except ProgrammingError as error:
        return getattr(error.orig, "sqlstate", "") == INSUFFICIENT_PRIVILEGE
    return False


async def test_postgresql_refuses_what_is_no_business_of_a_process(apart: Apart) -> None:
    panel, gateway, worker = (one.core.store for one in (apart.panel, apart.gateway, apart.worker))
    for table in ("return_address", "conversation", "seen_event", "sent_part", "pace", "mute"):
        assert await refused(panel, f"SELECT * FROM {table}"), table
        assert await refused(panel, f"DELETE FROM {table}"), table
    for column in ("sealed_address", "sealed_prompts", "thread", "tip_id", "message_id", "id"):
        assert await refused(panel, f"SELECT {column} FROM outbox"), column
    assert await refused(panel, "INSERT INTO outbox (id, sealed_address) VALUES ('x', 'x')")
    assert await refused(panel, "UPDATE outbox SET due = 0")
    assert not await refused(panel, "SELECT channel FROM outbox WHERE state = 'due'")
    for table in (
        "officer",
        "post",
        "sign_in",
        "passkey",
        "audit_entry",
        "saved_filter",
        "push_subscription",
        "report_wish",
        "draft",
        "tip_hold",
    ):
        assert await refused(gateway, f"SELECT * FROM {table}"), table
        assert await refused(gateway, f"DELETE FROM {table}"), table
    for column in ("tip.district", "tip.hour", "return_address.sealed", "outbox.sealed_address", "outbox.sealed_prompts",
                   "evidence.key", "evidence.source", "message.author", "letter_words.words", "accusation.office_id"):  # fmt: skip
        table, name = column.split(".")
        assert await refused(gateway, f"SELECT {name} FROM {table}"), column
    assert await refused(gateway, "DELETE FROM tip")
    assert await refused(gateway, "DELETE FROM message")
    assert await refused(worker, "SELECT password FROM officer")
    assert await refused(worker, "SELECT * FROM sign_in")
    assert await refused(worker, "UPDATE officer SET password = ''")
    for store in (panel, gateway, worker):
        assert await refused(store, "UPDATE audit_entry SET actor = ''")
        assert await refused(store, "DELETE FROM audit_entry")
        assert await refused(store, "CREATE TABLE mine (id int)")
        assert await refused(store, "UPDATE alembic_version SET version_num = ''")
        assert await refused(store, "UPDATE key_fingerprint SET in_use = false")
        assert await refused(store, "DELETE FROM key_fingerprint")


async def test_the_whole_way_in_three_processes_each_with_its_own_role_and_keys(apart: Apart) -> None:
    with pytest.raises(KeyMissing):
        build_bench(apart.panel.core)
    with pytest.raises(KeyMissing):
        build_bench(apart.gateway.core)
    assert apart.panel.core.door is None
    transport = httpx.ASGITransport(app=apart.gateway.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as citizen:
        receipt = await tell_by_form(citizen)
        await apart.work()
        dig = await desk_of(apart, "dig", ["range/varanasi"])
        (path,) = await dig.paths()
        page = await dig.page(path)
        assert "a den by the well" in page
        photo, *_ = sorted(re.findall(r'src="(/panel/evidence/[0-9a-f]+)"', page))
        assert (await dig.client.get(photo)).content[:2] == b"\xff\xd8"
        assert (
            await dig.send(f"{path}/report", {"text": "went", "words": "We went there.", "step": "send"}, of=path)
        ).is_redirect
        await apart.work()
        status = await citizen.post("/channels/webform/status", data={"receipt": receipt, "lang": "en"})
        assert "We went there." in status.text
    await dig.client.aclose()


async def test_a_chat_is_answered_reminded_submitted_when_idle_and_destroyed(apart: Apart) -> None:
    chat: Any = apart.worker.core.registry.channels["simulator"]
    await say(
        apart.gateway,
        "=language:en",
        "=category:gambling",
        "a den",
        "=done",
        "=at:unknown",
        "=check:send",
        phone="9101",
    )
    await say(apart.gateway, "hello", "=language:en", "unfinished", phone="9102")
    await apart.do("UPDATE conversation SET expires = 0")
    await apart.work()
    assert await apart.value("SELECT count(*) FROM tip") == 2
    await apart.work()
    assert any("Keep this number" in wire["text"] for wire in chat._inboxes["9101"].values())
    assert await apart.value("SELECT count(*) FROM return_address") == 2
    dig = await desk_of(apart, "dig", ["range/varanasi"])
    path = (await dig.paths())[0]
    assert (await dig.send(f"{path}/message", {"words": "Where is it?"}, of=path)).is_redirect
    await apart.work()
    assert any("news" in wire["text"] for phone in ("9101", "9102") for wire in chat._inboxes[phone].values())
    for phone in ("9101", "9102"):
        await say(apart.gateway, "=news", "at the well", phone=phone)
    await say(apart.gateway, "delete", "=erase:yes", phone="9101")
    await apart.do("UPDATE tip SET next_hour = 0, due_hour = 0")
    await apart.work()
    await apart.do("UPDATE tip SET changed_hour = 0")
    purged = await purge(apart.worker.core)
    assert purged.content == {"open": 2}
    await dig.client.aclose()


# What a form of a tip holds, where it must hold something.
REASON = {"words": "because"}
VERBS: Mapping[str, Mapping[str, str]] = {
    "assign": {"office": "district/jaunpur"}, "take-back": {}, "message": {"words": "Thank you."}, "note": REASON, "hold": REASON,
    "release": REASON, "priority": {"priority": "1"}, "checklist": {"done": "raid"}, "mute": {"wish": "mute", **REASON},
    "classify": {"category": "weapons", "station": KOTWALI}, "link": {}, "unlink": {},
    "report": {"text": "went", "words": "done", "step": "send"}, "merge": {},
    "close": {"status": "closed", "outcome": "acted"}, "transfer": {"office": "district/ghazipur", **REASON},
    "hand-back": REASON, "accuse": {"office": KOTWALI, **REASON},
    "accusation": {"office": KOTWALI, "act": "withdraw"}, "recuse": REASON,
}  # fmt: skip


async def test_every_page_and_every_verb_of_the_panel_works_with_its_role(apart: Apart) -> None:
    """Each GET route is asked for, and each POST of a tip is sent; what the role may not do would be a 500."""
    for at in range(3):
        await say(
            apart.gateway,
            "=language:en",
            "=category:gambling",
            f"den {at}",
            "=done",
            "=at:district/jaunpur",
            "=check:send",
            phone=f"910{at}",
        )
    desks = [
        await desk_of(apart, "dig", ["range/varanasi"]),
        await desk_of(apart, "analyst", ["range/varanasi"], Role.ANALYST),
        await desk_of(apart, "auditor", [], Role.AUDITOR),
        await desk_of(apart, "admin", [], Role.ADMINISTRATOR),
    ]
    dig, *_, admin = desks
    one, two, three = await dig.paths()
    reference = two.rsplit("/", 1)[1]
    panel: Any = apart.panel.web.routes[0].app  # type: ignore[attr-defined]
    guards = [
        (route, route.endpoint.__self__)
        for route in panel.routes
        if isinstance(getattr(getattr(route, "endpoint", None), "__self__", None), Guarded)
    ]
    roles = dict(zip((Role.OFFICER, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR), desks, strict=True))
    asked = 0
    for route, guard in guards:
        if "GET" in route.methods and not route.path.endswith("/live"):
            address = "/panel" + route.path.replace("{reference}", one.rsplit("/", 1)[1])
            for role in guard.roles:
                answer = await roles[role].client.get(re.sub(r"\{\w+\}", "x", address))
                assert answer.status_code < 500, (role, address)
                asked += 1
    assert asked > 25
    posts = {route.path for route, _ in guards if "POST" in route.methods and "{reference}" in route.path}
    assert posts == {f"/tips/{{reference}}/{verb}" for verb in VERBS}
    await dig.page(two)
    for verb, fields in VERBS.items():
        path = (
            two
            if verb == "merge"
            else three
            if verb in ("transfer", "accuse", "accusation", "recuse", "hand-back")
            else one
        )
        other = (one if verb == "merge" else two).rsplit("/", 1)[1]
        fields = {**fields, "other": other} if verb in ("link", "unlink", "merge") else fields
        answer = await dig.send(f"{path}/{verb}", fields, of="/panel/account")
        assert answer.is_redirect or (verb, answer.status_code) == ("hand-back", 403), (verb, answer.status_code)
    for path, fields in (
        ("/panel/tips/bulk", [("chosen", reference), ("act", "priority"), ("priority", "2")]),
        ("/panel/tips/saved", [("name", "mine"), ("query", "status=seen")]),
        ("/panel/language", [("locale", "en")]),
        (
            "/panel/account/password",
            [("old", PASSWORD), ("new", "another long password"), ("again", "another long password")],
        ),
    ):
        assert (await dig.send(path, fields, of="/panel/account")).status_code < 500, path
    for path, fields in (
        ("/panel/admin/clocks", [("kind", "clock"), ("seen", "1"), ("assigned", "2"), ("action", "9")]),
        ("/panel/admin/clocks/restore", [("kind", "clock")]),
        ("/panel/admin/people", [("login", "new"), ("name", "New"), ("role", "officer"), ("office", KOTWALI)]),
        ("/panel/admin/channels", []),
    ):
        assert (await admin.send(path, fields, of="/panel/account")).status_code < 500, path
    assert await apart.value("SELECT count(*) FROM audit_entry") > 20
    await apart.work()
    for desk in desks:
        await desk.client.aclose()


def test_grants_name_what_there_is() -> None:
    tables = SQLModel.metadata.tables
    for grants in (GATEWAY, PANEL, WORKER):
        assert grants.keys() <= tables.keys()
        for table, rights in grants.items():
            named = {column for group in re.findall(r"\(([\w ]+)\)", rights) for column in group.split()}
            assert named <= set(tables[table].columns.keys()), table
    assert GATEWAY.keys() | PANEL.keys() | WORKER.keys() == tables.keys(), "a table that nobody may use"
    assert not {"return_address", "conversation", "sent_part", "pace", "mute", "seen_event"} & PANEL.keys()


async def test_sqlite_has_no_roles_and_says_so(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    with pytest.raises(NotThere, match="SQLite"):
        await make_roles(store, "satark")
    await store.dispose()
