"""Who a WhatsApp user is to us: a business-scoped user id (BSUID) where there is one, else a phone number.

A BSUID is a country, a dot, and up to 128 letters and digits (`IN.16483…`; with `.ENT.` in it for linked portfolios). It
leads to nobody outside Meta, so it is preferred. It may also stand where a number is expected (messaging.md).
"""

from satark.channels.messages import Secret


def is_bsuid(value: str) -> bool:
    return "." in value


def preferred(*candidates: str) -> str:
    """The first BSUID among what a message says of its sender, else the first number; "" where there is neither."""
    given = [one for one in candidates if one]
    return next((one for one in given if is_bsuid(one)), given[0] if given else "")


def addressed_to(address: Secret) -> dict[str, str]:
    """The field that names the recipient: `recipient` for a BSUID, `to` for a number."""
    value = address.reveal()
    return {"recipient": value} if is_bsuid(value) else {"to": value}
