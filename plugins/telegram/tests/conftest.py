"""A bot that does not exist."""

import pytest

from satark_telegram.account import PREFIX, Account, account_of

ENVIRON = {f"{PREFIX}TOKEN": "123456:a-token_of-nobody", f"{PREFIX}SECRET_TOKEN": "a-secret_token"}


@pytest.fixture
def account() -> Account:
    return account_of(ENVIRON)
