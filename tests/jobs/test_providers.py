"""A file is fetched from its provider. To a port of this machine leads nothing but what a rehearsal signed, while it lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conftest import House, house_at, served
from satark.identity.lookup import Lookup
from satark.jobs.providers import Over, Source
from satark.store.clock import now
from satark.store.sealing import Seal
from tests.journey.calls import ENVIRON as CALLS
from tests.journey.messengers import ENVIRON

NAMES = ("whatsapp", "telegram", "ivr")


@asynccontextmanager
async def noting() -> AsyncIterator[tuple[str, list[str]]]:
    """A provider, or whoever else listens, that has nothing. Yields its address, and what it was asked for."""
    asked: list[str] = []

    async def note(request: Request) -> Response:
        asked.append(request.url.path)
        return Response(status_code=404)

    async with served(Starlette(routes=[Route("/{path:path}", note, methods=["GET", "POST", "DELETE"])])) as url:
        yield url, asked


@asynccontextmanager
async def house_asking(folder: Path, provider: str) -> AsyncIterator[House]:
    urls = {f"SATARK_{name.upper()}_API_URL": provider for name in NAMES}
    async with house_at(folder, environ={**ENVIRON, **CALLS, **urls}) as house:
        yield house


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def sealed(house: House, ref: str) -> bytes:
    """As intake seals it."""
    source = Source("photo", "image/jpeg", 0, "", ref)  # type: ignore[arg-type]
    return Seal(house.core.keys["courier.pub"]).close(msgspec.json.encode(source))


async def ask(house: House, name: str, ref: str) -> list[str]:
    """The errors of trying to fetch and to delete it."""
    errors = []
    try:
        async for _ in house.bench.providers.fetch(name, sealed(house, ref)):
            pass
    except Exception as error:  # noqa: BLE001 - each channel has its own
        errors.append(type(error).__name__)
    try:
        await house.bench.providers.discard(name, sealed(house, ref))
    except Exception as error:  # noqa: BLE001
        errors.append(type(error).__name__)
    return errors


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_rehearsal_signed_is_asked_for_on_this_machine(tmp_path: Path, name: str) -> None:
    async with noting() as (provider, asked), noting() as (here, asked_here), house_asking(tmp_path, provider) as house:
        lookup = Lookup(house.core.keys["lookup.key"])
        await ask(house, name, lookup.rehearsal_file(name, port_of(here), now() + 60))
        assert asked == []
        assert asked_here != []


@pytest.mark.parametrize("name", NAMES)
async def test_what_somebody_else_made_never_leads_to_this_machine(tmp_path: Path, name: str) -> None:
    async with noting() as (provider, asked), noting() as (here, asked_here), house_asking(tmp_path, provider) as house:
        lookup, port, until = Lookup(house.core.keys["lookup.key"]), port_of(here), now() + 60
        signed = lookup.rehearsal_file(name, port, until)
        other = next(one for one in NAMES if one != name)
        forged = [
            signed[:-1] + ("0" if signed[-1] != "0" else "1"),
            signed[:15],
            f"{port:05}{until:010}{lookup.of('rehearsal', name, f'{port:05}{until:010}')}",
            f"{port:05}{until + 1:010}{signed[15:]}",
            lookup.rehearsal_file(other, port, until),
            Lookup(b"another key of thirty-two bytes.").rehearsal_file(name, port, until),
            lookup.rehearsal(name),
        ]
        for number, ref in enumerate(forged):
            asked.clear()
            await ask(house, name, ref)
            assert asked != [], number
        assert asked_here == []


@pytest.mark.parametrize("name", NAMES)
async def test_after_a_rehearsal_nobody_is_asked(tmp_path: Path, name: str) -> None:
    async with noting() as (provider, asked), noting() as (here, asked_here), house_asking(tmp_path, provider) as house:
        lookup = Lookup(house.core.keys["lookup.key"])
        errors = await ask(house, name, lookup.rehearsal_file(name, port_of(here), now()))
        assert errors == [Over.__name__]
        assert asked + asked_here == []
