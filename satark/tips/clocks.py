"""What a tip waits for, and from when on that is late."""

from dataclasses import dataclass
from enum import StrEnum

from satark.routing.clocks import late_hour, nudge_after
from satark.routing.pack import Category, Clock, OfficeHours, Pack
from satark.tips.life import Status


class Step(StrEnum):
    """What is to be done next. Each has its limit in a category's clock."""

    SEE = "see"
    ASSIGN = "assign"
    ACT = "act"


def step_of(status: str, assigned: str) -> Step | None:
    """What a tip waits for: one that lost its office, in a transfer, waits for another. None where no clock runs."""
    if status == Status.RECEIVED:
        return Step.SEE
    if status == Status.SEEN:
        return Step.ASSIGN
    if status == Status.ASSIGNED:
        return Step.ACT if assigned else Step.ASSIGN
    return None


@dataclass(frozen=True)
class Clocks:
    """The clocks of all categories, and when they run."""

    hours: OfficeHours
    categories: tuple[Category, ...]

    def late_hour(self, category: str, step: Step | None, begun: int) -> int | None:
        """The hour in which a step that began in the hour `begun` is late. None where no clock runs."""
        clock = self._clock(category)
        if clock is None or step is None:
            return None
        return late_hour(begun, _limit(clock, step), clock, self.hours)

    def nudge_hour(self, category: str, step: Step | None, hour: int) -> int | None:
        """When the office above learns of a step about which somebody was told in that hour."""
        clock = self._clock(category)
        if clock is None or step is None:
            return None
        return late_hour(hour, nudge_after(_limit(clock, step)), clock, self.hours)

    def _clock(self, category: str) -> Clock | None:
        return next((one.clock for one in self.categories if one.id == category), None)


def clocks_of(pack: Pack) -> Clocks:
    return Clocks(pack.hours, pack.categories)


def _limit(clock: Clock, step: Step) -> int:
    return {Step.SEE: clock.seen, Step.ASSIGN: clock.assigned, Step.ACT: clock.action}[step]
