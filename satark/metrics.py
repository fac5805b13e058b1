"""What Prometheus may know: how much, how fast, how long it waits. No label ever holds an address, a name, a number of a tip
or what anybody wrote; they are the names of channels, of outcomes and of states.

Each process serves its own on 127.0.0.1 (`SATARK_METRICS_PORT`), never on the address that citizens reach.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import Counter, Gauge, Histogram, start_http_server

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

ANSWERS = Counter("satark_webhook_answers", "Requests of providers, by how they were answered", ["channel", "status"])
ANSWER_SECONDS = Histogram(
    "satark_webhook_seconds", "From request to answer, the commit included", ["channel"], buckets=SECONDS
)
SETTLED = Counter("satark_items_settled", "Messages and reports that are durable", ["channel"])
REFUSED = Counter("satark_items_refused", "Messages and reports that their sender must bring again", ["channel"])
BATCH = Histogram("satark_batch_arrivals", "Requests that were settled together", buckets=SIZES)
PARTS = Counter(
    "satark_parts_sent", "Parts of messages handed to providers, by what became of them", ["channel", "outcome"]
)
FILES = Counter("satark_files_prepared", "Files, by what became of them", ["outcome"])
ERRANDS = Gauge("satark_errands", "Errands in the outbox", ["channel", "state"])
LATE_SECONDS = Gauge(
    "satark_errands_late_seconds", "For how long the oldest errand that is due has waited", ["channel"]
)
FILES_WAITING = Gauge("satark_files_waiting", "Files that no officer can see yet", ["state"])

_answers, _seconds = cache(ANSWERS.labels), cache(ANSWER_SECONDS.labels)


def answered(channel: str, status: str, seconds: float) -> None:
    """An answer to a provider; where there is none, the request broke, and its status is "broken"."""
    _answers(channel, status).inc()
    _seconds(channel).observe(seconds)


@contextmanager
def served(port: int) -> Iterator[None]:
    """All of it at http://127.0.0.1:port/metrics, unless the port is 0."""
    if not port:
        yield
        return
    server, thread = start_http_server(port, addr="127.0.0.1")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
