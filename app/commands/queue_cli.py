"""The arguments and options of `errata queue`."""

from typing import Annotated

import typer

queue = typer.Typer()


@queue.command(name="queue", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def show_queue(
    context: typer.Context,
    work: Annotated[bool, typer.Option("--work", help="work off what waits, one after the other")] = False,
    cancel: Annotated[str, typer.Option(help="end this job, or take it out before it begins")] = "",
    resume: Annotated[str, typer.Option(help="add this job once more; it goes on where it was")] = "",
) -> None:
    """List the audits and trainings that wait for one another. A command named behind it is added."""
    from app.commands import queue as queue_command
    from curation.workspace.folders import Workspace

    queue_command.queue(Workspace.from_environment(), context.args, work, cancel, resume)
