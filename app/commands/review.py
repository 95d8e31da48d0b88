"""`errata review`, `errata sync`, `errata rebuild` and `errata stop`: FiftyOne and the decision log."""

import sys
from typing import Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset
from app.terminal import tell
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown

_ORDERS = ("learned", "fixed")


def review(
    name: DatasetName,
    split: Annotated[str, typer.Option(help="whose labels: train, val or test")] = "test",
    reviewer: Annotated[str, typer.Option(help="your name in the decision log; asked once")] = "",
    port: Annotated[
        int | None, typer.Option(help="of your FiftyOne App; a free one by default", min=1, max=65535)
    ] = None,
    order: Annotated[
        str, typer.Option(help="learned: verdicts change what comes next; fixed: all reviewers see the same images")
    ] = "learned",
) -> None:
    """Open FiftyOne on the most suspicious labels. Each reviewer has an App; it runs until `errata stop`."""
    if order not in _ORDERS:
        raise unknown("order of the review", order, _ORDERS)
    workspace, dataset = audited_dataset(name)
    import webbrowser

    from curation.database.names import suspicious_view, to_review_view, view_in_links
    from curation.in_fiftyone.sessions import open_session
    from curation.results.audit import load_audit
    from curation.results.issue_table import checked_split
    from curation.workspace.names import ORIGINAL, audited_labels

    checked_split(load_audit(workspace, dataset), split)
    reviewer = named_reviewer(workspace, reviewer)
    can_decide = audited_labels(workspace, dataset) == ORIGINAL  # nobody decides on the labels of a version
    view = to_review_view(split, fixed=order == "fixed") if can_decide else suspicious_view(split)
    url = open_session(workspace, dataset, view_in_links(view), port, reviewer)
    tell(f"FiftyOne of {reviewer}: {url}  (errata stop ends it)")
    webbrowser.open(url)


def named_reviewer(workspace: Workspace, reviewer: str) -> str:
    """Return who reviews: the name given, else the name kept in the workspace, else the answer to a question.

    The first name is kept. A name given when another is kept counts for this session only, so that the app does not
    take everybody for that person.

    Raises:
        ErrataError: it is not a name, or nobody is there to answer.
    """
    from curation.decisions.decision import checked_reviewer
    from curation.decisions.reviewer import keep_reviewer, kept_reviewer

    if known := kept_reviewer(workspace):
        return checked_reviewer(reviewer or known)
    if not reviewer and not sys.stdin.isatty():
        raise ErrataError("no reviewer is named; add --reviewer NAME (asked once)")
    return keep_reviewer(workspace, reviewer or typer.prompt("Your name in the decision log").strip())


def sync(
    name: DatasetName,
    reviewer: Annotated[str, typer.Option(help="who made the edits; by default the last reviewer")] = "",
) -> None:
    """Make decisions of labels and tags edited in FiftyOne. Then its dataset follows the decision log."""
    workspace, dataset = audited_dataset(name)
    _synchronise(workspace, dataset, reviewer)


def _synchronise(workspace: Workspace, dataset: str, reviewer: str) -> None:
    from curation.decisions.reviewer import kept_reviewer
    from curation.in_fiftyone.sync import sync as synchronise

    for sentence in synchronise(workspace, dataset, reviewer or kept_reviewer(workspace)).sentences():
        tell(sentence)


def rebuild(name: DatasetName) -> None:
    """Write the FiftyOne dataset again from the workspace."""
    workspace, dataset = audited_dataset(name)
    from curation.database.names import dataset_name
    from curation.database.store import dataset_exists
    from curation.in_fiftyone.part import short_sentence
    from curation.in_fiftyone.write_audit import write_audit
    from curation.results.audit import load_audit
    from curation.workspace.names import ORIGINAL, audited_labels

    audit = load_audit(workspace, dataset)
    if audited_labels(workspace, dataset) == ORIGINAL and dataset_exists(workspace, dataset_name(dataset)):
        _synchronise(workspace, dataset, "")  # what was edited in the dataset becomes decisions before it is replaced
    write_audit(workspace, audit)
    tell(f"FiftyOne dataset {dataset_name(dataset)} is written")
    if part := short_sentence(audit):
        tell(f"{part} `errata audit {name} --fiftyone-limit 0` writes all.")


def stop() -> None:
    """End the app, FiftyOne and the database of this workspace."""
    from app.commands.app_processes import app_servers, end_app
    from curation.database.start import stop_database
    from curation.in_fiftyone.app_server import end_of_session, running_apps, stop_app

    workspace = Workspace.from_environment()
    apps = running_apps(workspace)
    servers = app_servers(workspace)
    for process in servers:  # first: `errata serve` would start FiftyOne again
        end_app(process)
    if servers:
        tell("ended the app")
    for server in apps:
        stop_app(workspace, server.port)
        tell(f"ended the FiftyOne App on port {server.port}")
        for sentence in end_of_session(workspace, server.port):  # what was edited in it became decisions
            tell(sentence)
    ended = stop_database(workspace)
    if ended:
        tell("ended the database")
    if not (apps or servers or ended):
        tell(f"nothing of {workspace.root} was running")
