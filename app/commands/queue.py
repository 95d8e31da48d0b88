"""`errata queue`."""

import time
from collections.abc import Sequence

import typer

from app.jobs import actions as queue_actions
from app.jobs import worker as queue_worker
from app.jobs.queue import jobs
from app.jobs.words import said_last
from curation.datasets.opening import audited_name
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def queue(workspace: Workspace, arguments: Sequence[str], work: bool, cancel: str, resume: str) -> None:
    """List the queue, work it off, add a job, end one or add one again.

    Raises:
        ErrataError: more than one of these is asked for, or there is no such job or data set.
    """
    if sum(map(bool, (arguments, work, cancel, resume))) > 1:
        raise ErrataError("give a command to add, --work, --cancel or --resume; one of them at a time")
    if work:
        typer.echo(f"started {queue_worker.work(workspace)} jobs")
    elif cancel:
        done = queue_actions.cancel_job(workspace, cancel)
        typer.echo("cancelled" if done else "it was over already")
    elif resume:
        typer.echo(f"added: {queue_actions.resume_job(workspace, resume).title}")
    elif arguments:
        _add(workspace, arguments)
    else:
        _show(workspace)


def _add(workspace: Workspace, arguments: Sequence[str]) -> None:
    if len(arguments) < 2:
        raise ErrataError("name a data set too: errata queue train NAME …")
    dataset = audited_name(arguments[1], workspace)
    job = queue_actions.enqueue(workspace, dataset, title_of(arguments), arguments)
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


def _show(workspace: Workspace) -> None:
    every = jobs(workspace)
    if not every:
        typer.echo("nothing waits; add a training with: errata queue train NAME --architecture ARCH")
    for job in every:
        doing = said_last(job.progress.log)[1] if job.state == "running" else job.progress.error
        added = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.added))
        typer.echo(f"{job.id[-9:]}  {job.state:<11}  {added}  errata {' '.join(job.arguments)}  {doing}".rstrip())
