"""The gauges count what is late, and never what has just come: a scraper would see it come (P3)."""

from typing import Any

import pytest
from sqlalchemy import insert

from conftest import House
from satark import metrics
from satark.jobs.gauges import measure
from satark.store.clock import now
from satark.store.informants import Outbox


@pytest.mark.parametrize(
    ("state", "waited", "counted", "late"),
    [
        ("due", 0, None, None),
        ("due", 899, None, None),
        ("due", 900, 1.0, 900.0),
        ("due", 3_599, 1.0, 2_700.0),
        ("held", 0, 1.0, None),
    ],
)
async def test_an_errand_counts_when_it_is_late(
    both_houses: House, state: str, waited: int, counted: float | None, late: float | None
) -> None:
    core = both_houses.core
    core.settings.metrics_port = 1
    async with core.store.write() as db:
        await db.execute(
            insert(Outbox).values(**Outbox(channel="gauged", due=now() - waited, state=state).model_dump())
        )
    await measure({"bench": both_houses.bench})
    labels: dict[str, Any] = {"channel": "gauged"}
    assert metrics.LIVE.get_sample_value("satark_errands", labels | {"state": state}) == counted
    assert metrics.ALERTS.get_sample_value("satark_errands_late_seconds", labels) == late
