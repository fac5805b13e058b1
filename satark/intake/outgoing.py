"""What intake leaves for the courier: answers in the outbox, and those that an informant's word sets free or outdates."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import Secret
from satark.conversation.state import Ask
from satark.store.among import among
from satark.store.informants import Outbox
from satark.store.sealing import Press, Seal
from satark.store.writing import Script

_outbox: Any = Outbox


class Answer(Struct, frozen=True, omit_defaults=True):
    """What is to be said, and the provider's id of the message that it answers: sealed to the courier together. After
    `until`, in unix seconds, it is not worth saying any more; 0 where it always is."""

    asks: list[Ask]
    seen: str = ""
    until: int = 0


_decoder = msgspec.json.Decoder(Answer)


def close_answer(seal: Seal | Press, asks: list[Ask], seen: Secret | None, until: int = 0) -> bytes:
    return seal.close(msgspec.json.encode(Answer(asks, seen.reveal() if seen else "", until)))


def read_answer(opened: bytes) -> Answer:
    return _decoder.decode(opened)


_threads = among(_outbox.thread, "threads")
_unsent = (_outbox.state == "due") & (_outbox.claimed_until == 0)
_OUTDATED = delete(Outbox).where(_threads & _outbox.replaceable & or_(_unsent, _outbox.state != "due"))
_TAKEN_BACK = (
    delete(Outbox).where(among(_outbox.id, "answers") & (_unsent | (_outbox.state == "held"))).returning(_outbox.id)
)
_RELEASED = (
    update(Outbox)
    .where(_threads & (_outbox.state == "held"))
    .values(state="due", knocking=False, due=bindparam("moment"))
)


async def withdraw_unsent(db: AsyncConnection, answers: list[str]) -> set[str]:
    """Take back those of the answers, by the ids of their rows, that nobody has begun to send. Returns their ids."""
    return set((await db.execute(_TAKEN_BACK, {"answers": answers})).scalars())


def withdraw_questions(script: Script, threads: list[str]) -> None:
    """A question that nobody has sent yet, or that may still be repeated, is out of date once there is a newer one."""
    if threads:
        script.do(_OUTDATED, threads=threads)


def release_held(script: Script, threads: list[str], now: int) -> None:
    """Who writes opens the window: what waited for that may go."""
    if threads:
        script.do(_RELEASED, threads=threads, moment=now)
