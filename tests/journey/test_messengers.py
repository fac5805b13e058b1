"""WhatsApp and Telegram from the citizen's first word to the message that something was done."""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from conftest import Watch
from satark.channels.messages import (
    DeliveryState,
    DeliveryStatus,
    Inbound,
    Kind,
    Secret,
    Sent,
    TryAgain,
    WebhookRequest,
    Wire,
)
from satark.delivery.outbox import KEPT
from satark.store.clock import DAY, now
from satark.tips.queries import letters_of, progress_of
from satark_telegram.standin import Refused
from tests.journey.messengers import Messenger, inbound_of, messengers, photo, sent_photo

ASHA, MUNNA = "919000000001", "919000000002"


@pytest.fixture
async def both(tmp_path: Path, database: str) -> AsyncIterator[dict[str, Messenger]]:
    async with messengers(tmp_path, database) as made:
        yield made


@pytest.fixture(params=["whatsapp", "telegram"])
async def messenger(request: pytest.FixtureRequest, both: dict[str, Messenger]) -> Messenger:
    """Each of them, on each database."""
    return both[request.param]


@pytest.fixture
async def whatsapp(tmp_path: Path) -> AsyncIterator[Messenger]:
    async with messengers(tmp_path) as made:
        yield made["whatsapp"]


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Messenger]:
    async with messengers(tmp_path) as made:
        yield made["telegram"]


async def test_from_hi_to_the_receipt_each_turn_is_one_bubble(messenger: Messenger) -> None:
    said = ["hi", "=language:en", "=category:gambling", "a den by the well", "=done", "=at:unknown", "=check:send"]
    for turn, one in enumerate(said, 1):
        await messenger.say(ASHA, one)
        await messenger.later()
        assert len(messenger.heard(ASHA)) == turn
    assert await messenger.count("tip") == 1
    assert "Keep this number" in messenger.heard(ASHA)[-1]


async def test_a_post_that_comes_again_is_answered_once(messenger: Messenger) -> None:
    asked = [messenger.envelope(ASHA, inbound_of(one)) for one in ("hi", "=language:en", "=category:gambling", "a den")]
    for _ in range(3):
        assert set(await messenger.post(asked)) == {200}
    await asyncio.gather(*(messenger.post(asked) for _ in range(3)))
    await messenger.later()
    heard = len(messenger.heard(ASHA))
    await messenger.post(asked)
    await messenger.later()
    assert len(messenger.heard(ASHA)) == heard


async def test_a_burst_of_photos_gets_one_answer_and_all_are_fetched(messenger: Messenger) -> None:
    await messenger.say(ASHA, "=language:en", "=category:gambling")
    await messenger.later()
    before = len(messenger.heard(ASHA))
    for at in range(10):
        messenger.files[f"300{at}"] = photo()
        await messenger.say(ASHA, sent_photo(f"300{at}"))
    await messenger.later()
    assert len(messenger.heard(ASHA)) == before + 1
    await messenger.say(ASHA, "=done", "=at:unknown", "=check:send")
    await messenger.later()
    assert await messenger.count("evidence", "state = 'ready'") == 10


async def test_two_answers_of_one_second_come_in_their_order(messenger: Messenger) -> None:
    """The first has the receipt, so it is not taken back when the second is there."""
    for at in range(8):
        told = ("=language:en", "=category:gambling", "they play every night", "=done", "=at:unknown", "=check:send")
        await messenger.say(str(919000000100 + at), *told, "and in the morning")
    await messenger.later()
    for at in range(8):
        *_, receipt, question = messenger.heard(str(919000000100 + at))
        assert "Keep this number" in receipt
        assert "same matter" in question


async def test_a_second_tip_starts_clean(messenger: Messenger) -> None:
    await messenger.report(ASHA)
    await messenger.say(ASHA, "menu", "=menu:tell")
    await messenger.later()
    await messenger.report(ASHA, "liquor behind the mill", "at:district/ghazipur")
    assert await messenger.count("tip") == 2
    assert await messenger.count("tip", "district = 'district/ghazipur'") == 1
    receipts = {line for line in messenger.heard(ASHA) if "Keep this number" in line}
    assert len(receipts) == 2


@pytest.mark.parametrize("word", ["STOP", "delete", "रोकें", "मिटाओ", "/delete", " Stop. "])
async def test_the_words_to_stop_reach_the_flow(both: dict[str, Messenger], word: str) -> None:
    messenger = both["telegram" if word.startswith("/") else "whatsapp"]
    await messenger.report(ASHA)
    assert await messenger.count("return_address") == 1
    await messenger.say(ASHA, word, "=erase:yes")
    await messenger.later()
    assert await messenger.count("return_address") == 0
    assert await messenger.count("conversation") == 0


async def test_what_is_forged_touches_nothing(messenger: Messenger) -> None:
    (asked,) = messenger.channel.imitate([messenger.envelope(ASHA, Inbound(Kind.TEXT, "hi"))])
    url = f"/channels/{messenger.channel.name}/webhook"
    forged: WebhookRequest
    for forged in (
        WebhookRequest("", {}, asked.body),
        WebhookRequest("", dict.fromkeys(asked.headers, "x"), asked.body),
    ):
        answer = await messenger.client.post(url, content=forged.body, headers=dict(forged.headers))
        assert answer.status_code == 401
    assert await messenger.count("conversation") == await messenger.count("outbox") == 0


async def test_a_file_that_is_not_what_was_announced_is_fetched_again(whatsapp: Messenger) -> None:
    right = photo()
    whatsapp.files["3001"] = right[:-100]
    await whatsapp.say(ASHA, "=language:en", "=category:gambling")
    await whatsapp.say(ASHA, sent_photo("3001", sha256=hashlib.sha256(right).hexdigest()))
    await whatsapp.later()
    assert await whatsapp.count("evidence", "state = 'waiting' AND attempts = 1") == 1
    assert [path for path in whatsapp.house.core.settings.data_dir.glob("evidence/*") if path.is_file()] == []
    whatsapp.files["3001"] = right
    whatsapp.house.core.keeper.pauses.end_all()
    await whatsapp.later()
    assert await whatsapp.count("evidence", "state = 'ready'") == 1


async def test_who_has_a_username_and_no_number_is_answered(whatsapp: Messenger) -> None:
    person = "IN.16483000000000000001"
    await whatsapp.report(person)
    assert await whatsapp.count("tip") == 1
    assert whatsapp.heard(person)
    assert all("recipient" in one and "to" not in one for one in whatsapp.stand_in.sent)


async def test_a_thousand_people_in_one_post(whatsapp: Messenger) -> None:
    people = [f"9190{at:08}" for at in range(1000)]
    assert await whatsapp.post(
        [whatsapp.envelope(person, Inbound(Kind.TEXT, f"a den, says {person}")) for person in people]
    ) == [200]
    assert await whatsapp.count("conversation") == await whatsapp.count("outbox") == 1000


async def test_what_comes_out_of_order_is_one_tip_all_the_same(whatsapp: Messenger) -> None:
    """Deliveries are concurrent: the answer to a question may overtake the words before it."""
    said = ["=language:en", "=category:gambling", "a den by the well", "=at:unknown"]
    for at, order in enumerate(itertools.permutations(said)):
        person = f"9190{at:08}"
        await asyncio.gather(*(whatsapp.post([whatsapp.envelope(person, inbound_of(one))]) for one in order))
        await whatsapp.say(person, "=done", "=at:unknown", "=check:send")
    assert await whatsapp.count("tip", "category = 'gambling'") == 24


async def test_a_tapped_button_stops_turning(telegram: Messenger) -> None:
    await telegram.say(ASHA, "=language:en")
    await telegram.later()
    assert len(telegram.stand_in.answered) == 1


async def test_who_blocked_the_bot_is_never_tried_again(telegram: Messenger) -> None:
    telegram.stand_in.blocked.add(int(ASHA))
    await telegram.say(ASHA, "hi")
    await telegram.house.work()
    assert await telegram.count("outbox") == 0


async def test_a_flood_waits_as_long_as_it_is_told(telegram: Messenger) -> None:
    telegram.stand_in.refusals.append(Refused(429, "Too Many Requests: retry after 90", 90))
    await telegram.say(ASHA, "hi")
    await telegram.house.work()
    assert await telegram.count("outbox", f"due >= {now() + 80}") == 1
    await telegram.later()
    assert len(telegram.heard(ASHA)) == 1


async def test_a_group_is_refused_and_left(telegram: Messenger) -> None:
    group = {"chat": {"id": -1001234567, "type": "supergroup", "title": "Mohalla"}, "from": {"id": int(ASHA)}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret-token"}
    update = {"update_id": 77, "message": {"message_id": 1, "date": 1, **group, "text": "/start"}}
    answer = await telegram.client.post("/channels/telegram/webhook", json=update, headers=headers)
    assert answer.status_code == 200
    await telegram.later()
    assert telegram.stand_in.left == [-1001234567]
    assert await telegram.count("conversation") == 0


async def test_a_file_too_large_for_telegram_keeps_its_caption(telegram: Messenger) -> None:
    await telegram.say(ASHA, "=language:en", "=category:gambling")
    await telegram.later()
    video = {"file_id": "x", "file_unique_id": "x", "file_size": 30_000_000, "width": 1, "height": 1, "duration": 9}
    said = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": int(ASHA), "type": "private"},
        "video": video,
        "caption": "the lorry",
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret-token"}
    await telegram.client.post("/channels/telegram/webhook", json={"update_id": 99, "message": said}, headers=headers)
    await telegram.later()
    assert "too large" in telegram.heard(ASHA)[-1]
    await telegram.say(ASHA, "=done", "=at:unknown", "=check:send")
    assert await telegram.count("message", "kind = 'account'") == 1


async def test_the_home_page_and_a_poster_lead_to_both(whatsapp: Messenger) -> None:
    home = (await whatsapp.client.get("/?lang=en")).text
    assert "Tell it on WhatsApp" in home
    assert "https://t.me/satark_bot" in home
    poster = (await whatsapp.client.get("/q/jnp-kotwali?lang=hi")).text
    assert "https://wa.me/15550000000?text=HI%20jnp-kotwali" in poster
    assert "https://t.me/satark_bot?start=jnp-kotwali" in poster


async def test_what_was_done_is_told_at_once_within_the_window(messenger: Messenger) -> None:
    await messenger.report(ASHA)
    await messenger.act()
    await messenger.later()
    news = messenger.heard(ASHA)[-1]
    assert "There is news for you" in news
    assert "template" not in news
    await messenger.say(ASHA, "=news")
    await messenger.later()
    assert "We went there." in messenger.heard(ASHA)[-1]
    assert await messenger.count("outbox", "state <> 'sent'") == 0


async def test_after_a_day_whatsapp_knocks_with_a_template(whatsapp: Messenger) -> None:
    await whatsapp.report(ASHA)
    await whatsapp.change("UPDATE return_address SET heard_hour = heard_hour - 25")
    whatsapp.stand_in.closed.add(ASHA)
    await whatsapp.act()
    await whatsapp.later()
    knock = whatsapp.stand_in.sent[-1]
    assert knock["template"]["name"] == "news"
    assert knock["template"]["language"] == {"code": "en"}
    whatsapp.stand_in.closed.clear()
    await whatsapp.say(ASHA, "=news")
    await whatsapp.later()
    assert "We went there." in whatsapp.heard(ASHA)[-1]


async def test_a_window_that_closed_too_early_is_knocked_at(whatsapp: Messenger) -> None:
    """We think that it is open; Meta knows better, at once or in a report."""
    await whatsapp.report(ASHA)
    whatsapp.stand_in.closed.add(ASHA)
    await whatsapp.act()
    await whatsapp.later()
    assert whatsapp.stand_in.sent[-1]["type"] == "template"


async def test_an_answer_that_failed_for_the_window_waits_for_a_word(whatsapp: Messenger) -> None:
    await whatsapp.say(ASHA, "=language:en", "=category:gambling")
    await whatsapp.later()
    asked = whatsapp.heard(ASHA)[-1]
    failed = whatsapp.stand_in.sent[-1]["biz_opaque_callback_data"]
    body = {"id": "wamid.x", "status": "failed", "biz_opaque_callback_data": failed, "errors": [{"code": 131047}]}
    await post_statuses(whatsapp, body)
    await whatsapp.later()
    assert whatsapp.stand_in.sent[-1]["type"] == "template"
    assert await whatsapp.count("outbox", "state = 'held'") == 1
    await whatsapp.say(ASHA, "what is it?")
    await whatsapp.later()
    assert await whatsapp.count("outbox", "state = 'held'") == 0
    assert whatsapp.heard(ASHA)[-1] != asked
    assert whatsapp.stand_in.sent[-1]["type"] == "interactive"


async def post_statuses(whatsapp: Messenger, *statuses: dict[str, object]) -> None:
    from satark_whatsapp.plugin import SIGNATURE_HEADER, WhatsApp

    channel = whatsapp.channel
    assert isinstance(channel, WhatsApp)
    value = {"metadata": {"phone_number_id": channel.account.phone_number_id}, "statuses": list(statuses)}
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
    headers = {SIGNATURE_HEADER: channel.account.signature_of(body)}
    answer = await whatsapp.client.post("/channels/whatsapp/webhook", content=body, headers=headers)
    assert answer.status_code == 200


async def test_a_report_never_goes_back(whatsapp: Messenger) -> None:
    await whatsapp.report(ASHA)
    await whatsapp.act()
    await whatsapp.later()
    key = Secret(whatsapp.stand_in.sent[-1]["biz_opaque_callback_data"])
    seen = []
    for state in (
        DeliveryState.DELIVERED,
        DeliveryState.SENT,
        DeliveryState.READ,
        DeliveryState.FAILED,
        DeliveryState.DELIVERED,
    ):
        assert await whatsapp.post([DeliveryStatus(key, state)]) == [200]
        async with whatsapp.house.core.store.read() as db:
            seen.append((await db.execute(text("SELECT delivery FROM message WHERE delivery <> ''"))).scalar_one())
    assert seen == ["delivered"] * 5


async def test_a_report_that_overtakes_a_lost_answer_is_not_sent_again(
    whatsapp: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meta took it, its answer did not come, its report did."""
    original = whatsapp.channel.send

    async def lost(wire: Wire, address: Secret) -> TryAgain:
        assert isinstance(await original(wire, address), Sent)
        return TryAgain(20.0, "ReadTimeout")

    monkeypatch.setattr(whatsapp.channel, "send", lost)
    await whatsapp.say(ASHA, "hi")
    await whatsapp.house.work()
    assert await whatsapp.count("outbox", "state = 'due'") == 1
    key = Secret(whatsapp.stand_in.sent[-1]["biz_opaque_callback_data"])
    await whatsapp.post([DeliveryStatus(key, DeliveryState.SENT)])
    monkeypatch.setattr(whatsapp.channel, "send", original)
    await whatsapp.later()
    assert len(whatsapp.heard(ASHA)) == 1
    assert await whatsapp.count("outbox") == 0


async def test_a_channel_that_takes_nothing_gives_nothing_up(both: dict[str, Messenger]) -> None:
    """The token ran out: WhatsApp waits, Telegram goes on."""
    whatsapp, telegram = both["whatsapp"], both["telegram"]
    whatsapp.stand_in.refusals.extend([190, 190])
    await whatsapp.say(ASHA, "hi")
    await whatsapp.say(MUNNA, "hi")
    await telegram.say("7000000001", "hi")
    await whatsapp.house.work()
    assert len(telegram.heard("7000000001")) == 1
    assert whatsapp.stand_in.sent == []
    assert await whatsapp.count("outbox", "attempts = 0 AND state = 'due'") == 2
    whatsapp.stand_in.refusals.clear()
    whatsapp.house.bench.courier.lane(whatsapp.channel).open()
    await whatsapp.later()
    assert len(whatsapp.heard(ASHA)) == len(whatsapp.heard(MUNNA)) == 1


async def test_nobody_is_written_to_faster_than_whatsapp_takes_it(
    whatsapp: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """46 answers in no time: 45 at once, and the last one is left for later by ourselves, not refused by Meta."""
    moment = time.time()
    monkeypatch.setattr("satark.delivery.paces.exact", lambda: moment)
    for _ in range(46):
        await whatsapp.say(ASHA, "help")
        await whatsapp.change("UPDATE outbox SET due = 0 WHERE state = 'due'")
        await whatsapp.house.work()
    assert len(whatsapp.heard(ASHA)) == 45
    assert await whatsapp.count("outbox", "state = 'due' AND attempts = 0 AND due > 0") == 1
    assert await whatsapp.count("pace") == 1


async def values_at_rest(messenger: Messenger) -> set[str]:
    """Every text that any table holds."""
    async with messenger.house.core.store.read() as db:
        rows = [row for table in SQLModel.metadata.tables.values() for row in (await db.execute(table.select())).all()]
    return {value for row in rows for value in row if isinstance(value, str)}


async def test_a_provider_is_told_no_id_of_the_database_and_none_that_is_kept(whatsapp: Messenger) -> None:
    at_rest = set[str]()
    await whatsapp.say(ASHA, "hi")
    at_rest |= await values_at_rest(whatsapp)
    await whatsapp.report(ASHA)
    at_rest |= await values_at_rest(whatsapp)
    await whatsapp.act()
    at_rest |= await values_at_rest(whatsapp)
    await whatsapp.later()
    at_rest |= await values_at_rest(whatsapp)
    told = [str(one["biz_opaque_callback_data"]) for one in whatsapp.stand_in.sent]
    assert len(told) == len(set(told)) >= 2
    assert [key for key in told if any(key in value or value in key for value in at_rest if len(value) > 6)] == []


async def test_who_deletes_leaves_nothing_by_which_a_provider_is_asked(whatsapp: Messenger) -> None:
    await whatsapp.report(ASHA)
    await whatsapp.act()
    await whatsapp.later()
    assert await whatsapp.count("sent_part", "message_id <> ''") > 0
    await whatsapp.say(ASHA, "delete", "=erase:yes")
    assert await whatsapp.count("return_address") == 0
    assert await whatsapp.count("sent_part", "message_id <> ''") == 0


async def test_nothing_is_kept_of_answers_of_which_no_report_comes_any_more(whatsapp: Messenger, watch: Watch) -> None:
    await whatsapp.say(ASHA, "hi")
    await whatsapp.later()
    assert await whatsapp.count("sent_part") > 0
    watch.wait(KEPT + 1)
    await whatsapp.later()
    assert await whatsapp.count("outbox") == 0
    assert await whatsapp.count("sent_part") == 0


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.READ])
async def test_officers_learn_the_day_on_which_a_message_arrived(
    whatsapp: Messenger, watch: Watch, state: DeliveryState
) -> None:
    """Neither the minute, nor whether it was read."""
    await whatsapp.report(ASHA)
    await whatsapp.act()
    await whatsapp.later()
    before = await seen_by_officers(whatsapp)
    assert [one for one in before if one] == ["sent"]
    await whatsapp.post([DeliveryStatus(Secret(whatsapp.stand_in.sent[-1]["biz_opaque_callback_data"]), state)])
    assert await seen_by_officers(whatsapp) == before, "the same, also for the page that listens"
    watch.wait(DAY)
    assert [one for one in await seen_by_officers(whatsapp) if one] == ["delivered"]


async def seen_by_officers(messenger: Messenger) -> list[str]:
    """How far the letters of the only tip came, as its page says and as it is told what is new."""
    async with messenger.house.core.store.read() as db:
        tip = (await db.execute(text("SELECT id FROM tip"))).scalar_one()
        shown = [row.delivery for row in await letters_of(db, tip)]
        assert sorted(shown) == sorted(state for _, state in await progress_of(db, tip) if state != "ready")
    return shown
