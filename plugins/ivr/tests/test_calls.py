"""Whole calls, as a carrier makes them, through the real gateway: what is told arrives, whenever the line breaks."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.routing import Route

from satark.evidence.leftovers import left_over
from tests.journey.calls import VOICE, Call, Carrier, carrier, receipt_in


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Carrier]:
    async with carrier(tmp_path) as made:
        yield made


async def test_a_tip_is_told_by_voice_and_keys(tmp_path: Path, database: str) -> None:
    async with carrier(tmp_path, database) as line:
        call = await line.call().begin()
        assert "English" in call.heard
        await call.press("2")
        assert re.search(r"Ask with a receipt.*press 2", call.heard)
        await call.press("1")
        assert "will not see your number" in call.heard
        assert call.heard.count("press") == 5
        await call.press("9")
        assert "Trafficking" in call.heard
        await call.press("*")
        await call.press("14")
        assert "After the tone" in call.heard
        recording = await call.speak()
        assert "Jaunpur" in call.heard
        await call.press("1")
        assert "Kotwali" in call.heard
        await call.press("2")
        assert "Shall we send this?" in call.heard
        await call.press("1")
        receipt = receipt_in(call.heard)
        await call.press("#")
        assert receipt_in(call.heard) == receipt
        await call.wait()
        assert call.over
        await call.hang_up()
        assert (
            await line.count("tip", "category = 'gambling' AND station = 'station/jaunpur/kotwali' AND NOT incomplete")
            == 1
        )
        await line.house.work()
        assert await line.count("evidence", "state = 'ready' AND tip_id IS NOT NULL AND source IS NULL") == 1
        assert line.stand_in.deleted == [recording]
        assert await line.count("return_address") == 0


async def test_a_key_says_that_the_own_voice_may_be_heard(line: Carrier) -> None:
    for key in ("", "4", "44"):
        call = await line.call().to_the_account()
        await call.speak()
        await call.press("12")
        assert "a changed voice, not yours" in call.heard
        await call.press(key)
        assert ("your own voice" in call.heard) == (key == "4")
        await call.press("1")
        receipt_in(call.heard)
        await line.house.work()
    assert await line.count("evidence", "state = 'ready' AND voice = 'changed'") == 2
    assert await line.count("evidence", "state = 'ready' AND voice = 'own'") == 1


async def keys_to(call: Call, place: int) -> None:
    """A call up to one of its steps."""
    steps = [call.begin, lambda: call.press("2"), lambda: call.press("1"), lambda: call.press("4"), call.speak,
             lambda: call.press("1"), lambda: call.press("2"), lambda: call.press("1")]  # fmt: skip
    for step in steps[: place + 1]:
        await step()


async def test_hanging_up_keeps_what_was_said_at_every_step(line: Carrier) -> None:
    tips = []
    for place in range(8):
        call = line.call(f"+91100000001{place}")
        await keys_to(call, place)
        await call.hang_up()
        await line.clock_speaks()
        tips.append(await line.count("tip"))
    assert tips == [0, 0, 0, 0, 1, 2, 3, 4]
    assert await line.count("tip", "incomplete") == 3
    assert await line.count("tip", "category = 'gambling'") == 4
    assert await line.count("tip", "station = 'station/jaunpur/kotwali'") == 2
    assert await line.count("conversation") == 0


async def test_who_hangs_up_while_speaking_is_heard(line: Carrier) -> None:
    """Whatever comes first: the end of the call, the recording, or the report on it."""
    orders = [(report, late) for report in ("before", "after", "alone") for late in (False, True)]
    for at, (report, late) in enumerate(orders, 1):
        call = await line.call().to_the_account()
        await call.to_the_tone()
        if late:
            await call.hang_up()
        await call.speak("hangup", report)
        if not late:
            await call.hang_up()
        await line.clock_speaks()
        assert await line.count("tip", "incomplete AND category = 'gambling' AND locale = 'en'") == at, (report, late)
        assert await line.count("tip") == await line.count("evidence", "tip_id IS NOT NULL") == at


async def test_what_comes_twice_or_late_does_nothing_twice_and_is_answered_alike(line: Carrier) -> None:
    call = line.call()
    await call.tell()
    tables = ("tip", "evidence", "message", "seen_event")
    rows = [await line.count(table) for table in tables]
    assert (await line.post(*call.asked[-1])).text == call.document
    for url, fields in [*call.asked, *reversed(call.asked)]:
        assert (await line.post(url, fields)).status_code == 200
    assert [await line.count(table) for table in tables] == rows


@pytest.mark.parametrize("report", ["before", "after", "alone"])
@pytest.mark.parametrize(
    "path", ["/2010-04-01/Accounts/x/Recordings/{sid}.wav?signed=now", "/kept/{sid}.wav?signed=now"]
)
async def test_a_recording_without_an_id_is_fetched_by_its_url_and_deleted(
    line: Carrier, path: str, report: str
) -> None:
    """Once, however often it is told of: by the API's own origin, with the account's token."""
    kept, api = line.stand_in, line.house.core.registry.channels["ivr"].api_url
    kept.app.router.routes += [
        Route("/kept/{sid}.wav", kept._fetch),
        Route("/kept/{sid}.wav", kept._delete, methods=["DELETE"]),
    ]  # type: ignore[attr-defined]
    call = await line.call().to_the_account()
    recording = await call.speak("hangup", report, url=api + path)
    await call.hang_up()
    await line.clock_speaks()
    await line.house.work()
    assert await line.count("evidence", "state = 'ready' AND tip_id IS NOT NULL AND source IS NULL") == 1
    assert kept.deleted == [recording]


async def test_a_recording_at_another_host_is_said_to_be_lost(line: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    call = await line.call().to_the_account()
    await call.speak(url="http://169.254.169.254/{sid}", report="before")
    assert "cannot" in call.heard
    assert call.at is not None
    assert "SATARK_IVR_MEDIA_HOSTS" in caplog.text
    assert await line.count("evidence") == 0


async def test_two_calls_of_one_number_do_not_meet(line: Carrier) -> None:
    """A shared telephone; and somebody who calls again before the end of their last call is known."""
    first, second = await line.call("").to_the_account(), await line.call("").to_the_account()
    await first.hang_up()
    await second.speak()
    await second.press("12")
    await second.press("1")
    receipt_in(second.heard)
    assert await line.count("tip") == 1


async def test_a_number_that_is_withheld_is_no_obstacle(line: Carrier) -> None:
    for number in ("", "anonymous", "+266696687", "Restricted", "sip:x@example.org", "नमस्ते"):
        await line.call(number).tell()
    assert await line.count("tip", "NOT incomplete") == 6


async def test_wrong_keys_have_patience_and_then_an_end(line: Carrier) -> None:
    call = await line.call().begin()
    for _ in range(2):
        await call.press("7")
        assert "English" in call.heard
    await call.press("7")
    assert "1" in call.heard
    assert "English" not in call.heard
    await call.press("8")
    await call.press("0")
    assert "112" in call.heard


async def test_silence_is_patient_and_never_a_dead_end(line: Carrier) -> None:
    """Who has no keys at all is led to the tone, and what they say is sent when they say no more."""
    call, silences = await line.call().begin(), 0
    while "बीप" not in call.heard and silences < 12:
        await call.wait()
        silences += 1
    assert silences == 6
    await call.speak("")
    while not call.over and silences < 24:
        await call.wait()
        silences += 1
    assert await line.count("tip", "incomplete") == 1
    assert await line.count("evidence", "tip_id IS NOT NULL") == 1


async def test_who_says_nothing_is_let_go(line: Carrier) -> None:
    call = await line.call().to_the_account()
    for _ in range(3):
        await call.wait()
    assert "could not hear you" in call.heard
    await call.wait()
    assert call.over
    assert await line.count("tip") == 0
    assert await line.count("conversation") == 0


async def test_a_place_can_be_spoken(line: Carrier) -> None:
    call = await line.call().to_the_account()
    await call.speak()
    await call.press("1")
    assert re.search(r"Say the place\W+press\W+1", call.heard)
    await call.press("1")
    assert "village" in call.heard
    await call.speak()
    await call.press("1")
    receipt_in(call.heard)
    assert await line.count("tip", "district = 'district/jaunpur' AND station = ''") == 1
    assert await line.count("evidence", "tip_id IS NOT NULL") == 2


async def test_the_answer_is_heard_with_the_receipt_and_answered_by_voice(line: Carrier) -> None:
    call = line.call()
    receipt = await call.tell()
    await call.hang_up()
    await _office_asks(line)
    again = await line.call("+911000000099").begin()
    await again.press("22")
    assert "16 digits" in again.heard
    await again.press(receipt[:15] + str((int(receipt[15]) + 1) % 10))
    assert "digit is wrong" in again.heard
    await again.press(receipt)
    assert "Which day was it?" in again.heard
    await again.speak()
    assert "has been added" in again.heard
    await again.wait()
    assert again.over
    assert await line.count("message", "kind = 'addition'") == 1
    assert await line.count("tip") == 1
    await line.house.work()
    assert len(line.stand_in.deleted) == 2


async def _office_asks(line: Carrier) -> None:
    from satark.panel.people import add_officer

    await add_officer(line.house.core.store, "dig", "A", "a long password", ["range/varanasi"], "en")
    desk = line.client
    await desk.post("/panel/sign-in", data={"login": "dig", "password": "a long password"})
    path = re.search(r'"(/panel/tips/[0-9A-Z-]{11})"', (await desk.get("/panel/tips")).text)
    assert path
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await desk.get(path[1])).text)
    assert csrf
    asked = await desk.post(f"{path[1]}/message", data={"csrf": csrf[1], "words": "Which day was it?"})
    assert asked.is_redirect, asked.text


async def test_what_is_not_signed_touches_nothing(line: Carrier) -> None:
    fields = line.call().fields()
    for signature in ("", "x", "é"):
        assert (await line.post(VOICE, fields, signature)).status_code == 401
    line.token = "another"
    assert (await line.post(VOICE, fields)).status_code == 401
    assert await line.count("conversation") + await line.count("seen_event") == 0


async def test_a_recording_that_cannot_be_deleted_is_deleted_later(line: Carrier) -> None:
    call = line.call()
    await call.tell()
    line.stand_in.refusals.append(404)
    await line.house.work()
    assert await line.count("evidence", "state = 'waiting'") == 1
    line.house.core.keeper.pauses.end_all()
    line.stand_in.refusals.extend([0, 503])
    await line.house.work()
    assert line.stand_in.deleted == []
    assert await line.count("evidence", "state = 'ready' AND source IS NOT NULL") == 1
    await line.change("UPDATE evidence SET hour = hour - 1")
    assert await left_over(line.house.core.store) == {"ivr": 1}
    await line.house.work()
    assert len(line.stand_in.deleted) == 1
    assert await left_over(line.house.core.store) == {}


async def test_what_is_erased_is_deleted_at_the_carrier_too(line: Carrier) -> None:
    from satark.channels.messages import Envelope, Inbound, Kind, Secret

    call = await line.call().to_the_account()
    recording = await call.speak()
    channel = line.house.core.registry.channels["ivr"]
    erase = [Inbound(Kind.TEXT, "delete"), Inbound(Kind.CHOICE, choice="erase:yes")]
    await line.house.core.door.receive(
        channel, [Envelope(Secret(call.sid), Secret(f"e{at}"), one) for at, one in enumerate(erase)]
    )
    await line.house.work()
    assert line.stand_in.deleted == [recording]
    assert await line.count("evidence", "state = 'discarded' AND key IS NULL AND source IS NULL") == 1
