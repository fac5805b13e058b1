"""Whether a process can do its work: a list of named checks, to which each part of the house adds its own.

A check says in plain words what is wrong, for an operator; never a secret, an address or a name.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 5.0
WATCH_EVERY_S = 30.0
UNDECIDED = "the database was not reached yet, or is not of this version"

Check = Callable[[], Awaitable[str]]
"""Returns what is wrong and how to mend it; empty where nothing is. It may raise: then the check itself failed."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, by the name of its check. Without what is not `required` the process still does its work."""

    name: str
    reason: str
    required: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class _NamedCheck:
    name: str
    check: Check
    required: bool


class Readiness:
    """The checks of one process. `refusal` is why it does no work at all, empty where it does: `refuse_until_decided` sets
    it until the process is known to have the right keys, and it stays where it has others."""

    def __init__(self) -> None:
        self.refusal = ""
        self._decided = asyncio.Event()
        self._checks: list[_NamedCheck] = []
        self._told: dict[str, str] = {}

    def add(self, name: str, check: Check, *, required: bool = True) -> None:
        """Add a check. Those of one name are all asked."""
        self._checks.append(_NamedCheck(name, check, required))

    def refuse_until_decided(self) -> None:
        self._decided.clear()
        self.refusal = UNDECIDED

    def decide(self, refusal: str) -> None:
        """From now on the process works, or `refusal` says why it never will."""
        self.refusal = refusal
        self._decided.set()

    async def decided(self) -> str:
        """Wait for the decision. Returns why it does no work; empty where it does."""
        await self._decided.wait()
        return self.refusal

    async def watch(self) -> None:
        """Tell the log what is wrong, until cancelled: nobody may be asking."""
        while True:
            await self.faults()
            await asyncio.sleep(WATCH_EVERY_S)

    async def faults(self) -> list[Fault]:
        """What is wrong now. The log is told of each fault when it begins, and when it is over."""
        found = [fault for fault in await asyncio.gather(*map(_run, self._checks)) if fault.reason]
        self._tell(found)
        return found

    def _tell(self, faults: list[Fault]) -> None:
        now = {fault.name: fault.reason for fault in faults}
        for name, reason in now.items():
            if self._told.get(name) != reason:
                log.error("not well: %s: %s", name, reason)
        for name in self._told.keys() - now.keys():
            log.warning("well again: %s", name)
        self._told = now


async def _run(one: _NamedCheck) -> Fault:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            reason = await one.check()
    except TimeoutError:
        reason = f"no answer within {CHECK_TIMEOUT_S:.0f} seconds"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not well
        reason = f"the check failed ({type(error).__name__})"
    return Fault(one.name, reason, one.required)
