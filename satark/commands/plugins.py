"""The commands that plugins bring, and what they may know."""

import os
from collections.abc import Mapping
from importlib.metadata import entry_points

import typer

from satark.channels.messages import Capabilities, Prompt
from satark.conversation.questions import news
from satark.conversation.render import render
from satark.intake.world import build_voice
from satark.language import LANGUAGES
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.settings import Settings

GROUP = "satark.commands"
A_BUTTON = Capabilities(max_text=1024, max_text_with_choices=1024, buttons=1)


def add_commands(app: typer.Typer) -> None:
    """Each plugin's commands under its name. One that cannot be loaded takes no other down."""
    for point in entry_points(group=GROUP):
        try:
            app.add_typer(point.load(), name=point.name)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything at import
            typer.echo(f"The commands of {point.name} cannot be loaded ({type(error).__name__}).", err=True)


class PluginHost:
    """Implements `satark.channels.spec.CommandHost`."""

    environ: Mapping[str, str] = os.environ

    @property
    def public_url(self) -> str:
        return Settings().public_url

    def knocks(self) -> Mapping[str, Prompt]:
        voice = build_voice(load_pack(data_dir("jurisdictions") / Settings().jurisdiction))
        return {locale: render([news(locale, free=True)], voice, A_BUTTON)[-1] for locale in LANGUAGES}
