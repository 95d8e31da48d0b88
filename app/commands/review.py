"""`errata review`, `errata sync`, `errata rebuild` and `errata stop`: FiftyOne and the decision log."""

import sys
import webbrowser

import typer

from curation.database.names import dataset_name, suspicious_view, to_review_view, view_in_links
from curation.database.start import stop_database
from curation.database.store import dataset_exists
from curation.decisions.decision import checked_reviewer
from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from curation.in_fiftyone.app_server import end_of_session, running_apps, stop_app
from curation.in_fiftyone.sessions import open_session
from curation.in_fiftyone.sync import sync
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import load_audit
from curation.results.issue_table import checked_split
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audited_labels
from models.errors import ErrataError


def review(workspace: Workspace, name: str, split: str, port: int | None, reviewer: str) -> None:
    """Open the reviewer's FiftyOne App on the queue of a split; of a version, on its most suspicious labels.

    Raises:
        ErrataError: nobody says who reviews, the split has no image, or a server does not start.
    """
    checked_split(load_audit(workspace, name), split)
    who = named_reviewer(workspace, reviewer)
    decides = audited_labels(workspace, name) == ORIGINAL  # on the labels of a version nobody does
    url = open_session(
        workspace, name, view_in_links(to_review_view(split) if decides else suspicious_view(split)), port, who
    )
    typer.echo(f"FiftyOne of {who}: {url}  (errata stop ends it)")
    webbrowser.open(url)


def named_reviewer(workspace: Workspace, reviewer: str) -> str:
    """Return who reviews: as said, else who did first here, else who answers the question; the first name is kept.

    A name that is said when another is kept is of this session alone: the app must not take everybody for that one.

    Raises:
        ErrataError: it is no name, or nobody is there to answer.
    """
    if known := kept_reviewer(workspace):
        return checked_reviewer(reviewer or known)
    if not reviewer and not sys.stdin.isatty():
        raise ErrataError("nobody said who reviews; add --reviewer NAME (it is asked once)")
    return keep_reviewer(workspace, reviewer or typer.prompt("Your name, as the decision log shall carry it").strip())


def synchronise(workspace: Workspace, name: str, reviewer: str) -> None:
    """Make decisions of what was edited in FiftyOne, then write what the log says into the dataset.

    Raises:
        ErrataError: not audited, the dataset is not there, or the database does not start.
    """
    for sentence in sync(workspace, name, reviewer or kept_reviewer(workspace)).sentences():
        typer.echo(sentence)


def rebuild(workspace: Workspace, name: str) -> None:
    """Write the FiftyOne dataset again; what was edited in it becomes decisions first.

    Raises:
        ErrataError: not audited, or the database does not start.
    """
    audit = load_audit(workspace, name)
    if audited_labels(workspace, name) == ORIGINAL and dataset_exists(workspace, dataset_name(name)):
        synchronise(workspace, name, "")
    write_audit(workspace, audit)
    typer.echo(f"FiftyOne dataset {dataset_name(name)} is written")


def stop(workspace: Workspace) -> None:
    """End the Apps, each of which makes decisions of what was edited in it, and the database.

    Raises:
        ErrataError: the database is being started and does not finish.
    """
    for server in running_apps(workspace):
        stop_app(workspace, server.port)
        typer.echo(f"ended the FiftyOne App on port {server.port}")
        for sentence in end_of_session(workspace, server.port):
            typer.echo(sentence)
    if stop_database(workspace):
        typer.echo("ended the database")
