"""P4: nobody learns of a tip that accuses their own office or one above it in their line."""

import re
from pathlib import Path

import httpx
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from conftest import House, Watch, house_at
from satark.insight.asking import EVER
from satark.insight.numbers import cells, days, places, waits, week
from satark.insight.reading import reading
from satark.jobs.counting import count_changes
from satark.panel.people import add_officer
from satark.routing.policy import (
    COOLING_HOURS,
    Held,
    after_accusation,
    after_transfer,
    assignable,
    handed_up,
    may_read,
    readers,
    shut_out,
)
from satark.routing.tree import below, line
from satark.store.clock import HOUR
from satark.store.sealing import Seal
from satark.store.tables import Tip, TipReader
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.marks import mark
from satark.tips.viewing import viewer_of

NOW = 500_000


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """An office tree under `top`, and the authority `outside` it."""
    parents = {"top": "", "outside": ""}
    for number in range(draw(st.integers(1, 12))):
        parents[f"o{number}"] = draw(st.sampled_from(["top", *(f"o{one}" for one in range(number))]))
    return parents


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, str], list[Held], frozenset[str], str]:
    """A tree, the posts of one person (some ended), the accused, and the district of a tip."""
    parents = draw(trees())
    offices = st.sampled_from(sorted(parents))
    ended = st.one_of(st.none(), st.integers(NOW - 3 * COOLING_HOURS, NOW))
    posts = draw(st.lists(st.builds(Held, offices, ended), min_size=1, max_size=4))
    return parents, posts, frozenset(draw(st.lists(offices, max_size=3))), draw(offices)


@given(worlds(), st.lists(st.sampled_from([f"o{one}" for one in range(12)] + ["top", "outside"])))
def test_who_serves_under_the_accused_never_reads(
    world: tuple[dict[str, str], list[Held], frozenset[str], str], extra: list[str]
) -> None:
    """Whatever the reading list says, late naming included: the accusation decides."""
    parents, posts, accused, district = world
    reading = readers(parents, "outside", "top", district, accused) | set(extra)
    serves = [post for post in posts if post.until is None or post.until + COOLING_HOURS >= NOW]
    if any(one in line(parents, post.office) for post in serves for one in accused):
        assert not may_read(parents, posts, reading, accused, NOW)


@given(worlds())
def test_who_is_not_accused_reads_what_their_office_has(
    world: tuple[dict[str, str], list[Held], frozenset[str], str],
) -> None:
    parents, posts, accused, district = world
    reading = readers(parents, "outside", "top", district, accused)
    lines = {one for post in posts for one in line(parents, post.office)}
    if not lines & accused:
        assert may_read(parents, posts, reading, accused, NOW) == any(
            post.until is None and post.office in reading for post in posts
        )


@given(worlds())
def test_every_tip_has_a_reader_and_no_accused_is_one(
    world: tuple[dict[str, str], list[Held], frozenset[str], str],
) -> None:
    parents, _, accused, district = world
    reading = readers(parents, "outside", "top", district, accused)
    assert reading
    assert reading == {"outside"} or not reading & shut_out(parents, accused)


@given(worlds())
def test_a_tip_is_never_handed_to_the_accused(world: tuple[dict[str, str], list[Held], frozenset[str], str]) -> None:
    parents, posts, accused, _ = world
    handed = assignable(parents, {post.office for post in posts}, accused)
    assert not handed & {office for one in accused for office in below(parents, one)}


@given(worlds(), st.lists(st.sampled_from([f"o{one}" for one in range(12)] + ["top", "outside"])))
def test_an_accusation_that_comes_late_leaves_readers_and_none_of_the_accused(
    world: tuple[dict[str, str], list[Held], frozenset[str], str], extra: list[str]
) -> None:
    parents, posts, accused, district = world
    before = readers(parents, "outside", "top", district, frozenset()) | (set(extra) & set(parents))
    reading = after_accusation(parents, "outside", "top", district, accused, before)
    assert reading
    assert not (reading - {"outside"}) & shut_out(parents, accused)
    assert before - shut_out(parents, accused) <= reading
    if any(one in line(parents, post.office) for post in posts if post.until is None for one in accused):
        assert not may_read(parents, posts, reading, accused, NOW)


@given(worlds())
def test_what_is_handed_up_goes_to_nobody_who_is_accused(
    world: tuple[dict[str, str], list[Held], frozenset[str], str],
) -> None:
    parents, posts, accused, _ = world
    for post in posts:
        above = handed_up(parents, "outside", post.office, accused)
        assert above == "outside" or (
            above in line(parents, post.office)[1:] and above not in shut_out(parents, accused)
        )


@given(worlds())
def test_after_a_transfer_nobody_of_the_old_district_reads(
    world: tuple[dict[str, str], list[Held], frozenset[str], str],
) -> None:
    parents, _, accused, district = world
    for target in set(parents) - below(parents, district):
        before = {"top", *below(parents, district)} - shut_out(parents, accused)
        reading = after_transfer(parents, district, target, accused, before)
        assert not reading & below(parents, district)
        assert (target in reading) is (target not in shut_out(parents, accused))


def add_tip(house: House, rows: Rows, number: int, accused: frozenset[str], due: int | None = None) -> str:
    pack, district, station = house.core.pack, "district/jaunpur", "station/jaunpur/kotwali"
    new = NewTip(
        channel="webform", locale="hi", category="gambling", district=district, station=station, accused=accused,
        readers=readers(pack.parents, pack.outside, pack.top, district, accused) | {station},
        letter=Letter(pieces=(Piece(text=f"tip {number}"),)), receipt=f"{number:032}", hour=NOW - number % 1000, due=due,
    )  # fmt: skip
    return open_tip(rows, Seal(house.core.keys["content.pub"]), new).reference


async def crawl(client: httpx.AsyncClient) -> dict[str, str]:
    """Every page that the panel's links lead to, without what differs from request to request."""
    waiting, seen = ["/panel/tips"], {}
    while waiting:
        path = waiting.pop()
        answer = await client.get(path)
        seen[path] = (
            f"{answer.status_code} {sorted(answer.headers.items())} {re.sub(r'csrf. value=.[^>]+', '', answer.text)}"
        )
        links = re.findall(r'(?:href|src|action)="(/panel/[^"#]*|\?[^"]*)"', answer.text)
        found = {link if link.startswith("/") else f"/panel/tips{link}" for link in links} | {"/panel/tips?reference="}
        skip = re.compile(
            r"sign-out|language|/tips/(bulk|saved|saved/drop)$|/static/|/live$|"
            r"/(assign|report|message|note|close|accuse|recuse|hand-back|transfer|priority|checklist|classify|link|unlink|merge|mute)$"
        )
        waiting += [
            link.replace("&amp;", "&")
            for link in found
            if not skip.search(link)
            and link.replace("&amp;", "&") not in seen
            and link.replace("&amp;", "&") not in waiting
        ]
    return seen


async def as_officer(house: House, login: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
    await client.post("/panel/sign-in", data={"login": login, "password": "a long password"})
    return client


async def test_a_full_crawl_of_the_accused_is_the_same_with_and_without_the_tip(tmp_path: Path) -> None:
    async with house_at(tmp_path) as house:
        offices = {
            "sho": ["station/jaunpur/kotwali"],
            "two": ["station/jaunpur/kotwali", "range/varanasi"],
            "dig": ["range/varanasi"],
        }
        for login, posts in offices.items():
            await add_officer(house.core.store, login, login, "a long password", posts, "en")
        rows = Rows()
        for number in range(60):
            add_tip(house, rows, number, frozenset(), due=NOW)
        async with house.core.store.write() as db:
            await rows.write(db)
        clients = {login: await as_officer(house, login) for login in offices}
        for client in clients.values():
            await crawl(client)
        before = {login: await crawl(client) for login, client in clients.items()}
        rows = Rows()
        secret = add_tip(house, rows, 1003, frozenset({"station/jaunpur/kotwali"}), due=NOW)
        async with house.core.store.write() as db:
            await rows.write(db)
        after = {login: await crawl(client) for login, client in clients.items()}
        assert len(before["sho"]) > 60
        assert "/panel/tips?overdue=in-time&step=assign&turn=district%2Fjaunpur" in before["sho"]
        assert after["sho"] == before["sho"]
        assert after["two"] == before["two"]
        assert after["dig"] != before["dig"]
        assert secret in str(after["dig"])
        nowhere = await clients["sho"].get("/panel/tips/AAA-AAA-AAA")
        hidden = await clients["sho"].get(f"/panel/tips/{secret}")
        assert (hidden.status_code, hidden.text) == (404, nowhere.text)
        for client in clients.values():
            await client.aclose()


async def form_of(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    token = re.search(r'name="csrf" value="([^"]+)"', (await client.get(path)).text)
    assert token
    return {"csrf": token[1]}


async def numbers(house: House, office: str, *, count: bool = True) -> dict[str, object]:
    """All that is kept of the numbers of an office, and when it was counted: once the worker has been there, or as it is."""
    if count:
        assert await count_changes({"bench": house.bench})
    viewer = viewer_of("x", "x", "en", [Held(office)], house.core.pack.parents)
    async with reading(house.core.store, viewer, synthetic=False) as of:
        assert of
        found = await places(of, EVER, ("month", "district", "station", "category"))
        spread = await days(of, 0, 30_000), await week(of, EVER), await cells(of, EVER), await waits(of, EVER)
        return {"counted": of.counted, "places": found, "spread": spread}


async def test_an_accusation_named_later_withdraws_the_tip_at_once(tmp_path: Path, watch: Watch) -> None:
    """The SHO had it on his desk. To his open session it is as if it had never been there, and who knew is known."""
    watch.seconds = NOW * HOUR
    async with house_at(tmp_path) as house:
        people = {"sho": "station/jaunpur/kotwali", "sp": "district/jaunpur", "dig": "range/varanasi"}
        for login, office in people.items():
            await add_officer(house.core.store, login, f"Officer {login}", "a long password", [office], "en")
        clients = {login: await as_officer(house, login) for login in people}
        rows = Rows()
        for number in range(5):
            add_tip(house, rows, number, frozenset())
        async with house.core.store.write() as db:
            await rows.write(db)
        await crawl(clients["sho"])
        # That looked at the tips, which is counted, too.
        counted = await numbers(house, people["sho"])
        before = await crawl(clients["sho"])
        rows = Rows()
        path = f"/panel/tips/{add_tip(house, rows, 7, frozenset())}"
        async with house.core.store.write() as db:
            await rows.write(db)
            await mark(db, NOW - 7)
        sp = await form_of(clients["sp"], path)
        assert (await clients["sp"].post(f"{path}/assign", data={**sp, "office": people["sho"]})).is_redirect
        assert (await clients["sho"].get(path)).status_code == 200
        assert await numbers(house, people["sho"]) != counted
        named = {**sp, "office": people["sho"], "words": "the voice on the recording is theirs"}
        assert (await clients["sp"].post(f"{path}/accuse", data=named)).headers["location"] == path
        assert await numbers(house, people["sho"], count=False) == counted
        assert await numbers(house, people["sho"]) == counted
        assert await crawl(clients["sho"]) == before
        nowhere = await clients["sho"].get("/panel/tips/AAA-AAA-AAA")
        hidden = await clients["sho"].get(path)
        assert (hidden.status_code, hidden.text) == (404, nowhere.text)
        for verb in ("note", "report", "message", "recuse"):
            token = {
                "csrf": re.findall(r'name="csrf" value="([^"]+)"', (await clients["sho"].get("/panel/tips")).text)[0]
            }
            answer = await clients["sho"].post(f"{path}/{verb}", data={**token, "words": "x", "text": "x"})
            assert answer.status_code == 404
        seen = (await clients["dig"].get(path)).text
        assert "it was seen by:" in seen
        assert "Officer sho" in seen
        assert "Officer sp</b> (" not in seen
        still_to_be_named = re.search(r'<select id="accuse-office".*?</select>', seen)
        assert still_to_be_named
        assert 'value="district/jaunpur"' in still_to_be_named[0]
        assert 'value="station/jaunpur/kotwali"' not in still_to_be_named[0]
        await clients["sp"].post(f"{path}/accuse", data={**sp, "office": "district/jaunpur", "words": "his too"})
        assert (await clients["sp"].get(path)).status_code == 404
        await clients["dig"].post(
            f"{path}/accuse", data={**await form_of(clients["dig"], path), "office": "range/varanasi", "words": "all"}
        )
        assert (await clients["dig"].get(path)).status_code == 404
        async with house.core.store.read() as db:
            offices = set(
                (
                    await db.execute(
                        select(TipReader.office_id)
                        .join(Tip, Tip.id == TipReader.tip_id)
                        .where(Tip.reference == path.rsplit("/", 1)[1])
                    )
                ).scalars()
            )  # type: ignore[call-overload, arg-type]
        assert offices == {"outside/vigilance"}
        for client in clients.values():
            await client.aclose()
