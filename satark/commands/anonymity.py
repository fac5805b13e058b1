"""`satark doctor --anonymity`: somebody who does not exist tells something on every channel; then all storage is searched
for them, and what they told is taken away.

What they say comes to the webhooks of the running service on this machine, signed as the provider would sign it. To the
address of the rehearsal the courier never writes (identity/lookup.py). The photo or recording that is sent is fetched from
a stand-in of the provider, here: its reference holds the port and a keyed hash. So no provider is asked for anything.
"""

import asyncio
import os
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import typer
from sqlalchemy import delete, func, select, update

from satark.app import build_core
from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.channels.spec import Channel
from satark.commands.canary import Canary
from satark.commands.keypad import Caller
from satark.commands.samples import picture, recording
from satark.commands.searching import Searched, search
from satark.commands.simulate import path_of
from satark.commands.standing import standing
from satark.core import Core
from satark.evidence.discarding import delete_blobs
from satark.intake.world import build_world, world_for
from satark.settings import Settings
from satark.store.clock import hour_of
from satark.store.informants import Conversation, Outbox, SeenEvent
from satark.store.sealing import Opener
from satark.store.tables import Evidence, Message
from satark.tips.audit import append
from satark.tips.destroying import take_away
from satark.tips.letters import LetterKind, open_letter, words_of

# So long, in seconds, the worker may take over it.
PATIENCE = 180.0
LOOK_EVERY = 0.25
# And so long a reference to a file of the rehearsal holds.
LASTS = 2 * PATIENCE
ACTOR = "doctor"
FORM = "/channels/webform/"
NEEDED = ("content.key", "lookup.key", "conversation.key", "courier.pub", "reply.key")

_message: Any = Message
_evidence: Any = Evidence
_outbox: Any = Outbox
_conversation: Any = Conversation
_seen: Any = SeenEvent


@dataclass
class Nobody:
    """Who rehearses. `nonce` stands in what they tell, `marks` say by mark what it is, and must be nowhere."""

    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    since: int = field(default_factory=lambda: int(time.time()))
    name: str = field(default_factory=lambda: f"Canary {secrets.token_hex(4).title()}")
    agent: str = field(default_factory=lambda: f"CanaryBrowser/{secrets.token_hex(6)}")
    client: str = field(default_factory=lambda: f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}")
    maker: str = field(default_factory=lambda: f"CanaryMaker{secrets.token_hex(6)}")
    file: str = field(default_factory=lambda: f"canary-{secrets.token_hex(6)}.jpg")
    number: int = field(default_factory=lambda: 10**12 + secrets.randbelow(10**12))
    marks: dict[str, str] = field(default_factory=dict)
    threads: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"A rehearsal by the operator of Satark: nothing happened, and this is taken away at once. {self.nonce}"

    @property
    def headers(self) -> dict[str, str]:
        return {"User-Agent": self.agent, "X-Forwarded-For": self.client}


async def rehearse(settings: Settings, logs: Iterable[Path]) -> bool:
    """Print what was searched, what could not be reached, and what was found. Returns whether all is well."""
    core, nobody = build_core(settings), Nobody()
    if missing := [name for name in NEEDED if name not in core.keys]:
        return _say(False, f"{', '.join(missing)} is not here: run this where all keys are")
    told: dict[str, bool] = {}
    try:
        async with AsyncExitStack() as stands:
            try:
                await _tell_everywhere(core, nobody, told, stands)
                tips, left = await _wait(core, nobody, sum(told.values()))
                searched = await search(core, Canary(_all_marks(nobody)), nobody.since, logs)
            finally:
                gone = await _take_away(core, nobody, told)
    finally:
        await core.store.dispose()
    _report(searched)
    well = len(tips) == sum(told.values())
    _say(well, f"{len(tips)} tips of {sum(told.values())} came in; {gone} were taken away")
    if left:
        _say(False, f"{left} files and answers were not done with: a worker must run, on this machine")
    return all(told.values()) and well and not left and not searched.found


def _all_marks(nobody: Nobody) -> dict[str, str]:
    own = {nobody.name: "the name", nobody.agent: "the user agent", nobody.client: "the IP address"}
    files = {nobody.maker: "metadata of the file", nobody.file: "the name of the file"}
    return {**own, **files, **nobody.marks}


async def _tell_everywhere(core: Core, nobody: Nobody, told: dict[str, bool], stands: AsyncExitStack) -> None:
    """Notes by channel in `told` whether it took what was said. The providers' stand-ins live as long as `stands`."""
    local = f"http://127.0.0.1:{core.settings.port}"
    client = await stands.enter_async_context(httpx.AsyncClient(base_url=local, headers=nobody.headers))
    for name, channel in core.registry.channels.items():
        if name == "webform":
            told[name] = await _by_form(core, nobody, client)
        elif channel.webhook is not None and type(channel).imitate is not Channel.imitate:
            files = await _stand_in(core, nobody, channel, stands)
            told[name] = await _by_webhook(core, nobody, client, channel, files)
        else:
            typer.echo(f"[left] channel {name}: nobody can speak on it but its provider")
            continue
        _say(told[name], f"channel {name} {'took' if told[name] else 'did not take'} a tip")


async def _stand_in(core: Core, nobody: Nobody, channel: Channel, stands: AsyncExitStack) -> list[Inbound]:
    """What is to be sent on the channel: a photo or, in a call, a recording, that waits at a stand-in of its provider."""
    if type(channel).stand_in is Channel.stand_in:
        typer.echo(f"[left] channel {channel.name}: no file, for nobody but its provider has one")
        return []
    assert core.door is not None
    files: dict[str, bytes] = {}
    port = await stands.enter_async_context(standing(channel.stand_in(files, lambda *_: None)))
    ref = core.door.desk.tools.lookup.rehearsal_file(channel.name, port, int(time.time() + LASTS))
    nobody.marks[ref] = "the id of a file"
    in_a_call = channel.capabilities.keypad
    kind, mime = (MediaKind.AUDIO, "audio/wav") if in_a_call else (MediaKind.PHOTO, "image/jpeg")
    files[ref] = (recording if in_a_call else picture)(nobody.maker)
    media = Media(kind, mime, len(files[ref]), sha256(files[ref]).hexdigest(), Secret(ref))
    return [Inbound(Kind.MEDIA, media=media)]


async def _by_webhook(
    core: Core, nobody: Nobody, client: httpx.AsyncClient, channel: Channel, files: list[Inbound]
) -> bool:
    """One thing after the other, as the provider would bring it."""
    assert core.door is not None
    lookup = core.door.desk.tools.lookup
    address = lookup.rehearsal(channel.name)
    nobody.marks |= {address: "the address", address[2:]: "the address"}
    nobody.threads.append(lookup.of("address", channel.name, address))
    taps = [f"category:{core.pack.fallback.id}", "done", "at:unknown", "check:send"]
    said = [Inbound(Kind.TEXT, "hi"), *(Inbound(Kind.CHOICE, "-", one) for one in ("language:en", *taps))]
    said[3:3] = [Inbound(Kind.TEXT, f"{nobody.words} {nobody.name} {address[2:]}"), *files]
    for inbound in _spoken(core, channel, said):
        nobody.number += 1
        number = str(nobody.number)
        nobody.marks[number] = "the id of a message"
        envelope = Envelope(Secret(address), Secret(number), inbound, (Secret(nobody.name),))
        for asked in channel.imitate([envelope]):
            items = channel.read(asked)
            ids = [item.external_id.reveal() for item in items if isinstance(item, Envelope)]
            nobody.events += [lookup.of("event", channel.name, one) for one in ids]
            path, headers = path_of(channel, asked), dict(asked.headers)
            if not await _posted(client, path, content=asked.body, headers=headers):
                return False
    return True


def _spoken(core: Core, channel: Channel, said: Sequence[Inbound]) -> Iterable[Inbound]:
    """The same by keys, where the channel has nothing else."""
    if not channel.capabilities.keypad:
        return said
    caller = Caller(world_for(build_world(core.pack), channel.capabilities))
    return [one for inbound in said for one in caller.says(inbound)]


async def _by_form(core: Core, nobody: Nobody, client: httpx.AsyncClient) -> bool:
    """As a browser without JavaScript, with a photo."""
    try:
        page = (await client.get(FORM)).text
    except httpx.HTTPError:
        return False
    fields = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', page))
    nobody.marks |= dict.fromkeys(fields.values(), "the token of the form")
    fields |= {"category": f"category:{core.pack.fallback.id}", "text": nobody.words, "lang": "en"}
    photo = {"files": (nobody.file, picture(nobody.maker), "image/jpeg")}
    return await _posted(client, FORM, data=fields, files=photo)


async def _posted(client: httpx.AsyncClient, path: str, **what: Any) -> bool:
    try:
        return (await client.post(path, **what)).status_code == 200
    except httpx.HTTPError:
        return False


async def _wait(core: Core, nobody: Nobody, number: int) -> tuple[list[str], int]:
    """Until the tips are there, their files are ready, and the courier is through. Returns their ids, and how much of it is
    still to do at the end of our patience."""
    deadline = time.monotonic() + PATIENCE
    while True:
        tips = await _tips(core, nobody)
        left = await _open_work(core, nobody, tips)
        if (len(tips) >= number and not left) or time.monotonic() > deadline:
            return tips, left
        await asyncio.sleep(LOOK_EVERY)


async def _tips(core: Core, nobody: Nobody) -> list[str]:
    """Nobody can say whose a tip is; but what stands in it can be read with the key of the police."""
    opener, hour = Opener(core.keys["content.key"]), hour_of(nobody.since)
    new = select(_message.tip_id, _message.sealed).where(_message.kind == LetterKind.ACCOUNT, _message.hour >= hour)
    async with core.store.read() as db:
        rows = (await db.execute(new)).all()
    return [row.tip_id for row in rows if nobody.nonce in words_of(open_letter(opener, row.sealed))]


async def _open_work(core: Core, nobody: Nobody, tips: list[str]) -> int:
    """How many files still wait, or are where they came from too; and how many answers."""
    undone = _evidence.state.in_(("waiting", "kept")) | _evidence.source.is_not(None)
    files = _evidence.tip_id.in_(tips) & undone
    async with core.store.read() as db:
        waiting = (await db.execute(select(func.count()).select_from(Evidence).where(files))).scalar_one()
        unsaid = select(func.count()).select_from(Outbox).where(_outbox.thread.in_(nobody.threads))
        return int(waiting + (await db.execute(unsaid)).scalar_one())


async def _take_away(core: Core, nobody: Nobody, told: dict[str, bool]) -> int:
    """Delete the tips and all that was kept for them; the audit log keeps that there was a rehearsal."""
    tips = await _tips(core, nobody)
    async with core.store.write() as db:
        # With the stand-ins it is gone where it came from.
        await db.execute(update(Evidence).where(_evidence.tip_id.in_(tips)).values(source=None))
        blobs = await take_away(db, tips)
        await db.execute(delete(Outbox).where(_outbox.thread.in_(nobody.threads)))
        await db.execute(delete(Conversation).where(_conversation.key.in_(nobody.threads)))
        await db.execute(delete(SeenEvent).where(_seen.key.in_(nobody.events)))
        await append(db, ACTOR, "rehearse", "", " ".join(sorted(told)))
    await delete_blobs(core.keeper, blobs)
    await core.store.scrub()
    return len(tips)


def _report(searched: Searched) -> None:
    for place in searched.places:
        _say(True, f"searched {place}")
    for place in searched.unreached:
        typer.echo(f"[left] not searched: {place}")
    for place, what in searched.found.items():
        _say(False, f"{', '.join(what)} of who told it is in {place}")


def _say(well: bool, what: str) -> bool:
    typer.echo(f"{'[ok]  ' if well else '[mend]'} {what}")
    return well


def log_files(named: Iterable[Path]) -> list[Path]:
    """Those named, and that of SATARK_LOG_FILE."""
    known = os.environ.get("SATARK_LOG_FILE", "")
    return [*named, *([Path(known)] if known else [])]
