"""`errata queue`: audits and trainings that wait for one another."""

import time
from collections.abc import Sequence
from typing import Annotated

import typer

from curation.workspace.folders import Workspace
from models.errors import ErrataError

SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}  # they belong to the command that is added


def queue(
    context: typer.Context,
    work: Annotated[bool, typer.Option("--work", help="work off what waits, one after the other")] = False,
    cancel: Annotated[str, typer.Option(help="end this job, or take it out before it begins")] = "",
    resume: Annotated[str, typer.Option(help="add this job once more; it goes on where it was")] = "",
) -> None:
    """List the audits and trainings that wait for one another. A command named behind it is added."""
    if sum(map(bool, (context.args, work, cancel, resume))) > 1:
        raise ErrataError("give a command to add, --work, --cancel or --resume; one of them at a time")
    from app.jobs import actions, worker

    workspace = Workspace.from_environment()
    if work:
        typer.echo(f"started {worker.work(workspace)} jobs")
    elif cancel:
        typer.echo("cancelled" if actions.cancel_job(workspace, cancel) else "it was over already")
    elif resume:
        typer.echo(f"added: {actions.resume_job(workspace, resume).title}")
    elif context.args:
        _add(workspace, context.args)
    else:
        _print_list(workspace)


def _add(workspace: Workspace, arguments: Sequence[str]) -> None:
    from app.jobs.actions import enqueue
    from curation.datasets.opening import audited_name

    if len(arguments) < 2:
        raise ErrataError("name a data set too: errata queue train NAME …")
    dataset = audited_name(arguments[1], workspace)
    job = enqueue(workspace, dataset, title_of(arguments), arguments)
    typer.echo(f"added {job.id}: errata {' '.join(arguments)}")


def title_of(arguments: Sequence[str]) -> str:
    """Return what people see of a command: what is trained on which labels, or the data set that is audited."""
    given = dict(zip(arguments[2::2], arguments[3::2], strict=False))
    if arguments[0] != "train":
        return arguments[1]
    what = given.get("--recipe", "")
    if variant := given.get("--architecture"):
        what = f"{what} with {variant}" if what else variant
    return f"{what or arguments[1]} on {given.get('--version', 'original')}"


def _print_list(workspace: Workspace) -> None:
    from app.jobs.queue import jobs
    from app.jobs.words import said_last

    queued = jobs(workspace)
    if not queued:
        typer.echo("nothing waits; add a training with: errata queue train NAME --architecture ARCH")
    for job in queued:
        doing = said_last(job.progress.log)[1] if job.state == "running" else job.progress.error
        added = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.added))
        typer.echo(f"{job.id[-9:]}  {job.state:<11}  {added}  errata {' '.join(job.arguments)}  {doing}".rstrip())
