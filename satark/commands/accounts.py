"""Accounts from the command line."""

import typer

from satark.panel.people import LEAST_PASSWORD, LoginTaken, add_officer, is_weak
from satark.panel.roles import Role, fits
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.jurisdiction import Jurisdiction
from satark.settings import Settings
from satark.store.engine import Store


async def add(settings: Settings, login: str, name: str, password: str, offices: list[str], role: Role) -> None:
    if not fits(role, offices):
        raise typer.BadParameter("who works on tips or counts them has an office, and nobody else")
    if is_weak(password):
        raise typer.BadParameter(f"the password is too short: it must have {LEAST_PASSWORD} characters or more")
    store = Store(settings.database)
    jurisdiction = Jurisdiction(store, load_pack(data_dir("jurisdictions") / settings.jurisdiction))
    try:
        await jurisdiction.look()
        unknown = [office for office in offices if office not in jurisdiction.pack.open_parents]
        if unknown:
            raise typer.BadParameter(f"there is no office {', '.join(unknown)}")
        await add_officer(store, login, name, password, offices, role=role, by_command="add officer")
    except LoginTaken:
        raise typer.BadParameter(f"the login {login} is taken") from None
    finally:
        await store.dispose()
