"""`satark bench …`: how fast it is, and how large."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from satark.commands.loop import run_in_loop

benches = typer.Typer(no_args_is_help=True)


class Part(StrEnum):
    """Of what `satark bench resources` measures."""

    STARTS = "starts"
    FLOOD = "flood"
    CONVERSATIONS = "conversations"
    TIPS = "tips"


@benches.command("inbox")
def bench_inbox(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made")],
    tips: Annotated[list[int] | None, typer.Option(help="how many; more than once for several")] = None,
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    write: Annotated[Path | None, typer.Option(help="the page of documentation to write the results into")] = None,
    keep: Annotated[bool, typer.Option(help="leave the databases on the server")] = False,
) -> None:
    """Measure the list, a tip and the search over 10,000, 100,000 and 1,000,000 tips."""
    from rich.console import Console

    from satark.commands import bench, report

    runs = run_in_loop(bench.inbox(folder, server, tips or [10**4, 10**5, 10**6], Console(), keep=keep))
    _tell("inbox", report.inbox(runs), write)


@benches.command("insight")
def bench_numbers(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made")],
    tips: Annotated[list[int] | None, typer.Option(help="how many; more than once for several")] = None,
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    write: Annotated[Path | None, typer.Option(help="the page of documentation to write the results into")] = None,
    keep: Annotated[bool, typer.Option(help="leave the databases on the server")] = False,
) -> None:
    """Measure the pages of numbers over 10,000, 100,000 and 1,000,000 tips, and what it costs to keep them."""
    from rich.console import Console

    from satark.commands import bench_insight, report

    runs = run_in_loop(bench_insight.run(folder, server, tips or [10**4, 10**5, 10**6], Console(), keep=keep))
    _tell("insight", report.insight(runs), write)


@benches.command("intake")
def bench_the_intake(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made: must be empty")],
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    rounds: Annotated[int, typer.Option(help="how often each is measured", min=1)] = 3,
    seconds: Annotated[float, typer.Option(help="for how long each is measured", min=0.1)] = 8.0,
    messages: Annotated[int, typer.Option(help="how many messages are made for it at most", min=18)] = 40_000,
    only: Annotated[list[str] | None, typer.Option(help="measure this alone; more than once for several")] = None,
    write: Annotated[Path | None, typer.Option(help="the page of documentation to write the results into")] = None,
) -> None:
    """Measure how many messages a second a gateway takes, beside a bare handler and the naive way."""
    from rich.console import Console

    from satark.commands import bench_intake, report_intake

    size = bench_intake.Size(seconds, messages)
    found = run_in_loop(bench_intake.intake(folder, server, rounds, size, Console(), only or ()))
    _tell(report_intake.NAME, report_intake.section(found, rounds, seconds), write)


@benches.command("resources")
def bench_what_it_holds(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made: must be empty")],
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    starts: Annotated[int, typer.Option(help="how often each process is started", min=0)] = 5,
    rest: Annotated[float, typer.Option(help="seconds that a process rests before it is weighed", min=0)] = 65.0,
    flood: Annotated[float, typer.Option(help="seconds for which a gateway is flooded", min=0)] = 60.0,
    rounds: Annotated[int, typer.Option(help="how often it is measured at each size", min=1)] = 3,
    messages: Annotated[int, typer.Option(help="how many messages a round", min=18)] = 20_000,
    tips: Annotated[list[int] | None, typer.Option(help="how many are stored; more than once for several")] = None,
    conversations: Annotated[list[int] | None, typer.Option(help="how many are open; more than once")] = None,
    only: Annotated[list[Part] | None, typer.Option(help="measure this alone; more than once for several")] = None,
    write: Annotated[Path | None, typer.Option(help="the page of documentation to write the results into")] = None,
) -> None:
    """Measure how soon processes are ready, what they hold, and what a message costs the more there is."""
    from rich.console import Console

    from satark.commands import bench_resources, report_resources

    parts = set(only or Part)
    wanted = bench_resources.Wanted(
        starts=starts if Part.STARTS in parts else 0,
        rest=rest,
        flood=flood if Part.FLOOD in parts else 0,
        rounds=rounds,
        messages=messages,
        tips=tips or (10**3, 10**5, 10**6) if Part.TIPS in parts else (),
        conversations=conversations or (10**3, 10**6) if Part.CONVERSATIONS in parts else (),
    )
    found = run_in_loop(bench_resources.resources(folder, server, wanted, Console()))
    _tell(report_resources.NAME, report_resources.section(found, wanted), write)


def _tell(name: str, said: str, page: Path | None) -> None:
    from satark.commands import report

    if page is not None:
        report.write_into(page, name, said)
    typer.echo(said)
