"""Who passes when too many come: who worked, or waited; each once, and nobody is written down."""

from dataclasses import replace

import pytest

from satark.channels import brake, turnstile
from satark.channels.brake import Brake
from satark.channels.pressure import Pressure
from satark.channels.turnstile import LIFE, STEPS, WAIT, Ticket, Turnstile, answer_of

NOBODY = "192.0.2.1"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "COST", 10)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Turnstile:
    return Turnstile(b"k" * 32, clock)


def work(ticket: Ticket) -> str:
    """As a browser does it."""
    answers = (answer_of(ticket.id, number) for number in range(ticket.steps))
    return next(answer for answer in answers if answer.startswith(ticket.begins))


def test_who_worked_passes_once(gate: Turnstile) -> None:
    ticket = gate.ticket()
    proof = work(ticket)
    assert gate.admits(ticket.word, proof, NOBODY)
    assert not gate.admits(ticket.word, proof, NOBODY)
    assert not gate.admits(ticket.word, proof, "198.51.100.7")


def test_the_work_has_an_end_and_cannot_be_skipped(gate: Turnstile) -> None:
    tries = []
    for _ in range(8):
        ticket = gate.ticket()
        assert ticket.steps == STEPS
        tries.append(next(at for at in range(STEPS) if answer_of(ticket.id, at).startswith(ticket.begins)))
        assert not gate.admits(ticket.word, "", NOBODY)
        assert not gate.admits(ticket.word, ticket.begins, NOBODY)
        assert not gate.admits(ticket.word, answer_of(ticket.id, 0), NOBODY)
    assert min(tries) >= STEPS // 2
    assert len(set(tries)) > 1


def test_nobody_makes_or_changes_a_ticket(gate: Turnstile, clock: Clock) -> None:
    ticket = Turnstile(b"other" * 8, clock).ticket()
    assert not gate.admits(ticket.word, work(ticket), NOBODY)
    mine = gate.ticket()
    proof, parts = work(mine), mine.word.split(".")
    for at in range(len(parts)):
        changed = [*parts]
        changed[at] = str(int(parts[at], 16) - 1) if at in (1, 3) else "0" * len(parts[at])
        assert not gate.admits(".".join(changed), proof, NOBODY)
    for nonsense in ("", ".", "......", "०.०.०.०.०.०.०", "a.b.c.d.e.f.g", "9" * 5000):
        assert not gate.admits(nonsense, proof, NOBODY)
    assert gate.admits(mine.word, proof, NOBODY)


def test_a_ticket_grows_old(gate: Turnstile, clock: Clock) -> None:
    ticket = gate.ticket()
    proof = work(ticket)
    clock.now += LIFE
    assert not gate.admits(ticket.word, proof, NOBODY)
    assert gate.ticket(old=ticket.word) != ticket


def test_who_waited_passes_once_and_who_comes_early_goes_on_waiting(gate: Turnstile, clock: Clock) -> None:
    ticket = gate.ticket()
    clock.now += WAIT - 1
    assert not gate.admits(ticket.word, "", NOBODY)
    assert gate.ticket(old=ticket.word) == ticket
    clock.now += 1
    assert gate.admits(ticket.word, "", NOBODY)
    assert not gate.admits(ticket.word, "", NOBODY)


def test_waiting_is_narrow_and_work_is_not(gate: Turnstile, clock: Clock) -> None:
    tickets = [gate.ticket() for _ in range(200)]
    proof = work(tickets[0])
    clock.now += WAIT
    passed = [gate.admits(one.word, "", f"198.51.100.{at}") for at, one in enumerate(tickets[1:])]
    assert sum(passed) == turnstile.MOST_WAITED + 1
    assert gate.admits(tickets[0].word, proof, NOBODY)


def test_one_client_does_not_take_the_narrow_way_from_others(
    gate: Turnstile, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_waited", Pressure(10_000))
    tickets = [gate.ticket() for _ in range(50)]
    clock.now += WAIT
    assert sum(gate.admits(one.word, "", NOBODY) for one in tickets[:40]) == turnstile.FREE_WAITS
    assert gate.admits(tickets[-1].word, "", "198.51.100.7")


def test_a_light_ticket_does_not_open_where_a_heavy_one_is_needed(gate: Turnstile) -> None:
    light = gate.ticket()
    assert not gate.admits(light.word, work(light), NOBODY, weight=2)
    heavy = gate.ticket(2, light.word)
    assert heavy.steps == 2 * STEPS
    assert gate.admits(heavy.word, work(heavy), NOBODY, weight=2)


def test_what_is_kept_is_forgotten(gate: Turnstile, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_waited", Pressure(10_000))
    for day in range(3):
        ticket = gate.ticket()
        clock.now += WAIT
        assert gate.admits(ticket.word, "", f"198.51.100.{day}")
        clock.now += LIFE
    assert len(gate._used) == 1


def test_gateways_with_one_key_take_each_others_tickets(gate: Turnstile, clock: Clock) -> None:
    ticket = Turnstile(b"k" * 32, clock).ticket()
    assert gate.admits(ticket.word, work(ticket), NOBODY)
    assert replace(ticket, word="") != ticket


def test_pressure_comes_and_goes(clock: Clock) -> None:
    pressure = Pressure(60, clock)
    for _ in range(600):
        clock.now += 2
        pressure.count()
    assert not pressure.high
    for _ in range(100_000):
        pressure.count()
    assert pressure.high
    clock.now += 45
    assert not pressure.high


def test_a_brake_remembers_so_many_and_nobody_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brake, "MOST_CLIENTS", 100)
    one = Brake(2)
    for at in range(1_000):
        one.count(f"10.0.{at // 250}.{at % 250}")
    for _ in range(2):
        one.count(NOBODY)
    assert one.holds(NOBODY)
    assert len(one._counted) == 100
    assert not any(NOBODY.encode() in key or bytes([192, 0, 2, 1]) in key for key in one._counted)


def test_one_ipv6_network_is_one_client() -> None:
    one = Brake(2)
    one.count("2001:db8:1:2::1")
    one.count("2001:db8:1:2:ffff::9")
    assert one.holds("2001:db8:1:2:3:4:5:6")
    assert not one.holds("2001:db8:1:3::1")
