"""Webhook -> what the caller did. A call is the address: it is whom we answer, two callers may share a number, and a number
may be withheld. So two calls of one person have nothing in common, and what comes late finds its own call.

The step that a request answers stands in its URL; with the call's id it is the id of what was done, so that a request that
comes twice does nothing twice. What is seen of the number is masked where its owner said it, and goes no further.
"""

import logging
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret, WebhookRequest
from satark_ivr.account import NUMBER, Account
from satark_ivr.recordings import may_be_fetched, name_of, reference_of
from satark_ivr.signature import fields_of

log = logging.getLogger(__name__)

STEP = "step"
MOST_STEP_DIGITS = 6
# Of a call that is over (Twilio's "Call resource").
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
INBOUND = "inbound"
# What stands for a number that is withheld: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a telephone's keys.
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
KEYS = re.compile(r"[0-9*#]{0,32}")
HUNG_UP = "hangup"


@dataclass(frozen=True)
class Call:
    """What a request says of a call. `step` is how many answers of ours came before, None where the request answers none of
    them; `caller` is the number of the person, "" where it is withheld; `recording` is the carrier's id or URL of one that
    is there; `reports` is that the request tells of it and waits for no answer."""

    sid: str = field(repr=False)
    caller: str = field(repr=False)
    step: int | None = None
    status: str = ""
    incoming: bool = False
    keys: str | None = None
    said: str = field(default="", repr=False)
    recording: str = field(default="", repr=False)
    reports: bool = False

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def opens(self) -> bool:
        """Whether it is the beginning of the call."""
        return self.step is None and not self.is_over and not self.reports

    def rings(self, account: Account) -> bool:
        """Whether it is to be called back: where nobody can be, it is taken."""
        return account.rings and self.incoming and self.opens and bool(self.caller)


def call_of(request: WebhookRequest) -> Call | None:
    """None where it tells of no call. Never raises."""
    fields = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in fields_of(request.body)}
    sid = fields.get("CallSid", "")
    if not sid:
        return None
    incoming = fields.get("Direction", INBOUND) == INBOUND
    recorded = fields.get("RecordingStatus", "completed") == "completed"
    recording = reference_of(fields.get("RecordingSid", ""), fields.get("RecordingUrl", "")) if recorded else ""
    return Call(
        sid=sid,
        caller=number_of(fields.get("From" if incoming else "To", "")),
        step=_step_of(request.url),
        status=fields.get("CallStatus", ""),
        incoming=incoming,
        keys=fields.get("Digits"),
        said=fields.get("SpeechResult", ""),
        recording=recording,
        reports="RecordingStatus" in fields,
    )


def number_of(told: str) -> str:
    """A number that can be called; "" where it is withheld."""
    number = told.replace(" ", "")
    return number if NUMBER.fullmatch(number) and number not in WITHHELD else ""


def _step_of(url: str) -> int | None:
    try:
        told = parse_qs(urlsplit(url).query).get(STEP, [""])[0]
    except ValueError:
        return None
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= MOST_STEP_DIGITS else None


def envelopes_of(call: Call, account: Account) -> list[Envelope]:
    """All that happened in the call, in its order."""
    if call.rings(account):
        return [Envelope(Secret(call.caller), Secret(f"{call.sid}:ring"), Inbound(Kind.MISSED), (Secret(call.caller),))]
    done = _done(call, account)
    if call.is_over:
        done.append((f"over:{'' if call.step is None else call.step}", Inbound(Kind.CLOSED)))
    names = (Secret(call.caller),) if call.caller else ()
    return [Envelope(Secret(call.sid), Secret(f"{call.sid}:{key}"), one, names) for key, one in done]


def _recorded(call: Call, account: Account) -> Inbound:
    """One that lies where we may not fetch it is said to be lost, to the caller and in the log."""
    if may_be_fetched(call.recording, account):
        return Inbound(Kind.MEDIA, media=Media(MediaKind.AUDIO, "audio/wav", ref=Secret(call.recording)))
    log.warning(
        "the carrier keeps a recording at a host that is not named in SATARK_IVR_MEDIA_HOSTS: it is not fetched"
    )
    return Inbound(Kind.UNSUPPORTED)


def _done(call: Call, account: Account) -> list[tuple[str, Inbound]]:
    """What was done, each with its key. A recording has its own: it is told of twice, in any order."""
    if call.recording:
        return [(f"recording:{name_of(call.recording)}", _recorded(call, account))]
    if call.opens:
        return [("opened", Inbound(Kind.OPENED))]
    if call.step is None:
        return []
    if call.said:
        return [(f"{call.step}", Inbound(Kind.TEXT, call.said))]
    keys = "" if call.keys in (None, HUNG_UP) else call.keys or ""
    if call.is_over and not keys:
        return []
    return [(f"{call.step}", Inbound(Kind.DIGITS, keys if KEYS.fullmatch(keys) else ""))]
