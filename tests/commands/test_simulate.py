"""The crowd: the same for the same seed, everybody nobody, and answered by a real service."""

import asyncio
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import house_at, served
from satark.channels.messages import Inbound, Kind
from satark.cli import app
from satark.commands.crowd import ABREAST, crowd
from satark.commands.simulate import CannotSimulate, simulate
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.settings import Settings
from tests.journey.calls import ENVIRON as CALLS
from tests.journey.conftest import free_port
from tests.journey.messengers import ENVIRON

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
ACCOUNTS = {category.id: f"words of {category.id}" for category in PACK.categories}


def test_the_crowd_is_the_same_for_the_same_seed() -> None:
    first, again, other = (list(islice(crowd(PACK, ACCOUNTS, seed), 2000)) for seed in (1, 1, 2))
    assert first == again != other


def test_the_crowd_is_nobody_and_of_every_kind() -> None:
    said = list(islice(crowd(PACK, ACCOUNTS, 1), 5000))
    assert all(one.person.startswith("911") for one in said)
    first = {one.person: one.inbound for one in reversed(said)}
    assert len(first) > 5 * ABREAST
    kinds = Counter(inbound.kind for inbound in first.values())
    assert kinds[Kind.MEDIA] > 20
    assert kinds[Kind.TEXT] > 200
    assert sum(one.again for one in said) > 100
    assert sum(one.inbound == Inbound(Kind.TEXT, "language") for one in said) > 20
    turns = Counter(one.person for one in said)
    assert max(turns.values()) < 20


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize("name", ["whatsapp", "telegram", "ivr"])
async def test_everybody_gets_an_answer(
    tmp_path: Path, port: int, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {key: value for key, value in {**ENVIRON, **CALLS}.items() if name.upper() in key}
    environ = {**own, f"SATARK_{name.upper()}_API_URL": f"http://127.0.0.1:{port}"}
    async with house_at(tmp_path, environ=environ) as house, served(house.web) as address:

        async def work() -> None:
            while True:
                await house.work()
                await asyncio.sleep(0.05)

        working = asyncio.create_task(work())
        await simulate(Settings(base_url=address), environ, name, rate=40, seconds=2)
        working.cancel()
    said = capsys.readouterr().out
    assert "× 200." in said
    assert "still without one: 0." in said
    assert "no answer" not in said


@pytest.mark.parametrize(
    ("name", "url", "why"),
    [
        ("whatsapp", "", "set SATARK_WHATSAPP_API_URL"),
        ("whatsapp", "https://127.0.0.1.example.org", "set SATARK_WHATSAPP_API_URL"),
        ("telegram", "https://api.telegram.org", "set SATARK_TELEGRAM_API_URL"),
        ("webform", "", "has no stand-in"),
        ("pigeon", "", "is not installed"),
    ],
)
async def test_no_real_provider_is_ever_written_to(name: str, url: str, why: str) -> None:
    environ = {**ENVIRON, **({f"SATARK_{name.upper()}_API_URL": url} if url else {})}
    with pytest.raises(CannotSimulate, match=why):
        await simulate(Settings(), environ, name, rate=1, seconds=1)


async def test_without_a_service_it_says_what_to_do(port: int) -> None:
    environ = {**ENVIRON, "SATARK_WHATSAPP_API_URL": f"http://127.0.0.1:{port}"}
    with pytest.raises(CannotSimulate, match="no Satark answers"):
        await simulate(Settings(base_url="http://127.0.0.1:9"), environ, "whatsapp", rate=1, seconds=1)


def test_the_command_says_why_it_cannot() -> None:
    ran = CliRunner().invoke(app, ["simulate", "webform"])
    assert ran.exit_code == 1
    assert "webform has no stand-in" in ran.output
