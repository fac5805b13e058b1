"""The commands that plugins bring, and what they may know."""

import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from satark.channels.messages import Capabilities, Prompt
from satark.commands.advice import advice_on
from satark.settings import Settings

GROUP = "satark.commands"
A_BUTTON = Capabilities(max_text=1024, max_text_with_choices=1024, buttons=1)


class WithPlugins(TyperGroup):
    """Satark's own commands, and each plugin's under its name: loaded when they are asked for, so that no other command
    holds what a plugin needs. One that cannot be loaded takes no other down.

    What an operator can mend is said in a line; a traceback is for who mends the program."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if said := advice_on(error):
                typer.echo(said, err=True)
                raise typer.Exit(1) from None
            raise

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *sorted(_offered())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        point = None if own else _offered().get(cmd_name)
        return _loaded(point) if point else own


def _offered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> Any:
    try:
        command = get_group(point.load())
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything at import
        typer.echo(f"The commands of {point.name} cannot be loaded ({type(error).__name__}).", err=True)
        return None
    command.name = point.name
    return command


class PluginHost:
    """Implements `satark.channels.spec.CommandHost`."""

    environ: Mapping[str, str] = os.environ

    @property
    def public_url(self) -> str:
        return Settings().public_url

    def knocks(self) -> Mapping[str, Prompt]:
        from satark.conversation.questions import news
        from satark.conversation.render import render
        from satark.intake.world import build_voice
        from satark.language import LANGUAGES
        from satark.resources import data_dir
        from satark.routing.folder import load_pack

        voice = build_voice(load_pack(data_dir("jurisdictions") / Settings().jurisdiction))
        return {locale: render([news(locale, free=True)], voice, A_BUTTON)[-1] for locale in LANGUAGES}
