"""The world and the voice of the Varanasi pack, as the house builds them."""

import pytest

from satark.conversation.examples import NARROWEST
from satark.conversation.render import Voice
from satark.conversation.state import World
from satark.intake.world import build_voice, build_world, world_for
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.pack import Pack

WHATSAPP = NARROWEST


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(data_dir("jurisdictions") / "varanasi")


@pytest.fixture(scope="session")
def world(pack: Pack) -> World:
    return world_for(build_world(pack), WHATSAPP)


@pytest.fixture(scope="session")
def voice(pack: Pack) -> Voice:
    return build_voice(pack)
