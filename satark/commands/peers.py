"""What the intake is measured beside, each a process of its own: `python -m satark.commands.peers NAME PORT`.

`bare` is a Starlette handler that checks the signature and nothing else; `naive` does all that intake does in the way that
comes to mind first, one SQLModel session and one commit a message; `provider` stands in for the provider's API and takes
all that it is sent.
"""

import hashlib
import hmac
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from satark.app import build_core
from satark.channels.messages import Envelope, WebhookRequest
from satark.channels.spec import Channel
from satark.commands.loop import run_in_loop
from satark.conversation.flow import step
from satark.conversation.state import Submit, Turn
from satark.core import Core
from satark.intake.arrivals import masked
from satark.intake.batch import Desk
from satark.intake.draft import letter_of
from satark.intake.memory import Remembered, lock, rounded_up, unlock
from satark.intake.outgoing import close_answer
from satark.intake.world import world_for
from satark.settings import Settings
from satark.store.clock import day_of, hour_of, now
from satark.store.informants import Conversation, Outbox, ReturnAddress, SeenEvent
from satark.store.tables import Message, StatusChange, Tip, TipReader
from satark.tips.letters import close_letter
from satark.tips.numbers import new_receipt, new_reference

SECRET = "SATARK_WHATSAPP_APP_SECRET"  # noqa: S105 - the name of a setting


def bare() -> Starlette:
    secret = os.environ[SECRET].encode()

    async def take(request: Request) -> Response:
        body = await request.body()
        said = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        good = hmac.compare_digest(said, request.headers.get("x-hub-signature-256", ""))
        return Response(status_code=200 if good else 401)

    return _serving(take)


def provider() -> Starlette:
    """`GET /taken` is how many messages it took, and when the first and the last came, in seconds of some clock."""
    times: list[float] = []

    async def take(request: Request) -> Response:
        message = await request.json()
        if message.get("status") != "read":
            times.append(time.monotonic())
        return JSONResponse({"messages": [{"id": f"wamid.{len(times)}"}]})

    async def count(_request: Request) -> Response:
        first, last = (times[0], times[-1]) if times else (0.0, 0.0)
        return JSONResponse({"count": len(times), "first": first, "last": last})

    return _serving(take, Route("/taken", count))


def naive() -> Starlette:
    core = build_core(Settings())
    assert core.door is not None, "the naive way needs the keys of a gateway"
    return _serving(_Naive(core, core.door.desk, core.registry.channels["whatsapp"]).take)


def _serving(take: Callable[[Request], Awaitable[Response]], *routes: Route) -> Starlette:
    async def ready(_request: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/readyz", ready), *routes, Route("/{path:path}", take, methods=["POST"])])


class _Naive:
    """A session a message, as documentations show it."""

    def __init__(self, core: Core, desk: Desk, channel: Channel) -> None:
        # Without this, SQLite refuses whoever read before another wrote: nobody would go without it for long.
        self._engine = core.store.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._desk = desk
        self._channel = channel

    async def take(self, request: Request) -> Response:
        asked = WebhookRequest("", dict(request.headers), await request.body())
        if not self._channel.verify(asked):
            return Response(status_code=401)
        for item in self._channel.read(asked):
            if isinstance(item, Envelope):
                async with AsyncSession(self._engine) as session:
                    await self._keep(session, item)
        return Response()

    async def _keep(self, session: AsyncSession, envelope: Envelope) -> None:
        tools, person, moment = self._desk.tools, envelope.address.reveal(), now()
        event = tools.lookup.of("event", self._channel.name, envelope.external_id.reveal())
        if await session.get(SeenEvent, event):
            return
        key = tools.lookup.of("address", self._channel.name, person)
        known = await session.get(Conversation, key)
        remembered = unlock(self._desk.locker, known.state) if known else Remembered()
        world, sealed = world_for(self._desk.world, self._channel.capabilities), tools.courier.close(person.encode())
        turn = step(remembered.state, masked(envelope), world)
        for effect in turn.effects:
            if isinstance(effect, Submit):
                turn = await self._submit(session, effect, sealed, turn)
        state = lock(self._desk.locker, Remembered(turn.state, turns=remembered.turns + 1))
        row = known or Conversation(key=key, channel=self._channel.name, expires=0)
        row.state, row.sealed_address, row.expires = state, sealed, rounded_up(moment + self._desk.idle)
        prompts = close_answer(tools.courier, list(turn.asks), envelope.external_id)
        answer = Outbox(
            channel=self._channel.name, thread=key, sealed_address=sealed, sealed_prompts=prompts, due=moment
        )
        session.add_all([row, answer, SeenEvent(key=event, day=day_of(moment))])
        await session.commit()

    async def _submit(self, session: AsyncSession, effect: Submit, sealed: bytes, turn: Turn) -> Turn:
        draft, tools, hour = effect.draft, self._desk.tools, hour_of(now())
        tip = Tip(
            reference=new_reference(), receipt=tools.lookup.of("receipt", "", new_receipt()), hour=hour,
            changed_hour=hour, channel=self._channel.name, locale=draft.locale, category=draft.category,
        )  # fmt: skip
        letter = close_letter(tools.content, letter_of(draft.given, draft))
        about: list[Any] = [
            StatusChange(tip_id=tip.id, status="received", hour=hour, step=0),
            Message(tip_id=tip.id, kind="account", hour=hour, sealed=letter),
            ReturnAddress(tip_id=tip.id, channel=self._channel.name, sealed=sealed, heard_hour=hour),
            *(TipReader(tip_id=tip.id, office_id=office, hour=hour) for office in ("range", "district")),
        ]
        session.add(tip)
        await session.flush()
        session.add_all(about)
        return Turn(effect.draft, turn.asks)


PEERS = {"bare": bare, "naive": naive, "provider": provider}


async def serve(name: str, port: int) -> None:
    config = uvicorn.Config(
        PEERS[name](), host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False,
        date_header=False, lifespan="off",
    )  # fmt: skip
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    run_in_loop(serve(sys.argv[1], int(sys.argv[2])))
