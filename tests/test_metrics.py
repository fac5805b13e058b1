"""What Prometheus is served tells no better than the hour when something came (P3)."""

import itertools
import urllib.request

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from satark import metrics
from satark.commands.installations import free_port
from satark.metrics import HOUR, PeriodCollector, served


class Clock:
    def __init__(self, moment: float) -> None:
        self.moment = moment

    def __call__(self) -> float:
        return self.moment


def scrape(collector: PeriodCollector) -> str:
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry).decode()


def test_what_comes_within_an_hour_is_told_when_the_next_begins() -> None:
    source, clock = CollectorRegistry(), Clock(10 * HOUR + 5)
    came = Counter("came", "Messages", ["channel"], registry=source)
    collector = PeriodCollector(source, HOUR, clock)
    told = []
    for seconds in range(0, 2 * HOUR, 15):
        clock.moment = 10 * HOUR + 5 + seconds
        if seconds in (300, 315, 1_500):
            came.labels("whatsapp").inc()
        collector.renew()
        told.append(scrape(collector))
    changes = [at * 15 + 5 for at, (one, other) in enumerate(itertools.pairwise(told), 1) if one != other]
    assert changes == [HOUR + 5]
    assert 'came_total{channel="whatsapp"} 3.0' in told[-1]


def test_who_asks_does_not_choose_the_moment() -> None:
    """Nobody had asked in this hour: what came in it is not told all the same."""
    source, clock = CollectorRegistry(), Clock(10 * HOUR + 5)
    came = Counter("came", "Messages", registry=source)
    collector = PeriodCollector(source, HOUR, clock)
    clock.moment = 11 * HOUR + 1_200
    came.inc()
    assert "came_total 0.0" in scrape(collector)
    assert collector.remaining() == HOUR - 1_200


def test_what_came_is_told_as_a_period_begins() -> None:
    port = free_port()
    with served(port, interval=1):
        metrics.SETTLED.labels("metrics-period").inc()
        while "metrics-period" not in read(port):
            pass


def test_nothing_served_is_newer_than_its_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real port: what every channel and every job counts, with no time of a first message in it."""
    port = free_port()
    with served(port):
        before = read(port)
        metrics.answered("metrics-test", "200", 0.01)
        metrics.SETTLED.labels("metrics-test").inc()
        metrics.LATE_SECONDS.labels("metrics-test").set(900)
        assert read(port) == before
    with served(port):
        after = read(port)
    metrics.LATE_SECONDS.remove("metrics-test")
    assert 'satark_items_settled_total{channel="metrics-test"} 1.0' in after
    assert "_created" not in after
    assert "process_cpu_seconds" not in after


def read(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text
