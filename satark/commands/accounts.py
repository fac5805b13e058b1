"""Accounts from the command line."""

import typer

from satark.panel.people import LoginTaken, add_officer
from satark.panel.roles import Role, fits
from satark.resources import data_dir
from satark.routing.pack import load_pack
from satark.settings import Settings
from satark.store.engine import Store


async def add(settings: Settings, login: str, name: str, password: str, offices: list[str], role: Role) -> None:
    pack = load_pack(data_dir("jurisdictions") / settings.jurisdiction)
    unknown = [office for office in offices if office not in pack.offices]
    if unknown:
        raise typer.BadParameter(f"there is no office {', '.join(unknown)}")
    if not fits(role, offices):
        raise typer.BadParameter("who works on tips has an office, and nobody else")
    store = Store(settings.database)
    try:
        await add_officer(store, login, name, password, offices, role=role)
    except LoginTaken:
        raise typer.BadParameter(f"the login {login} is taken") from None
    finally:
        await store.dispose()
