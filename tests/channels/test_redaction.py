"""What a plugin says leads to nobody: its reasons and its log lines are redacted."""

import asyncio
import gc
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels import registry
from satark.channels.messages import Capabilities, Never, Secret, Sent, TryAgain, WindowClosed, Wire
from satark.channels.redaction import MASK, MAX_REASON, handling, redact
from satark.channels.spec import Channel
from satark.web.logs import configure_logging
from satark.web.printed import RedactedStream

NUMBER = "919876500042"
NAME = "रामू Canary"


@pytest.mark.parametrize(
    "said",
    [
        *("131047", "-1/503", "render:TypeError", "ClientConnectorCertificateError", "HTTP 429, wait 60 s", "10:42:05"),
        *("the provider takes nothing for now", "error 33 of 12"),
    ],
)
def test_a_code_stays_as_it_is(said: str) -> None:
    assert redact(said) == said


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"no such user {NUMBER}", f"no such user {MASK}"),
        ("no such user +91 98765-00042", f"no such user {MASK}"),
        ("no such user (98765) 00042!", f"no such user ({MASK}!"),
        ("no such user ९८७६५०००४२", f"no such user {MASK}"),
        ("no such user 98\u200b76\u200b50\u200b00\u200b42", f"no such user {MASK}"),
        ("blocked by ram.kumar92@example.in today", f"blocked by {MASK} today"),
        ("blocked by @ram_kumar", f"blocked by {MASK}"),
        ("from 203.0.113.77", f"from {MASK}"),
        ("from 2001:db8:0:1:1:1:1:1", f"from {MASK}"),
        ("id wamid.HBgMOTE5ODc2NTAwMDQyFQIAERgS", f"id wamid.{MASK}"),
        ("first\nsecond", "first second"),
    ],
)
def test_what_looks_like_an_address_is_taken_out(said: str, left: str) -> None:
    assert redact(said) == left


def test_the_address_in_hand_is_taken_out_whatever_it_looks_like() -> None:
    assert redact("chat 4242 of ABC-def is gone", ["4242", "ABC-def"]) == f"chat {MASK} of {MASK} is gone"
    assert redact("to 91-98-76", ["919876"]) == f"to {MASK}"


@given(
    st.text(alphabet="0123456789", min_size=7, max_size=15), st.sampled_from(["", " ", "-", ".", "\u200b"]), st.text()
)
def test_no_number_is_left(number: str, between: str, around: str) -> None:
    left = redact(f"{around} {between.join(number)} {around}")
    assert number not in "".join(filter(str.isdecimal, left))
    assert len(left) <= MAX_REASON
    assert left.isprintable()


class Talking(Channel):
    """Says the address in every reason, and in its log lines."""

    name = "talking"
    capabilities = Capabilities(max_text=100, max_text_with_choices=100)
    outcome: TryAgain | Never | WindowClosed = Never()

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never | WindowClosed:
        logging.getLogger("satark.looks_like_the_core").warning("cannot reach %s", address.reveal())
        return self.outcome


@pytest.mark.parametrize("kind", [Never, TryAgain, WindowClosed])
@pytest.mark.parametrize("address", [NUMBER, "u-4x", "रामू"])
async def test_a_reason_does_not_hold_the_address(
    kind: type[TryAgain | Never | WindowClosed], address: str, said: io.StringIO
) -> None:
    channel = Talking()
    channel.outcome = kind(why=f"not to {address}")
    outcome = await registry.send(channel, Wire({}), Secret(address))
    assert outcome == kind(why=f"not to {MASK}")
    assert said.getvalue().endswith(f"satark.looks_like_the_core: cannot reach {MASK}\n")


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """All that is logged, by the real set-up."""
    root, make = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = root.handlers[:], root.level
    configure_logging()
    stream = io.StringIO()
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    hooks = threading.excepthook, sys.unraisablehook
    yield stream
    threading.excepthook, sys.unraisablehook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.setLogRecordFactory(make)


BODIES = {
    "json": json.dumps({"from": NUMBER, "profile": {"name": NAME}, "text": "kill"}).encode(),
    "json as it is": json.dumps(
        {"from": NUMBER, "profile": {"name": NAME}, "text": "kill"}, ensure_ascii=False
    ).encode(),
    "a form": urlencode({"From": NUMBER, "Name": NAME, "Body": "kill"}).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_word_of_a_request_is_logged_while_it_is_read(body: bytes, said: io.StringIO) -> None:
    log = logging.getLogger("satark_other")

    def read() -> None:
        log.warning("%s says %s, id %s", NAME, "kill", NUMBER)
        log.warning("रामू of %s", NUMBER[2:])

    with handling(body):
        await asyncio.to_thread(read)
    log.warning("later %s", NUMBER)
    for word in (NUMBER, NUMBER[2:], "रामू", "Canary", "kill"):
        assert word not in said.getvalue()
    assert len(said.getvalue().splitlines()) == 3


def test_a_line_that_cannot_be_written_is_no_error(said: io.StringIO) -> None:
    logging.getLogger("satark_other").warning("%d", NUMBER)
    assert said.getvalue().endswith("satark_other: a log line that cannot be written\n")


def test_a_plugin_does_not_log_in_the_name_of_the_core(said: io.StringIO) -> None:
    """`stacklevel` says what path a record has, and the name of a logger is anybody's."""
    from satark.channels.threads import ChannelThreads

    def log() -> None:
        logging.getLogger("satark.core").warning("to %s", NUMBER, stacklevel=2)
        logging.getLogger(f"satark.{NUMBER}").warning("sent")
        try:
            raise type(f"No{NUMBER}Error", (Exception,), {})(NUMBER)
        except Exception:
            logging.getLogger("satark.core").exception("failed", stack_info=True, extra={"address": NUMBER})

    asyncio.run(ChannelThreads().run(log, 5))
    assert NUMBER not in said.getvalue()
    assert f"satark.core: to {MASK}\n" in said.getvalue()


async def test_an_error_that_nobody_awaits_tells_no_name(said: io.StringIO) -> None:
    async def fail(name: str) -> None:
        raise ValueError(name)

    with handling(NAME):
        task = asyncio.create_task(fail(NAME))
        asyncio.get_running_loop().call_soon(fail, NAME, 1)
    await asyncio.wait([task])
    await asyncio.sleep(0)
    del task
    gc.collect()
    assert "Task exception was never retrieved" in said.getvalue()
    assert "Exception in callback" in said.getvalue()
    assert "Canary" not in said.getvalue()


def test_what_a_plugin_prints_is_redacted(said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", RedactedStream(streams[0]))
    monkeypatch.setattr(sys, "stderr", RedactedStream(streams[1]))
    with handling(NAME):
        print("to", NAME, NUMBER[:5], NUMBER[5:], flush=True)  # noqa: T201
        print(NUMBER, end="", flush=True)  # noqa: T201
    print(NUMBER, file=sys.stderr)  # noqa: T201
    printed = streams[0].getvalue() + streams[1].getvalue()
    assert streams[0].getvalue() == f"to {MASK} {MASK}\n{MASK}"
    assert streams[1].getvalue() == f"{MASK}\n"
    for word in (NUMBER, NUMBER[5:], "Canary"):
        assert word not in printed


def test_an_error_of_a_thread_is_told_by_its_kind(said: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "a thread ended" in said.getvalue()
    assert "ValueError at " in said.getvalue()
    assert "Canary" not in said.getvalue()


def test_what_the_core_prints_is_printed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from satark.commands.check import _say

    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", RedactedStream(stream))
    _say(True, "reached at 127.0.0.1:8000")
    assert "reached at 127.0.0.1:8000" in stream.getvalue()
