"""An account that does not exist, and what Meta would post to it: written from its documentation, one file a case."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from satark_whatsapp.account import PREFIX, Account, account_of

PAYLOADS = Path(__file__).parent / "payloads"
ENVIRON = {
    f"{PREFIX}TOKEN": "a-token",
    f"{PREFIX}PHONE_NUMBER_ID": "100000000000001",
    f"{PREFIX}APP_SECRET": "an-app-secret",
    f"{PREFIX}VERIFY_TOKEN": "a-verify-token",
    f"{PREFIX}NUMBER": "+1 555 000 0000",
}


@pytest.fixture
def environ() -> dict[str, str]:
    return dict(ENVIRON)


@pytest.fixture
def account() -> Account:
    return account_of(ENVIRON)


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """A payload by its name."""
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
