"""WhatsApp's API fails in every way for an hour of simulated time: all is delivered, nothing twice, and the log stays short."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import ClientTimeout
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import MONDAY, Watch, house_at, served
from satark.channels.messages import DeliveryState, DeliveryStatus, Secret
from satark.delivery.courier import deliver_due
from satark.store.health import rows
from satark_telegram import account as telegram
from satark_telegram.standin import StandIn as TelegramStandIn
from satark_whatsapp import account as whatsapp
from satark_whatsapp.standin import StandIn as WhatsAppStandIn
from tests.delivery.weather import TAKEN, Sky, Spell, Weather
from tests.journey.messengers import ENVIRON, Messenger

# In seconds, and real ones for what a client waits for.
HOUR, STEP = 3600, 120
LIMITS = {
    "satark_whatsapp.client.TIMEOUT": ClientTimeout(total=None, connect=5.0, sock_read=0.15),
    "satark_whatsapp.client.HEAD_LIMIT": 0.3,
    "satark_whatsapp.client.BODY_LIMIT": 0.15,
    "satark.channels.registry.SEEN_LIMIT": 0.02,
}
ASHA = "919000000000"
# Nothing goes out at all, or each message for itself.
STOPS = {Weather.TOO_MANY, Weather.TOO_MANY_BARE, Weather.FOR_AGES, Weather.BROKEN, Weather.BROKEN_SLOWLY}


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.levelname} {record.getMessage()}")


class Storm:
    """A house between two providers; the sky over WhatsApp changes."""

    def __init__(self, house: Any, watch: Watch, sky: Sky, both: dict[str, Messenger], keys: list[str]) -> None:
        self.house = house
        self.watch = watch
        self.sky = sky
        self.whatsapp = both["whatsapp"]
        self.telegram = both["telegram"]
        self.keys = keys
        self.people = 0
        self.troubles: set[tuple[Weather, bool]] = set()

    async def step(self) -> None:
        """Two minutes: the worker looks, and Meta reports on what it took, whatever it answered."""
        await deliver_due(self.house.bench.courier)
        reports = [DeliveryStatus(Secret(key), DeliveryState.SENT) for key in self.keys]
        self.keys.clear()
        if reports:
            await self.whatsapp.post(reports)
        self.watch.wait(STEP)

    async def last(self, spell: Spell, seconds: int) -> None:
        """Somebody writes every six minutes, on both channels. On Telegram they have their answer at once."""
        self.sky.spell = spell
        for at in range(seconds // STEP):
            if at % 3 == 0:
                self.people += 1
                await self.whatsapp.say(f"9190000{self.people:05}", "hi")
                await self.telegram.say(f"70000{self.people:05}", "hi")
            await self.step()
            assert all(self.telegram.heard(f"70000{one + 1:05}") for one in range(self.people))
        health = (await rows(self.house.core.store))["whatsapp"]
        self.troubles.add((spell.weather, bool(health.trouble)))

    async def until_all_is_said(self) -> None:
        await self.last(Spell(Weather.WELL), STEP)
        for _ in range(HOUR // STEP):
            if not await self.whatsapp.count("outbox", "state = 'due'"):
                break
            await self.step()


@asynccontextmanager
async def storm(folder: Path) -> AsyncIterator[Storm]:
    async with AsyncExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        watch = Watch()
        watch.put(MONDAY)
        for name, value in {**LIMITS, "satark.store.clock.time": watch.as_time()}.items():
            patched.setattr(name, value)
        keys: list[str] = []
        stand_ins: dict[str, Any] = {
            "whatsapp": WhatsAppStandIn(whatsapp.account_of(ENVIRON), {}, lambda _, key: keys.append(key)),
            "telegram": TelegramStandIn(telegram.account_of(ENVIRON), {}),
        }
        sky = Sky(stand_ins["whatsapp"].app)
        environ = {
            **ENVIRON,
            "SATARK_WHATSAPP_API_URL": await stack.enter_async_context(served(sky)),
            "SATARK_TELEGRAM_API_URL": await stack.enter_async_context(served(stand_ins["telegram"].app)),
        }
        house = await stack.enter_async_context(house_at(folder, environ=environ))
        transport = httpx.ASGITransport(app=house.web)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        both = {name: Messenger(name, house, stand_in, client) for name, stand_in in stand_ins.items()}
        yield Storm(house, watch, sky, both, keys)


async def an_hour(folder: Path, spells: Sequence[Spell]) -> tuple[set[tuple[Weather, bool]], list[str]]:
    """A tip was told before; in the middle of the hour the police write to its informant. Returns in which weather there
    was trouble to be seen, and what the log says."""
    lines = Lines()
    async with storm(folder) as made:
        await made.whatsapp.report(ASHA)
        made.keys.clear()
        logging.getLogger("satark").addHandler(lines)
        try:
            for at, spell in enumerate(spells):
                if at == len(spells) // 2:
                    await made.whatsapp.act("We went to the den by the well.")
                await made.last(spell, HOUR // len(spells))
            troubles = set(made.troubles)
            await made.until_all_is_said()
            await all_is_well(made)
        finally:
            logging.getLogger("satark").removeHandler(lines)
    assert not any(secret in line for line in lines.said for secret in ("91900", "70000", "den by"))
    return troubles, lines.said


async def all_is_well(made: Storm) -> None:
    sent = Counter(str(one["biz_opaque_callback_data"]) for one in made.whatsapp.stand_in.sent)
    assert set(sent.values()) == {1}, "nothing twice"
    heard = [len(made.whatsapp.heard(f"9190000{one + 1:05}")) for one in range(made.people)]
    assert set(heard) == {1}, "all of them have their answer"
    assert "'news'" in made.whatsapp.heard(ASHA)[-1], "the informant knows of the letter"
    assert await made.whatsapp.count("outbox", "state <> 'sent'") == 0
    made.watch.wait(HOUR)
    await made.step()
    assert await made.whatsapp.count("outbox") == 0
    assert (await rows(made.house.core.store))["whatsapp"].trouble == ""


@pytest.mark.parametrize(
    "spell",
    [
        Spell(Weather.FOR_AGES),
        Spell(Weather.BROKEN_SLOWLY, taken=True),
        Spell(Weather.SILENT),
        Spell(Weather.HANGS_UP, taken=True),
    ],
    ids=lambda one: one.weather,
)
async def test_an_outage_of_an_hour_has_two_lines_in_the_log(tmp_path: Path, spell: Spell) -> None:
    stops = spell.weather in STOPS
    troubles, lines = await an_hour(tmp_path, [spell] * 2)
    assert troubles == {(spell.weather, stops)}
    begins, ends = lines
    assert begins.startswith("ERROR" if stops else "WARNING")
    assert ("`satark doctor`" in begins) is stops
    assert "takes messages again" in ends


async def test_who_says_200_has_taken_it_whatever_else_it_says(tmp_path: Path) -> None:
    troubles, lines = await an_hour(tmp_path, [Spell(one) for one in TAKEN])
    assert troubles == {(one, False) for one in TAKEN}
    assert lines == []


SPELLS = st.builds(Spell, st.sampled_from(Weather), st.booleans())


@settings(max_examples=2)
@example([Spell(one) for one in Weather if one not in TAKEN])
@given(st.lists(SPELLS, min_size=3, max_size=6))
def test_whatever_the_weather_all_is_said_once(tmp_path_factory: pytest.TempPathFactory, spells: list[Spell]) -> None:
    """Two lines a spell, at most: what stops all, and what strikes single messages, are told apart."""
    _, lines = asyncio.run(an_hour(tmp_path_factory.mktemp("storm"), spells))
    assert len(lines) <= 2 * (len(spells) + 1)
