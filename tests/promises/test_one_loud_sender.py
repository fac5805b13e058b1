"""One who sends without end, and very many who send at once: all others are served in their turn, and nothing grows without end."""

from pathlib import Path

import pytest
from sqlalchemy import text

from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.commands import load
from satark.commands.bench_intake import FIRST_NUMBER, SAID, post_of, reconcile
from satark.commands.installations import Place, gateway, installed
from satark.commands.load import CONNECTIONS, Post, drive
from satark.conversation.account import MOST_GIVEN
from satark.gateway.webhook import MOST_INSIDE

LOUD, CITIZEN = str(FIRST_NUMBER), str(FIRST_NUMBER + 1)
FLOOD, IN_A_POST = 10_000, 50
MIDDLE = FLOOD // IN_A_POST // 2


def post(place: Place, phone: str, first: int, said: list[Inbound]) -> Post:
    items = [Envelope(Secret(phone), Secret(f"{phone}{first + at:05}"), one) for at, one in enumerate(said)]
    return post_of(place.channel, items)


async def number(place: Place, of: str) -> int:
    async with place.core.store.read() as db:
        return int((await db.execute(text(f"SELECT {of}"))).scalar_one())


async def test_ten_thousand_messages_of_one_do_not_keep_another_waiting(tmp_path: Path) -> None:
    async with installed(tmp_path, "") as place, gateway(place) as process:
        begun = [Inbound(Kind.TEXT, "HI"), *SAID[1:3]]
        loud = [
            post(place, LOUD, first, [Inbound(Kind.TEXT, f"{first + at} " + "अ" * 500) for at in range(IN_A_POST)])
            for first in range(100, FLOOD + 100, IN_A_POST)
        ]
        assert len((await drive([process.port], [[post(place, LOUD, 0, begun)]], 60)).taken) == 1
        citizen = post(place, CITIZEN, 0, list(SAID))
        came = await drive(
            [process.port], [*([one] for one in loud[:MIDDLE]), [citizen], *([one] for one in loud[MIDDLE:])], 240
        )
        assert set(came.others) <= {503}
        assert len(came.ids) == FLOOD + len(SAID)
        assert came.taken.index(citizen) <= MIDDLE + CONNECTIONS
        assert await number(place, "count(*) FROM tip") == 1
        assert await number(place, "count(*) FROM seen_event") == FLOOD + len(SAID) + len(begun)
        assert await number(place, "max(length(state)) FROM conversation") < MOST_GIVEN * 10_000
        assert await number(place, "count(*) FROM outbox") < MIDDLE
        await reconcile(place.core, came)


async def test_ten_thousand_who_write_at_once_are_kept_or_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CONNECTIONS", MOST_INSIDE + 200)
    monkeypatch.setattr(load, "AGAIN_AFTER", 1.0)
    async with installed(tmp_path, "") as place, gateway(place) as process:
        scripts = [[post(place, str(FIRST_NUMBER + at), 0, [Inbound(Kind.TEXT, "HI")])] for at in range(FLOOD)]
        came = await drive([process.port], scripts, 240)
        assert set(came.others) <= {503}
        assert len(came.ids) == FLOOD
        assert await number(place, "count(*) FROM seen_event") == FLOOD
        assert await number(place, "count(*) FROM conversation") == FLOOD
