"""Telephone calls as a carrier makes them: it reads what we answer, plays it, waits for keys, records, and goes on."""

import io
import itertools
import math
import re
import struct
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from conftest import House, house_at, served
from satark_ivr.account import account_of
from satark_ivr.standin import StandIn

ENVIRON = {
    "SATARK_IVR_ACCOUNT_SID": "AC" + "0" * 32,
    "SATARK_IVR_AUTH_TOKEN": "ivr-token-of-nobody",
    "SATARK_IVR_CALLER_ID": "+15550000000",
}
VOICE = "http://127.0.0.1:8000/channels/ivr/voice"
AT_TWILIO = "https://api.twilio.com/2010-04-01/Accounts/x/Recordings/"
SPOKEN = {"Say": {"language"}, "Play": set()}
VERBS = {
    **SPOKEN,
    "Gather": {"input", "numDigits", "timeout", "finishOnKey", "action", "method"},
    "Record": {"action", "method", "maxLength", "timeout", "finishOnKey", "playBeep", "trim", "recordingStatusCallback",
               "recordingStatusCallbackMethod"},
    "Redirect": {"method"},
    "Hangup": set(),
    "Reject": {"reason"},
}  # fmt: skip


def sound(seconds: float = 0.5, pitch: int = 220, artist: str = "") -> bytes:
    """A WAV file as a carrier records it: 8 kHz, one channel, 16 bits. `artist` is whom its metadata names."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        tone = (round(9000 * math.sin(2 * math.pi * pitch * at / 8000)) for at in range(round(8000 * seconds)))
        made.writeframes(b"".join(struct.pack("<h", one) for one in tone))
    return with_tag(file.getvalue(), artist.encode()) if artist else file.getvalue()


def with_tag(wav: bytes, artist: bytes) -> bytes:
    """With a LIST chunk of kind INFO behind it."""
    info = b"INFOIART" + struct.pack("<I", len(artist)) + artist + b"\0" * (len(artist) % 2)
    body = wav[8:] + b"LIST" + struct.pack("<I", len(info)) + info
    return b"RIFF" + struct.pack("<I", len(body)) + body


class Carrier:
    """One account at a carrier, a house that it brings its calls to, and what was recorded."""

    def __init__(self, house: House, stand_in: StandIn, client: httpx.AsyncClient) -> None:
        self.house = house
        self.stand_in = stand_in
        self.client = client
        self.numbers = itertools.count(1)
        self.artist = ""
        self.token = ENVIRON["SATARK_IVR_AUTH_TOKEN"]

    def call(self, number: str = "+911000000001", **more: Any) -> "Call":
        return Call(self, f"CA{next(self.numbers):032x}", number, **more)

    async def post(self, url: str, fields: Mapping[str, str], signature: str | None = None) -> httpx.Response:
        """Signed by the carrier's own library, unless the test signs it."""
        signed = RequestValidator(self.token).compute_signature(url, dict(fields)) if signature is None else signature
        return await self.client.post(url, data=dict(fields), headers=[(b"X-Twilio-Signature", signed.encode())])

    async def count(self, table: str, where: str = "1 = 1") -> int:
        async with self.house.core.store.read() as db:
            return int((await db.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one())

    async def change(self, statement: str) -> None:
        async with self.house.core.store.write() as db:
            await db.execute(text(statement))

    async def clock_speaks(self) -> None:
        """The idle limit of all conversations has passed."""
        await self.change("UPDATE conversation SET expires = 0")
        await self.house.core.door.close_idle(self.house.core.registry.channels)


@dataclass
class Call:
    """One call. `heard` is what was said since the last key, `at` the verb that waits for the caller, if any; `asked` are
    the requests as they were posted, so that a test can post one again."""

    carrier: Carrier
    sid: str
    number: str
    direction: str = "inbound"
    heard: str = ""
    at: Element | None = None
    over: bool = False
    rejected: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    rest: list[Element] = field(default_factory=list)
    keys: str = ""
    document: str = ""

    def fields(self, **more: str) -> dict[str, str]:
        ours = ENVIRON["SATARK_IVR_CALLER_ID"]
        ends = (self.number, ours) if self.direction == "inbound" else (ours, self.number)
        known = {"AccountSid": ENVIRON["SATARK_IVR_ACCOUNT_SID"], "CallSid": self.sid, "ApiVersion": "2010-04-01"}
        where = {
            "From": ends[0],
            "Caller": ends[0],
            "To": ends[1],
            "Called": ends[1],
            "CallerName": "",
            "FromCity": "Nowhere",
        }
        return {**known, **where, "Direction": self.direction, "CallStatus": "in-progress", **more}

    async def begin(self) -> "Call":
        await self._ask(VOICE, self.fields(CallStatus="ringing" if self.direction == "inbound" else "in-progress"))
        return self

    async def _ask(self, url: str, fields: dict[str, str]) -> None:
        self.asked.append((url, fields))
        answer = await self.carrier.post(url, fields)
        assert answer.status_code == 200, answer.text
        self.heard, self.document = "", answer.text
        await self._play(answer.text)

    async def _play(self, document: str) -> None:
        response = ElementTree.fromstring(document)
        assert response.tag == "Response"
        for verb in response.iter():
            assert verb is response or set(verb.attrib) <= VERBS[verb.tag], verb.tag
        self.rest = list(response)
        await self._go_on()

    async def _go_on(self) -> None:
        """To the next verb that waits, or to the end."""
        self.at, self.keys = None, ""
        while self.rest:
            verb = self.rest.pop(0)
            match verb.tag:
                case "Say" | "Play":
                    self._hear(verb)
                case "Gather":
                    for said in verb:
                        assert said.tag in SPOKEN
                        self._hear(said)
                    self.at = verb
                    return
                case "Record":
                    self.at = verb
                    return
                case "Redirect":
                    await self._ask(verb.text or "", self.fields())
                    return
                case "Hangup":
                    break
                case "Reject":
                    self.rejected = True
                    break
        self.over = True

    def _hear(self, verb: Element) -> None:
        assert verb.text
        self.heard += verb.text + " "

    async def press(self, keys: str) -> None:
        """One key after the other, as long as they are waited for."""
        for key in keys:
            assert self.at is not None
            assert self.at.tag == "Gather", "nobody waits for keys"
            if key == self.at.get("finishOnKey"):
                await (self._gathered() if self.keys else self._go_on())
                continue
            self.keys += key
            if len(self.keys) == int(self.at.get("numDigits", "1")):
                await self._gathered()

    async def _gathered(self) -> None:
        assert self.at is not None
        await self._ask(self.at.attrib["action"], self.fields(Digits=self.keys))

    async def wait(self) -> None:
        """Nothing is pressed and nothing said, until the carrier gives up waiting."""
        assert self.at is not None
        if self.at.tag == "Gather" and self.keys:
            await self._gathered()
        elif self.at.tag == "Gather" and self.rest and self.rest[0].tag == "Record":
            await self._go_on()
            await self.wait()
        else:
            await self._go_on()

    async def to_the_tone(self) -> None:
        while self.at is not None and self.at.tag == "Gather":
            await self._go_on()
        assert self.at is not None
        assert self.at.tag == "Record", "nothing is recorded"

    async def speak(self, end: str = "#", report: str = "after", url: str = "") -> str:
        """Speak after the tone, until a key, silence ("") or the end of the call ("hangup"). The report on the recording
        comes `before` or `after` the call goes on, or `alone`. With a `url` (`…{sid}…`) the carrier tells no id but that.
        Returns the recording's id."""
        await self.to_the_tone()
        assert self.at is not None
        sid = f"RE{next(self.carrier.numbers):032x}"
        self.carrier.stand_in.files[sid] = sound(pitch=200 + int(sid[2:], 16) % 500, artist=self.carrier.artist)  # type: ignore[index]
        action, told = self.at.attrib["action"], self.at.attrib["recordingStatusCallback"]
        known = {"RecordingUrl": url.format(sid=sid)} if url else {"RecordingSid": sid, "RecordingUrl": AT_TWILIO + sid}
        if report in ("before", "alone"):
            await self.report(told, known)
        if report != "alone":
            status = "completed" if end == "hangup" else "in-progress"
            await self._ask(action, self.fields(**known, RecordingDuration="9", Digits=end, CallStatus=status))
        if report == "after":
            await self.report(told, known)
        return sid

    async def report(self, url: str, known: Mapping[str, str]) -> None:
        fields = {"AccountSid": ENVIRON["SATARK_IVR_ACCOUNT_SID"], "CallSid": self.sid, **known, "RecordingStatus": "completed",
                  "RecordingDuration": "9", "RecordingChannels": "1", "RecordingSource": "RecordVerb"}  # fmt: skip
        self.asked.append((url, fields))
        answer = await self.carrier.post(url, fields)
        assert answer.status_code == 200

    async def hang_up(self, status: str = "completed") -> None:
        fields = self.fields(CallStatus=status, CallDuration="61", CallbackSource="call-progress-events")
        self.asked.append((VOICE, fields))
        assert (await self.carrier.post(VOICE, fields)).status_code == 200
        self.over = True

    async def to_the_account(self) -> "Call":
        """English, to give information, gambling."""
        await self.begin()
        await self.press("21")
        await self.press("4")
        return self

    async def tell(self) -> str:
        """A whole tip about Kotwali in Jaunpur. Returns the receipt."""
        await self.to_the_account()
        await self.speak()
        await self.press("12")
        await self.press("1")
        return receipt_in(self.heard)


def receipt_in(heard: str) -> str:
    """The receipt, which is said twice, digit by digit."""
    digits = "".join(re.findall(r"\d", heard))
    assert len(digits) == 32, heard
    assert digits[:16] == digits[16:]
    return digits[:16]


@asynccontextmanager
async def carrier(
    folder: Path, database: str = "", pool: Any = None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Carrier]:
    """A house that can be called, and its carrier."""
    async with AsyncExitStack() as stack:
        settings = {**ENVIRON, **(environ or {})}
        stand_in = StandIn(account_of(settings), {})
        settings["SATARK_IVR_API_URL"] = await stack.enter_async_context(served(stand_in.app))
        house = await stack.enter_async_context(house_at(folder, database, pool, settings))
        transport = httpx.ASGITransport(app=house.web)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        )
        yield Carrier(house, stand_in, client)
