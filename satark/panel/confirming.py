"""A password typed once more, before what would let somebody else in: a session may be somebody else's by now."""

from starlette.exceptions import HTTPException

from satark.panel.braking import note_brake
from satark.panel.gate import Work
from satark.panel.patience import client_of, patience_of
from satark.panel.people import check_password, officer_of


async def knows_password(work: Work, name: str) -> bool:
    """Whether the field of that name is their password. Who tries too often gets 429."""
    patience, client, own = patience_of(work.request), client_of(work.request), work.viewer.officer_id
    if patience.is_over(own, client):
        raise HTTPException(429)
    brakes = patience.count(own, client)
    officer = await officer_of(work.core.store, own)
    if await check_password(work.core.store, officer.login, work.secret(name)) is None:
        if brakes:
            await note_brake(work.core, own)
        return False
    patience.take_back(own, client)
    return True
