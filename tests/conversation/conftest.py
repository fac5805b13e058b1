"""The world and the voice of the Varanasi pack, as the house builds them."""

import pytest

from satark.channels.messages import Capabilities
from satark.conversation.render import Voice
from satark.conversation.state import World
from satark.intake.world import build_voice, build_world, world_for
from satark.resources import data_dir
from satark.routing.pack import Pack, load_pack

# WhatsApp's limits (messaging.md), the narrowest of the written channels.
WHATSAPP = Capabilities(
    max_text=4096, max_text_with_choices=1024, buttons=3, button_label=20, rows=10, row_label=24, row_detail=72
)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(data_dir("jurisdictions") / "varanasi")


@pytest.fixture(scope="session")
def world(pack: Pack) -> World:
    return world_for(build_world(pack), WHATSAPP)


@pytest.fixture(scope="session")
def voice(pack: Pack) -> Voice:
    return build_voice(pack)
