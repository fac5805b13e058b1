"""Meta's error codes, sorted by what can be done (its page "Error codes" of May 2026; pywa's table for reference).

What is not this message's fault stops the channel and gives up nothing; what another try may mend is tried again; what no
try can mend is never tried again.
"""

from satark.channels.messages import Never, TryAgain, WindowClosed

Refusal = TryAgain | Never | WindowClosed

HOUR = 3600.0
MINUTE = 60.0

WINDOW_CLOSED = frozenset({131047, 470})

# Seconds to stay away, by code: the token, the account, or the number as a whole.
EVERYTHING = {
    1: 30.0,  # the API has a fault
    2: 30.0,  # the API is down
    4: MINUTE,  # too many calls of the app
    80007: MINUTE,  # too many calls of the account
    130429: 5.0,  # throughput of the number
    131016: 30.0,  # service unavailable
    131057: 10 * MINUTE,  # maintenance
    0: 5 * MINUTE,  # authentication
    3: 5 * MINUTE,  # capability
    10: 5 * MINUTE,  # permission
    190: 5 * MINUTE,  # token
    368: HOUR,  # blocked for a breach of policy
    130497: HOUR,  # not allowed in this country
    131005: 5 * MINUTE,  # access denied
    131031: HOUR,  # account locked
    131037: HOUR,  # display name not approved
    131042: HOUR,  # payment
    131045: HOUR,  # number not registered
    131048: HOUR,  # too many of our messages were reported or blocked
    133010: 5 * MINUTE,  # number not registered
    141000: 5 * MINUTE,  # number not linked to an account
}

# Seconds until the next try, by code.
AGAIN = {
    131000: 5.0,  # unknown
    131049: 24 * HOUR,  # Meta holds it back for the recipient's sake
    131052: MINUTE,  # media download
    131053: MINUTE,  # media upload
    131056: 6.0,  # too many to one person: one in six seconds
    132001: HOUR,  # no such template in this language: `satark doctor` says so
    132007: HOUR,  # the template breaks a policy
    132015: HOUR,  # the template is paused
    132016: HOUR,  # the template is disabled
    135000: 5.0,  # unknown
}

NEVER = frozenset(
    {
        33,  # no such number
        100,  # malformed
        130472,  # in an experiment of Meta's
        131008,  # something is missing
        131009,  # something is out of range
        131021,  # to ourselves
        131026,  # undeliverable: no WhatsApp, blocked us, or too old
        131030,  # a test number, and not on its list
        131050,  # stopped what we send
        131051,  # a kind of message it does not know
        131062,  # a username where a number is wanted
        132000,  # the template wants other parameters
        132005,
        132008,
        132012,
        137000,  # another phone now
    }
)
PERMISSIONS = range(200, 300)
# Codes have up to seven digits. What is longer is none, and may be a telephone number: it would stand in the log.
NO_CODE = 10**7


def refusal_of(code: int, status: int = 400, after: float = 0.0) -> Refusal:
    """What an error code means. `status` is that of the HTTP answer, `after` what its Retry-After asked for."""
    why = str(code) if abs(code) < NO_CODE else "-1"
    if code in WINDOW_CLOSED:
        return WindowClosed(why)
    if code in NEVER:
        return Never(why)
    if code in EVERYTHING or code in PERMISSIONS:
        return TryAgain(max(after, EVERYTHING.get(code, 5 * MINUTE)), why, everything=True)
    if code in AGAIN:
        return TryAgain(max(after, AGAIN[code]), why)
    return TryAgain(max(after, MINUTE), f"{why}/{status}", everything=status in (401, 403, 429) or status >= 500)
