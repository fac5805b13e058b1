"""What Prometheus may know: how much, how fast, how long it waits. No label ever holds an address, a name, a number of a tip
or what anybody wrote; they are the names of channels, of outcomes and of states.

Each process serves its own on 127.0.0.1 (`SATARK_METRICS_PORT`), never on the address that citizens reach. A scraper that
asks every 15 seconds would keep a log of arrivals (P3): all is served as it stood when the hour began.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

HOUR = 3_600
# The release interval of P3 in seconds: what waits longer than this may be known sooner than the hour.
RELEASE_INTERVAL = 900

disable_created_metrics()  # type: ignore[no-untyped-call]
LIVE, ALERTS = CollectorRegistry(), CollectorRegistry()

counter, gauge, histogram = (
    partial(Counter, registry=LIVE),
    partial(Gauge, registry=LIVE),
    partial(Histogram, registry=LIVE),
)

ANSWERS = counter("satark_webhook_answers", "Requests of providers, by how they were answered", ["channel", "status"])
ANSWER_SECONDS = histogram(
    "satark_webhook_seconds", "From request to answer, the commit included", ["channel"], buckets=SECONDS
)
SETTLED = counter("satark_items_settled", "Messages and reports that are durable", ["channel"])
REFUSED = counter("satark_items_refused", "Messages and reports that their sender must bring again", ["channel"])
BATCH = histogram("satark_batch_arrivals", "Requests that were settled together", buckets=SIZES)
PARTS = counter(
    "satark_parts_sent", "Parts of messages handed to providers, by what became of them", ["channel", "outcome"]
)
FILES = counter("satark_files_prepared", "Files, by what became of them", ["outcome"])
ERRANDS = gauge("satark_errands", "Errands in the outbox that are late or kept", ["channel", "state"])
LATE_SECONDS = Gauge(
    "satark_errands_late_seconds",
    "For how long the oldest errand has waited, in quarters of an hour",
    ["channel"],
    registry=ALERTS,
)
FILES_WAITING = gauge("satark_files_waiting", "Files that wait long", ["state"])

_answers, _seconds = cache(ANSWERS.labels), cache(ANSWER_SECONDS.labels)


def answered(channel: str, status: str, seconds: float) -> None:
    """An answer to a provider; where there is none, the request broke, and its status is "broken"."""
    _answers(channel, status).inc()
    _seconds(channel).observe(seconds)


class PeriodCollector(Collector):
    """Collects `source` as it stood when a period of `interval` seconds began: whoever asks does not choose the moment."""

    def __init__(self, source: CollectorRegistry, interval: int, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._interval = interval
        self._clock = clock
        self._period = self._current()
        self._families = list(source.collect())

    def collect(self) -> Iterable[Metric]:
        return self._families

    def renew(self) -> None:
        """Look at the source, where a period has begun since the last look."""
        if (period := self._current()) != self._period:
            self._period, self._families = period, list(self._source.collect())

    def remaining(self) -> float:
        """Seconds until the next period."""
        return self._interval - self._clock() % self._interval

    def _current(self) -> int:
        return int(self._clock() // self._interval)


@contextmanager
def _renewed(*collectors: PeriodCollector) -> Iterator[None]:
    """A thread looks as each period begins."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(min(one.remaining() for one in collectors)):
            for one in collectors:
                one.renew()

    thread = threading.Thread(target=renew, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def served(port: int, interval: int = HOUR) -> Iterator[None]:
    """All of it at http://127.0.0.1:port/metrics, as it stood when the period of so many seconds began; not at port 0."""
    if not port:
        yield
        return
    served = CollectorRegistry()
    collectors = PeriodCollector(LIVE, interval), PeriodCollector(ALERTS, min(interval, RELEASE_INTERVAL))
    for one in collectors:
        served.register(one)
    server, thread = start_http_server(port, addr="127.0.0.1", registry=served)
    try:
        with _renewed(*collectors):
            yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
