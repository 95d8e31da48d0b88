"""`errata queue`: audits and trainings that wait for one another."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.arguments import comma_separated, usage
from app.commands.audit import audit
from app.commands.listing import Json, minute, print_list
from app.commands.train import chosen_recipe, class_names, train
from app.terminal import tell
from curation.words import counted
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown
from models.training.config import TrainConfig

if TYPE_CHECKING:
    from app.jobs.request import JobRequest

SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}  # they belong to the command that is added


def queue(
    context: typer.Context,
    work: Annotated[
        bool, typer.Option("--work", help="start what waits, one after the other, and return when all is done")
    ] = False,
    cancel: Annotated[str, typer.Option(help="end this job, or take it out of the queue")] = "",
    resume: Annotated[str, typer.Option(help="add this job again; it continues where it stopped")] = "",
    as_json: Json = False,
) -> None:
    """List the audits and trainings that wait, run or ended. A command behind it is added: errata queue train NAME."""
    if sum(map(bool, (context.args, work, cancel, resume))) > 1:
        raise ErrataError("give a command to add, --work, --cancel or --resume; one of them at a time")
    from app.jobs import actions, worker
    from app.jobs.request import command_line

    workspace = Workspace.from_environment()
    if work:
        tell(f"started {counted(worker.work(workspace), 'job')}")
    elif cancel:
        tell("cancelled" if actions.cancel_job(workspace, cancel) else "it was over already")
    elif resume:
        tell(f"added: {actions.resume_job(workspace, resume).title}")
    elif context.args:
        job = actions.enqueue(workspace, job_request(workspace, context.args))
        tell(f"added {job.id}: {command_line(job.arguments)}")
    else:
        _print_list(workspace, as_json)


def job_request(workspace: Workspace, arguments: Sequence[str]) -> "JobRequest":
    """Return what a command asks for, as its own parser understands it; nothing heavy is imported.

    Args:
        workspace: holds the data set and its versions.
        arguments: of `errata`, the command first.

    Raises:
        ErrataError: it is not a command for the queue, or an argument or option is wrong.
    """
    requests: dict[str, Callable[[Workspace, Sequence[str]], JobRequest]] = {
        "audit": _audit_request,
        "train": _training_request,
    }
    if arguments[0] not in requests:
        raise unknown("command for the queue", arguments[0], requests)
    if len(arguments) < 2:
        raise ErrataError(f"name a data set too: errata queue {arguments[0]} NAME …")
    return requests[arguments[0]](workspace, arguments)


def _audit_request(workspace: Workspace, arguments: Sequence[str]) -> "JobRequest":
    from app.jobs.request import JobRequest
    from app.jobs.variants import check_engine, check_variant
    from curation.audit.config import AuditConfig
    from curation.workspace.names import ORIGINAL, audit_name

    options = _parsed(audit, arguments)
    dataset = _dataset(workspace, options)
    config = AuditConfig(
        architectures=comma_separated(options["architectures"]),
        folds=options["folds"],
        seed=options["seed"],
        cams_per_split=options["cams"],
        engine=options["engine"],
        version=options["version"],
        predictions=options["predictions"],
        minutes=options["minutes"],
        fiftyone_limit=options["fiftyone_limit"],
        with_decisions=options["with_decisions"],
    ).checked_values()
    for variant in config.members:
        check_variant(variant)
    check_engine(config.engine)
    if config.version != ORIGINAL:
        dataset = audit_name(dataset, config.version)
    return JobRequest(tuple(arguments), dataset, dataset, config.version, (), _plain(options))


def _training_request(workspace: Workspace, arguments: Sequence[str]) -> "JobRequest":
    from app.jobs.request import JobRequest, training_title
    from app.jobs.variants import check_engine, check_variant
    from curation.training.combine import ENSEMBLE

    options = _parsed(train, arguments)
    dataset = _dataset(workspace, options)
    settings = {name: value for name, value in options.items() if name in TrainConfig.__dataclass_fields__}
    recipe = chosen_recipe(
        options["recipe"],
        options["architecture"],
        options["size"],
        options["max_train_images"],
        options["members"],
        settings,
    )
    class_names(options["classes"])
    if recipe.architecture != ENSEMBLE:
        check_variant(recipe.architecture)
    check_engine(options["engine"])
    title = training_title(options["recipe"], options["architecture"], options["version"])
    seeds = tuple(range(options["seed"], options["seed"] + options["seeds"]))
    return JobRequest(tuple(arguments), dataset, title, options["version"], seeds, _plain(options))


def _parsed(command: Callable[..., None], arguments: Sequence[str]) -> dict[str, Any]:
    """Return every parameter of a command by its name, defaults included.

    Raises:
        ErrataError: an argument is missing, or an option is unknown or has a value of the wrong kind.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(command)
    try:
        with typer.main.get_command(app).make_context(f"errata {arguments[0]}", list(arguments[1:])) as context:
            return dict(context.params)
    except typer.TyperException as error:
        raise ErrataError(usage(error)) from error


def _dataset(workspace: Workspace, options: Mapping[str, Any]) -> str:
    """Return the name under which the data set is audited.

    Raises:
        ErrataError: there is no such data set, or no such version of its labels.
    """
    from curation.datasets.opening import audited_name, source_to_audit
    from curation.versions.working_copy import check_known_version

    check_known_version(options["name"], options["version"], workspace)
    return audited_name(source_to_audit(options["name"], workspace), workspace)


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as JSON holds them."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}


def _print_list(workspace: Workspace, as_json: bool) -> None:
    from app.jobs.queue import jobs
    from app.jobs.request import command_line
    from app.jobs.words import stage_words

    queued = jobs(workspace)
    if not queued and not as_json:
        tell("nothing waits; add a training with: errata queue train NAME --architecture ARCH")
        return
    rows = [
        {
            "job": job.id,
            "state": job.state,
            "added": datetime.fromtimestamp(job.added).astimezone().isoformat(timespec="seconds"),
            "command": command_line(job.arguments),
            "now": stage_words(job.progress)[1] if job.state == "running" else job.progress.error,
        }
        for job in queued
    ]
    shown = {"job": lambda job: str(job)[-9:], "added": minute}
    print_list(("job", "state", "added", "command", "now"), rows, as_json, shown)
