"""What `satark doctor` says of the account, and how to mend it."""

import httpx

from satark.channels.messages import Finding
from satark_ivr.account import PREFIX, Account
from satark_ivr.client import Client, Refused

LOCAL = ("http://127.0.0.1", "http://localhost")


async def examine(client: Client, account: Account, voice: str) -> list[Finding]:
    """Whether the carrier knows us. `voice` is our own public address, which the number must lead to."""
    try:
        status = await client.status()
    except Refused as refused:
        fix = f"Look at {PREFIX}ACCOUNT_SID, {PREFIX}AUTH_TOKEN and {PREFIX}API_URL."
        return [Finding(False, f"IVR: the carrier does not know the account (HTTP {refused.code}).", fix)]
    except (httpx.HTTPError, ValueError) as error:
        fix = f"Check the way out, and {PREFIX}API_URL."
        return [Finding(False, f"IVR: the carrier's API is out of reach ({type(error).__name__}).", fix)]
    found = [Finding(True, "IVR: the carrier knows the account")]
    if status not in ("active", ""):
        found = [Finding(False, f"IVR: the account is {status}.", "Ask the carrier.")]
    if not account.public_url.startswith("https://") and not account.api_url.startswith(LOCAL):
        found.append(Finding(False, "IVR: calls would come in without encryption.", "Set SATARK_BASE_URL to https://…"))
    if account.rings:
        found.append(Finding(True, "IVR: calls are rejected, and called back"))
    return [*found, Finding(True, f"IVR: let your number lead to {voice}, for calls and for their status, by POST")]
