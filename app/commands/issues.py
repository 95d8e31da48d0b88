"""`errata issues`: the ranked labels of an audit, listed or written as tasks for another tool."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import DatasetName, LabelVersion, audited_dataset
from app.commands.listing import Json, print_list
from app.terminal import tell, write_utf8
from curation.words import counted, visible
from curation.workspace.folders import Workspace
from models.files.tables import csv_for_people, write_csv_for_people

if TYPE_CHECKING:
    from curation.results.audit import Audit

    Table = tuple[Sequence[str], Sequence[Sequence[str | int]]]  # columns, rows

_ON_A_TERMINAL = 20  # labels, unless --limit asks for more


def issues(
    name: DatasetName,
    split: Annotated[str, typer.Option(help="train, val or test; all by default")] = "",
    limit: Annotated[
        int | None,
        typer.Option(help="how many, 0 = all; by default 20 on a terminal, all elsewhere", min=0, show_default=False),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="write here instead of to the screen")] = None,
    version: LabelVersion = "original",
    learned: Annotated[
        bool,
        typer.Option("--learned", help="in the order that the verdicts teach, with the probability of each correction"),
    ] = False,
    tasks: Annotated[
        Path | None,
        typer.Option(
            help="write the labels not judged yet as tasks: .json Label Studio, .xml CVAT, .csv LightlyStudio"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the labels of an audit, most suspicious first. A table on a terminal, CSV into files and pipes."""
    from curation.results.audit import load_audit
    from curation.versions.working_copy import audited_version

    workspace, dataset = audited_dataset(name)
    audited = audited_version(workspace, dataset, version)
    audit = load_audit(workspace, audited)
    if tasks:
        _write_tasks(workspace, audit, split, limit, tasks)
        return
    columns, rows = (_learned if learned else _ranked)(workspace, audit, split)
    terminal = sys.stdout.isatty()
    if terminal or csv:
        _print_estimate(workspace, audit, split)
    most = _ON_A_TERMINAL if limit is None and terminal and not (csv or as_json) else limit
    listed = rows[:most] if most else rows
    if csv:
        write_csv_for_people(csv, columns, listed)
    elif as_json or terminal:
        _print_issues(columns, listed, len(rows), as_json)
    else:
        write_utf8(visible(csv_for_people(columns, listed)))  # the pipe may end at a pager; files keep each letter


def _write_tasks(workspace: Workspace, audit: "Audit", split: str, limit: int | None, path: Path) -> None:
    """Write the review queue for another tool; what its reviewers say comes back with `errata decisions --import`."""
    from curation.decisions.ledger import open_ledger
    from curation.handover.labelling_tools.exporting import write_tasks
    from curation.results.issue_table import checked_split

    rows = audit.suspects(checked_split(audit, split) if split else None).tolist()
    tool, count, written = write_tasks(audit, open_ledger(workspace, audit.name), rows[: limit or None], path)
    for file in written:
        tell(f"written: {file}")
    tell(f"{counted(count, 'task')} for {tool}; `errata decisions {audit.name} FILE --import` reads the verdicts")


def _ranked(workspace: Workspace, audit: "Audit", split: str) -> "Table":
    from curation.results.issue_table import COLUMNS, issue_rows

    return COLUMNS, issue_rows(audit, split)


def _learned(workspace: Workspace, audit: "Audit", split: str) -> "Table":
    from curation.decisions.ledger import open_ledger
    from curation.review.bench import Bench
    from curation.review.learned_issues import COLUMNS, learned_issue_rows

    ledger = open_ledger(workspace, audit.name)  # refuses versions: nobody decides on their labels
    return COLUMNS, learned_issue_rows(Bench(audit, ledger), split)


def _print_issues(columns: Sequence[str], rows: Sequence[Sequence[str | int]], all_rows: int, as_json: bool) -> None:
    """Print issues as a table or JSON; figures, which CSV has with four digits, are numbers there."""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    texts = ("image_id", "split", "label", "suggested_label", "rank", "reason")
    values = [{name: value if name in texts else float(value) for name, value in row.items()} for row in named]
    end = ""
    if len(rows) < all_rows:
        end = f"{len(rows):,} of {counted(all_rows, 'label')}; --limit N shows more, `> FILE` writes all as CSV"
    shown = {name: "{:.4f}".format for name in columns if name not in texts}
    print_list(columns, values, as_json, shown, end)


def _print_estimate(workspace: Workspace, audit: "Audit", split: str) -> None:
    """Print how many of the listed labels are wrong, beside the table: it may be piped elsewhere."""
    from curation.results.issue_table import checked_split
    from curation.review.bench import ALL
    from curation.review.wrong_labels import wrong_labels_of

    chosen = checked_split(audit, split) if split else ALL
    tell(wrong_labels_of(workspace, audit, chosen).sentence(chosen), err=True)
