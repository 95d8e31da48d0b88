"""The `errata` command."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.commands.arguments import Name, Seed, Version
from app.commands.compare_cli import comparing
from app.commands.decisions_cli import decisions
from app.commands.predict_cli import predict
from app.commands.queue_cli import queue
from app.commands.report_cli import report
from app.commands.selections import selections
from app.commands.splits_cli import splits
from app.commands.training_cli import training
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.workspace.folders import Workspace

INTERRUPTED = 130  # the exit code of Ctrl-C

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing what draws the boxes would take three times as long as all the rest
)


@cli.callback(invoke_without_command=True)
def errata(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    """Find the wrong labels in an image data set."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"errata {installed('errata-vision')}")
        raise typer.Exit


Port = Annotated[int, typer.Option(help="of the FiftyOne App", min=1, max=65535)]


@cli.command()
def audit(
    name: Name,
    architectures: Annotated[
        str, typer.Option(help="comma-separated; ensemble and average combine all others named")
    ] = "efficientnet_lite0,simple_cnn_norm_dropout",
    folds: Annotated[
        int, typer.Option(help="models for each architecture; each image is judged by one that did not see it")
    ] = 5,
    seed: Seed = 0,
    cams: Annotated[int, typer.Option(help="most suspicious images of each split that get Grad-CAM maps")] = 50,
    engine: Annotated[str, typer.Option(help="for frozen features: auto, torch, compile, openvino, eager")] = "auto",
    predictions: Annotated[
        str,
        typer.Option(help="npz or CSV (image_id, probs, …) or fiftyone:DATASET/FIELD: judge by these, train nothing"),
    ] = "",
    version: Version = "original",
) -> None:
    """Rank the labels by models that did not learn from them. Writes all of it into FiftyOne and a report."""
    from curation.datasets.opening import check_known
    from curation.versions.working_copy import check_known_version
    from curation.workspace.folders import Workspace

    check_known(name, workspace := Workspace.from_environment())
    check_known_version(name, version, workspace)
    from app.commands.audit import audit as run
    from curation.audit.config import AuditConfig

    names = tuple(part.strip() for part in architectures.split(",") if part.strip())
    run(name, AuditConfig(names, folds, seed, cams, engine, version, predictions).checked())


@cli.command()
def issues(
    name: Name,
    split: Annotated[str, typer.Option(help="train, val or test; all by default")] = "",
    csv: Annotated[Path | None, typer.Option(help="write here instead of to the screen")] = None,
    version: Version = "original",
) -> None:
    """List the labels of an audit, most suspicious first."""
    from curation.results.audit import load_audit
    from curation.results.issue_table import write_issues
    from curation.versions.working_copy import audited_version

    workspace, dataset = _audited(name)
    write_issues(load_audit(workspace, audited_version(workspace, dataset, version)), split, csv, sys.stdout)


@cli.command()
def review(
    name: Name,
    split: Annotated[str, typer.Option(help="test, val or train")] = "test",
    reviewer: Annotated[str, typer.Option(help="your name, as the decision log shall carry it; asked once")] = "",
    port: Annotated[
        int | None, typer.Option(help="of your FiftyOne App; a free one by default", min=1, max=65535)
    ] = None,
) -> None:
    """Open FiftyOne on the most suspicious labels. Each reviewer has an App."""
    from app.commands.review import review as run

    run(*_audited(name), split, port, reviewer)


@cli.command()
def sync(
    name: Name,
    reviewer: Annotated[str, typer.Option(help="who made the edits; who reviewed last by default")] = "",
) -> None:
    """Make decisions of labels and tags edited in FiftyOne. Then its dataset follows the decision log."""
    from app.commands.review import synchronise

    synchronise(*_audited(name), reviewer)


@cli.command()
def draw(
    name: Name,
    images: Annotated[list[str], typer.Argument(help="image_ids, as `errata issues` lists them")],
    runs: Annotated[
        str, typer.Option(help="by commas: trained runs that look; the audit's networks by default", show_default=False)
    ] = "",
    label: Annotated[
        str, typer.Option(help="with --runs: the class to look for; what each predicts by default", show_default=False)
    ] = "",
) -> None:
    """Draw the Grad-CAM maps of images. For the given and the suggested class, or for what trained runs predict."""
    if runs:
        from curation.comparison.pages.job import draw_run_maps

        wanted = tuple(one.strip() for one in runs.split(",") if one.strip())
        paths = draw_run_maps(*_audited(name), images, wanted, label)
    elif label:
        raise ErrataError("--label goes with --runs; the audit's maps are of the given and the suggested class")
    else:
        from curation.training.cam_drawing import draw_image

        paths = [path for image in images for path in draw_image(*_audited(name), image)]
    for path in paths:
        typer.echo(path)


@cli.command()
def rebuild(name: Name) -> None:
    """Write the FiftyOne dataset again from the workspace."""
    from app.commands.review import rebuild as run

    run(*_audited(name))


@cli.command()
def fetch(name: Name) -> None:
    """Get the images of a data set, or say where to get them."""
    from app.commands.progress import stage_display
    from curation.datasets.catalog import find_dataset
    from curation.datasets.fetch import fetch as get
    from curation.workspace.folders import Workspace, data_root

    with stage_display() as show:
        spec = find_dataset(name, Workspace.from_environment())
        folder = get(spec, data_root(), lambda done, total: show("fetch", done, total))
    typer.echo(f"{name} is in {folder}")


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="of the Streamlit app", min=1, max=65535)] = 8501,
    fiftyone_port: Port = 5151,
    name: Annotated[str, typer.Option(help="audited first where it was not yet")] = "scenes",
) -> None:
    """Serve the app and the FiftyOne App until Ctrl-C. Audits `scenes` first if need be."""
    from app.commands.serve import serve as run

    run(name, port, fiftyone_port)


@cli.command()
def stop() -> None:
    """End the FiftyOne Apps and the database of this workspace."""
    from app.commands.review import stop as run
    from curation.workspace.folders import Workspace

    run(Workspace.from_environment())


@cli.command()
def cancel(
    name: Annotated[str, typer.Argument(help="a data set, whose audit is meant, or a run as `errata runs` lists it")],
) -> None:
    """End the running audit of a data set, or a run. What it finished is kept."""
    from app.commands.cancel_command import cancel as end
    from curation.workspace.folders import Workspace

    end(Workspace.from_environment(), name)


@cli.command()
def runs(
    name: Annotated[
        str, typer.Argument(help="a data set, by its name or path; all by default", show_default=False)
    ] = "",
) -> None:
    """List the run folders. Name, state, when they changed, size on disk."""
    from app.commands.runs import runs as show
    from curation.workspace.folders import Workspace

    workspace, dataset = _audited(name) if name else (Workspace.from_environment(), "")
    show(workspace, dataset)


@cli.command()
def clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be removed")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Remove what nothing refers to. Unused models and caches, half-written files; never decisions, splits or data."""
    from app.commands.runs import clean as run
    from curation.workspace.folders import Workspace

    run(Workspace.from_environment(), dry_run, yes)


@cli.command()
def doctor() -> None:
    """Check this machine and say for each finding what to do."""
    from app.commands.doctor_command import doctor as run

    raise typer.Exit(run())


cli.add_typer(training)
cli.add_typer(decisions)
cli.add_typer(splits)
cli.add_typer(selections)
cli.add_typer(comparing)
cli.add_typer(queue)
cli.add_typer(predict)
cli.add_typer(report)


def _audited(name: str) -> "tuple[Workspace, str]":
    """Return the workspace and the name under which the data set was audited."""
    from curation.datasets.opening import audited_name
    from curation.workspace.folders import Workspace

    workspace = Workspace.from_environment()
    return workspace, audited_name(name, workspace)


def main() -> None:
    """Run the command; an error a person can mend is one sentence and exit code 2."""
    try:
        code = cli(sys.argv[1:] or ["--help"], prog_name="errata", standalone_mode=False)
    except ErrataError as error:
        _fail(str(error))
    except typer.TyperException as error:  # an unknown command or option, a value of the wrong kind
        _fail(_usage(error))
    except OSError as error:  # a full disk, a folder without permission, a file that went away meanwhile
        what, why = error.filename or "a file", error.strerror or error
        _fail(f"cannot use {what}: {why}; mend that and run the same command again: it goes on where it was")
    if code == INTERRUPTED:
        typer.secho("errata: stopped; the same command goes on where it was", err=True)
    sys.exit(code)  # None: all went well


def _usage(error: typer.TyperException) -> str:
    """Return what is wrong with the command line, and where to look."""
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    return f"{said.rstrip('.')}; see `{context.command_path if context else 'errata'} --help`"


def _fail(sentence: str) -> NoReturn:
    """Show one line, keep the traceback for the log, and exit with 2."""
    logging.getLogger("errata").debug("", exc_info=True)
    typer.secho(f"errata: {' '.join(sentence.split())}", err=True, fg="red")
    sys.exit(2)


if __name__ == "__main__":
    main()
