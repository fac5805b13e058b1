"""An office's work with tips: reports, order, what belongs together, views, many at once, and senders who tell lies."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from conftest import House
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.delivery.muting import mute_due
from satark.panel.people import add_officer
from satark.store.clock import day_of, now
from satark.store.sealing import Opener
from satark.tips.letters import open_letter
from tests.promises.test_p3_two_tips_cannot_be_linked import end_conversations, tell

PASSWORD = "a long password"
KOTWALI = "station/jaunpur/kotwali"
# Random ids, and what a receipt is kept as.
OWN = ("id", "tip_id", "reference", "receipt", "message_id", "key")
PHONES = ("910000000001", "910000000002", "910000000003")


class Desk:
    """An officer at a browser without JavaScript."""

    def __init__(self, house: House, client: httpx.AsyncClient) -> None:
        self.house = house
        self.client = client

    async def page(self, path: str = "/panel/tips") -> str:
        return (await self.client.get(path)).text

    async def send(self, path: str, fields: Any = (), *, of: str = "/panel/tips") -> httpx.Response:
        """Fields as pairs; with the token of the page `of`."""
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page(of))
        assert token
        pairs = [("csrf", token[1]), *(fields.items() if isinstance(fields, dict) else fields)]
        data: dict[str, Any] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        return await self.client.post(path, data=data)

    async def value(self, query: str) -> Any:
        async with self.house.core.store.read() as db:
            return (await db.execute(text(query))).scalar_one()

    async def paths(self) -> list[str]:
        """The tips in the order of their references."""
        return sorted(set(re.findall(r'"(/panel/tips/[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})"', await self.page())))


async def desk_of(house: House, login: str, office: str) -> Desk:
    await add_officer(house.core.store, login, f"Officer {login}", PASSWORD, [office], "en")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
    await client.post("/panel/sign-in", data={"login": login, "password": PASSWORD})
    return Desk(house, client)


@pytest.fixture
async def dig(both_houses: House) -> AsyncIterator[Desk]:
    """The DIG with three tips of three people."""
    for number, phone in enumerate(PHONES):
        await tell(both_houses, phone, number)
    await end_conversations(both_houses)
    desk = await desk_of(both_houses, "dig", "range/varanasi")
    yield desk
    await desk.client.aclose()


def told(house: House, sealed: bytes) -> Any:
    return open_letter(Opener(house.core.keys["reply.key"]), sealed)


async def test_a_report_is_looked_at_before_it_goes_and_goes_once(dig: Desk) -> None:
    path = (await dig.paths())[0]
    fields = [("text", "went there <b>"), ("arrests", "2"), ("what", "liquor"), ("amount", "20 l"), ("what", ""), ("amount", ""),
              ("fir", "12/2026"), ("words", "Two people were caught"), ("letters", "1")]  # fmt: skip
    looked = await dig.send(f"{path}/report", fields, of=path)
    assert looked.status_code == 200
    assert '<blockquote lang="en" dir="auto" class="text">Two people were caught</blockquote>' in looked.text
    assert "went there &lt;b&gt;" in looked.text
    assert await dig.value("SELECT count(*) FROM message WHERE kind <> 'account'") == 0
    for _ in range(2):
        sent = await dig.send(f"{path}/report", [*fields, ("step", "send")], of=path)
        assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert await dig.value("SELECT count(*) FROM message WHERE kind = 'report'") == 1
    page = await dig.page(path)
    assert re.search(
        r"<dt>Arrests</dt><dd[^>]*>2</dd>\s*<dt[^>]*>liquor</dt><dd[^>]*>20 l</dd>\s*<dt>FIR number</dt><dd[^>]*>12/2026</dd>",
        page,
    )
    assert await dig.value("SELECT count(*) FROM outbox WHERE message_id <> ''") == 1
    sealed = await dig.value("SELECT sealed FROM message WHERE kind = 'message'")
    assert told(dig.house, sealed).pieces[0].text == "Two people were caught"
    other = [(name, "Three people were caught" if name == "words" else value) for name, value in fields]
    await dig.send(f"{path}/report", [*other, ("step", "send")], of=path)
    assert await dig.value("SELECT count(*) FROM message WHERE kind = 'report'") == 2, "another text is another report"


async def test_without_words_the_preview_shows_the_phrase_in_the_informant_s_language(dig: Desk) -> None:
    async with dig.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET locale = 'hi'"))
    path = (await dig.paths())[0]
    looked = await dig.send(f"{path}/report", {"text": "x"}, of=path)
    assert re.search(r'<blockquote lang="hi"[^>]*>आपकी दी हुई[^<]*</blockquote>', looked.text)
    warned = await dig.send(f"{path}/report", {"text": "x", "words": "tell us your name"}, of=path)
    assert "This seems to ask who they are." in warned.text


@pytest.mark.parametrize(
    "fields",
    [{}, {"text": " "}, {"text": "x", "arrests": "-1"}, {"text": "x", "arrests": "10000"}, {"arrests": "many"}],
)
async def test_a_report_of_nothing_or_nonsense_is_refused(dig: Desk, fields: dict[str, str]) -> None:
    path = (await dig.paths())[0]
    assert (await dig.send(f"{path}/report", {**fields, "step": "send"}, of=path)).status_code == 422
    assert await dig.value("SELECT count(*) FROM message WHERE kind = 'report'") == 0


async def test_a_note_sent_twice_is_kept_once_and_another_is_kept_too(dig: Desk) -> None:
    path = (await dig.paths())[0]
    for words in ("one", "one", "two"):
        await dig.send(f"{path}/note", {"words": words, "letters": "1"}, of=path)
    assert await dig.value("SELECT count(*) FROM message WHERE kind = 'note'") == 2


async def test_priority_is_set_shown_and_filtered(dig: Desk) -> None:
    path, *others = await dig.paths()
    assert (await dig.send(f"{path}/priority", {"priority": "2"}, of=path)).status_code == 303
    assert "Urgent</b>" in await dig.page(path)
    found = await dig.page("/panel/tips?priority=1")
    assert path in found
    assert not any(other in found for other in others)
    for wrong in ("3", "-1", "x", ""):
        assert (await dig.send(f"{path}/priority", {"priority": wrong}, of=path)).status_code == 422
    assert (await dig.client.get("/panel/tips?priority=9x%27")).status_code == 200


async def test_the_checklist_keeps_who_and_when_and_takes_no_other_items(dig: Desk) -> None:
    path = (await dig.paths())[0]
    await dig.send(f"{path}/checklist", [("done", "place"), ("done", "nonsense")], of=path)
    assert await dig.value("SELECT count(*) FROM check_mark") == 1
    assert "Officer dig, " in await dig.page(path)
    await dig.send(f"{path}/checklist", [("done", "raid")], of=path)
    assert await dig.value("SELECT item FROM check_mark") == "raid"
    assert (
        await dig.value("SELECT detail FROM audit_entry WHERE action = 'checklist' ORDER BY number DESC LIMIT 1")
        == "+raid -place"
    )


async def test_kind_and_place_are_set_right(dig: Desk) -> None:
    path = (await dig.paths())[0]
    async with dig.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET district = 'district/jaunpur'"))
    right = {"category": "weapons", "station": KOTWALI}
    assert (await dig.send(f"{path}/classify", right, of=path)).headers["location"] == path
    assert "Illegal weapons" in await dig.page(path)
    for wrong in (
        {"category": "nonsense"},
        {"category": "police_corruption", "office": KOTWALI, "words": ""},
    ):
        assert (await dig.send(f"{path}/classify", wrong, of=path)).status_code == 422
    for refused in ({"category": "weapons", "station": "station/ghazipur/saidpur"}, {"category": "police_corruption"}):
        assert (await dig.send(f"{path}/classify", refused, of=path)).status_code == 403
    assert await dig.value(f"SELECT category FROM tip WHERE reference = '{path[-11:]}'") == "weapons"


async def test_a_kind_that_accuses_withdraws_the_tip_from_the_accused(dig: Desk) -> None:
    path = (await dig.paths())[0]
    async with dig.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET district = 'district/jaunpur'"))
        await db.execute(
            text(
                "INSERT INTO tip_reader (tip_id, office_id, hour, fresh) SELECT id, 'district/jaunpur', hour, false FROM tip"
            )
        )
    sp = await desk_of(dig.house, "sp", "district/jaunpur")
    assert (await sp.client.get(path)).status_code == 200
    named = {"category": "police_corruption", "office": "district/jaunpur", "words": "it is about them"}
    gone = await sp.send(f"{path}/classify", named, of=path)
    assert gone.headers["location"] == "/panel/tips"
    assert (await sp.client.get(path)).status_code == 404
    assert (await dig.client.get(path)).status_code == 200


async def test_related_tips_are_linked_and_separated(dig: Desk) -> None:
    one, two, three = await dig.paths()
    assert (await dig.send(f"{one}/link", {"other": two[-11:].lower()}, of=one)).status_code == 303
    await dig.send(f"{two}/link", {"other": one[-11:]}, of=two)
    assert await dig.value("SELECT count(*) FROM tip_link") == 1
    assert two in await dig.page(one)
    assert one in await dig.page(two)
    assert three not in await dig.page(one)
    for wrong in (one[-11:], "AAA-AAA-AAA", ""):
        assert (await dig.send(f"{one}/link", {"other": wrong}, of=one)).status_code == 403
    await dig.send(f"{two}/unlink", {"other": one[-11:]}, of=two)
    assert await dig.value("SELECT count(*) FROM tip_link") == 0


async def test_who_told_a_duplicate_is_told_what_is_done_about_the_other(dig: Desk) -> None:
    one, two, three = await dig.paths()
    for path in (one, two):
        await dig.page(path)
    assert (await dig.send(f"{one}/merge", {"other": two[-11:]}, of=one)).status_code == 303
    assert (await dig.send(f"{two}/merge", {"other": one[-11:]}, of=two)).status_code == 403, "that goes in a circle"
    await dig.send(f"{two}/merge", {"other": three[-11:]}, of=two)
    ends = "SELECT count(*) FROM tip_link JOIN tip ON tip.id = other_id WHERE kind = 'duplicate' AND reference = '{}'"
    assert await dig.value(ends.format(three[-11:])) == 2, "what was merged into a duplicate goes with it"
    await dig.send(f"{three}/report", {"text": "x", "words": "it is done", "step": "send"}, of=three)
    async with dig.house.core.store.read() as db:
        rows = await db.execute(text("SELECT tip_id, sealed FROM message WHERE kind = 'message'"))
        heard = [
            row.tip_id for row in rows if [one.text for one in told(dig.house, row.sealed).pieces] == ["it is done"]
        ]
    assert len(set(heard)) == len(heard) == 3
    assert await dig.value("SELECT count(*) FROM tip WHERE status = 'duplicate'") == 2
    await dig.send(f"{one}/unlink", {"other": three[-11:]}, of=one)
    assert await dig.value(f"SELECT status FROM tip WHERE reference = '{one[-11:]}'") == "assigned"


async def test_tips_that_accuse_others_are_not_merged_and_links_show_nothing_of_them(dig: Desk) -> None:
    """P4: the SP reads both but for the accusation; from then on the link is not there for them."""
    one, two, _ = await dig.paths()
    async with dig.house.core.store.write() as db:
        await db.execute(text("UPDATE tip SET district = 'district/jaunpur'"))
        await db.execute(
            text(
                "INSERT INTO tip_reader (tip_id, office_id, hour, fresh) SELECT id, 'district/jaunpur', hour, false FROM tip"
            )
        )
    sp = await desk_of(dig.house, "sp", "district/jaunpur")
    for desk in (sp, dig):
        await desk.page(one)
    before = await sp.page(one)
    await dig.send(f"{one}/link", {"other": two[-11:]}, of=one)
    assert two in await sp.page(one)
    await dig.send(f"{two}/accuse", {"office": "district/jaunpur", "words": "x"}, of=two)
    assert await sp.page(one) == before
    assert (await dig.send(f"{two}/merge", {"other": one[-11:]}, of=two)).status_code == 403
    for act in ("link", "merge", "unlink"):
        hidden = await sp.send(f"{one}/{act}", {"other": two[-11:]}, of=one)
        nowhere = await sp.send(f"{one}/{act}", {"other": "BBB-BBB-BBB"}, of=one)
        typed, other = hidden.text.replace(two[-11:], "typed"), nowhere.text.replace("BBB-BBB-BBB", "typed")
        assert (hidden.status_code, typed) == (nowhere.status_code, other)


async def test_many_at_once_and_what_cannot_be_done_is_left(dig: Desk) -> None:
    paths = await dig.paths()
    for path in paths[:2]:
        await dig.page(path)
    chosen = [("chosen", path[-11:]) for path in paths]
    done = await dig.send(
        "/panel/tips/bulk", [*chosen, ("act", "assign"), ("office", KOTWALI), ("back", "category=gambling")]
    )
    assert done.headers["location"] == "/panel/tips?category=gambling&done=2&left=1"
    page = await dig.page(done.headers["location"])
    assert "Done with 2 tips. 1 could not be changed like that." in page
    assert await dig.value(f"SELECT count(*) FROM tip WHERE assigned = '{KOTWALI}'") == 2
    await dig.send("/panel/tips/bulk", [*chosen, ("act", "priority"), ("priority", "1")])
    assert await dig.value("SELECT count(*) FROM tip WHERE priority = 1") == 3
    await dig.send(
        "/panel/tips/bulk",
        [*chosen[:1], ("act", "close"), ("status", "closed"), ("outcome", "referred"), ("sure", "yes")],
    )
    assert await dig.value("SELECT count(*) FROM tip WHERE status = 'closed' AND outcome = 'referred'") == 1
    for wrong in ([("act", "nonsense")], [("act", "close"), ("status", "received")], []):
        assert (await dig.send("/panel/tips/bulk", [*chosen, *wrong])).status_code == 422
    other = await desk_of(dig.house, "sho", KOTWALI)
    assert (
        await other.send("/panel/tips/bulk", [("chosen", paths[2][-11:]), ("act", "priority"), ("priority", "2")])
    ).headers["location"] == "/panel/tips?done=0&left=1"


async def test_a_view_is_kept_under_a_name_by_one_officer(dig: Desk) -> None:
    kept = await dig.send("/panel/tips/saved", {"name": "Bets <b>", "query": "category=gambling&nonsense=1&unread=yes"})
    assert kept.headers["location"] == "/panel/tips?category=gambling&unread=yes"
    await dig.send("/panel/tips/saved", {"name": "Bets <b>", "query": "category=gambling"})
    page = await dig.page("/panel/tips?category=gambling")
    assert '<a href="/panel/tips?category=gambling" aria-current="page">Bets &lt;b&gt;</a>' in page
    other = await desk_of(dig.house, "other", "range/varanasi")
    assert "Bets" not in await other.page()
    own = await dig.value("SELECT id FROM saved_filter")
    await other.send("/panel/tips/saved/drop", {"id": own})
    assert await dig.value("SELECT count(*) FROM saved_filter") == 1
    await dig.send("/panel/tips/saved/drop", {"id": own})
    assert await dig.value("SELECT count(*) FROM saved_filter") == 0
    for wrong in ({"name": "", "query": "category=x"}, {"name": "x", "query": ""}):
        assert (await dig.send("/panel/tips/saved", wrong)).status_code == 422


async def say(house: House, phone: str, word: str, key: str) -> None:
    chat = house.core.registry.channels["simulator"]
    await house.core.door.receive(chat, [Envelope(Secret(phone), Secret(key), Inbound(Kind.TEXT, word))])


async def tell_all(house: House, number: int) -> None:
    """Each of them tells once more; what the first message of a conversation is answered is the same for all."""
    for phone in PHONES:
        await tell(house, phone, number)
    await end_conversations(house)


MARK = "From a muted sender"


async def marked(dig: Desk) -> list[bool]:
    """Of each tip, whether its page tells that it is from a muted sender."""
    return [MARK in await dig.page(path) for path in await dig.paths()]


async def test_what_a_muted_sender_sends_is_kept_and_marked_and_answered_as_everybody_s(dig: Desk) -> None:
    house, inboxes = dig.house, dig.house.core.registry.channels["simulator"]._inboxes
    path = (await dig.paths())[0]
    await dig.send(f"{path}/mute", {"wish": "mute", "words": "invented"}, of=path)
    assert await mute_due(house.bench.courier) == 1
    assert await dig.value("SELECT count(*) FROM mute_request") == 0
    assert await dig.value("SELECT until FROM mute") == day_of(now()) + 30
    assert await marked(dig) == [False] * 3
    before = {phone: len(inboxes[phone]) for phone in PHONES}
    await tell_all(house, 7)
    await house.work()
    said = [[re.sub(r"\d", "0", str(one)) for one in inboxes[phone].values()][before[phone] :] for phone in PHONES]
    assert said[0]
    assert said[0] == said[1] == said[2]
    assert sorted(await marked(dig)) == [False] * 5 + [True]
    await dig.send(f"{path}/mute", {"wish": "lift", "words": "it was true"}, of=path)
    await mute_due(house.bench.courier)
    await tell_all(house, 8)
    assert sorted(await marked(dig)) == [False] * 8 + [True]


async def test_what_is_added_and_what_the_clock_sends_is_marked_too(dig: Desk) -> None:
    house = dig.house
    for path in await dig.paths():
        # An older page says `block`.
        await dig.send(f"{path}/mute", {"wish": "block", "words": "invented"}, of=path)
    await mute_due(house.bench.courier)
    await say(house, PHONES[0], "they will kill him tonight", "late")
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE conversation SET expires = 0"))
    await house.core.door.close_idle(house.core.registry.channels)
    (new,) = [one for one in await dig.paths() if "they will kill him tonight" in await dig.page(one)]
    assert MARK in await dig.page(new)
    await dig.send(f"{new}/message", {"words": "Where is he?"}, of=new)
    async with house.core.store.write() as db:
        await db.execute(text("DELETE FROM mute"))
    await house.work()
    await say(house, PHONES[0], "at the mill", "later")
    assert (await dig.page(new)).count(MARK) == 1
    assert "at the mill" in await dig.page(new)


async def test_nothing_at_rest_tells_which_tips_are_from_a_muted_sender(dig: Desk) -> None:
    """They could be told to be of one person, for few are muted."""

    async def at_rest() -> list[list[tuple[str, str, Any]]]:
        """Of each tip all that is no random id and not sealed."""
        found: dict[str, list[tuple[str, str, Any]]] = {}
        async with dig.house.core.store.read() as db:
            for table in SQLModel.metadata.sorted_tables:
                for row in (await db.execute(table.select())).mappings():
                    of_tip = row["id"] if table.name == "tip" else row.get("tip_id")
                    if of_tip:
                        open_to_all = {
                            name: one for name, one in row.items() if name not in OWN and not isinstance(one, bytes)
                        }
                        found.setdefault(of_tip, []).extend((table.name, *pair) for pair in open_to_all.items())
        return [sorted(map(str, one)) for one in found.values()]  # type: ignore[misc]

    path = (await dig.paths())[0]
    await dig.send(f"{path}/mute", {"wish": "mute", "words": "invented"}, of=path)
    await mute_due(dig.house.bench.courier)
    async with dig.house.core.store.read() as db:
        old = set((await db.execute(text("SELECT id FROM tip"))).scalars())
    await tell_all(dig.house, 7)
    async with dig.house.core.store.write() as db:
        for table in ("message", "return_address", "tip_reader", "status_change", "letter_words", "accusation"):
            await db.execute(text(f"DELETE FROM {table} WHERE tip_id IN ({', '.join(repr(one) for one in old)})"))
    new = [one for one in await at_rest() if any("return_address" in value for value in one)]
    assert len(new) == 3
    assert new[0] == new[1] == new[2]


async def test_only_those_above_a_station_may_mute_and_always_with_a_reason(dig: Desk) -> None:
    path = (await dig.paths())[0]
    for wrong in ({"wish": "mute", "words": ""}, {"wish": "nonsense", "words": "x"}):
        assert (await dig.send(f"{path}/mute", wrong, of=path)).status_code == 422
    await dig.send(f"{path}/assign", {"office": KOTWALI}, of=path)
    sho = await desk_of(dig.house, "sho", KOTWALI)
    assert "A lie, told on purpose" not in await sho.page(path)
    assert (await sho.send(f"{path}/mute", {"wish": "mute", "words": "x"}, of=path)).status_code == 403
    assert await dig.value("SELECT count(*) FROM mute_request") == 0


async def test_a_mute_ends_by_itself(dig: Desk) -> None:
    house = dig.house
    path = (await dig.paths())[0]
    await dig.send(f"{path}/mute", {"wish": "mute", "words": "x"}, of=path)
    await mute_due(house.bench.courier)
    async with house.core.store.write() as db:
        await db.execute(text(f"UPDATE mute SET until = {day_of(now()) - 1}"))
    for phone in PHONES:
        await say(house, phone, "hi", f"{phone}a")
    assert await dig.value("SELECT count(*) FROM conversation") == 3
    from satark.jobs.worker import forget_old

    await forget_old({"bench": house.bench})
    assert await dig.value("SELECT count(*) FROM mute") == 0


async def test_letters_are_told_of_as_they_come(dig: Desk) -> None:
    """What the page of a tip listens to: silent until there is something, and closed to who may not see the tip."""
    from satark.tips.queries import progress_of

    path = (await dig.paths())[0]
    tip = await dig.value(f"SELECT id FROM tip WHERE reference = '{path[-11:]}'")
    seen = []
    for act in (None, "note", None, "message"):
        if act:
            await dig.send(f"{path}/{act}", {"words": "x"}, of=path)
        async with dig.house.core.store.read() as db:
            seen.append(await progress_of(db, tip))
    assert [one == other for one, other in pairwise(seen)] == [False, True, False]
    sho = await desk_of(dig.house, "sho", KOTWALI)
    assert (await sho.client.get(f"{path}/live")).status_code == 404
