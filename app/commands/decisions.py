"""`errata decisions`."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer

from curation.decisions.agreement import agreement, disagreements
from curation.decisions.decision import Decision, Reversal, checked_reviewer
from curation.decisions.ledger import Ledger, Moment, entries_until, open_ledger
from curation.decisions.merge import merge_into
from curation.decisions.state import State
from curation.decisions.table import Line, Wanted, lines_of, parse_moment, write_records, write_table
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def show(
    workspace: Workspace, name: str, wanted: Wanted, at: str, csv: Path | None, json: Path | None, last: int
) -> None:
    """Print the decisions of a data set, newest last, or write them to files; what is wrong with the log goes first.

    Args:
        workspace: holds the log.
        name: of an audited data set.
        wanted: which lines.
        at: only what was there after this line, or at this time; all where empty.
        csv: file to write.
        json: file to write.
        last: lines to print at most; all where 0.
    """
    ledger = open_ledger(workspace, name)
    _tell_problems(ledger)
    moment = _moment(at)
    page = ledger.log.first(moment) if isinstance(moment, int) else ledger.log.read()
    entries = page.entries if moment is None else entries_until(page, moment)
    state = ledger.replay([entry for _, entry in entries])
    splits = dict(zip(ledger.rows.image_ids.tolist(), ledger.rows.splits.tolist(), strict=True))
    lines = [line for line in lines_of(entries, state, splits) if wanted.holds(line)]
    for path, write in ((csv, write_table), (json, write_records)):
        if path:
            write(lines, path)
            typer.echo(f"{_number(len(lines), 'line')} written to {path}")
    if csv or json:
        return
    if not lines:
        typer.echo(f"no {'such ' if entries else ''}decisions on {name} yet")
        return
    _print_table(lines, last)
    _print_summary(state)


def merge(workspace: Workspace, name: str, files: Sequence[Path]) -> None:
    """Append what other people's logs hold and this one does not."""
    if not files:
        raise ErrataError("--merge takes one file or more: the NAME.jsonl of other people")
    ledger = open_ledger(workspace, name)
    added = merge_into(ledger.log, files, ledger.classes)
    typer.echo(f"new: {_number(added, 'line')} of {_number(len(files), 'log')}")
    with ledger.reading() as state:
        gone = len(state.missing())
    if gone:
        typer.echo(f"{_number(gone, 'decision')} in the log about images that {name} does not have")


def step(workspace: Workspace, name: str, reviewer: str, back: bool) -> None:
    """Take back the latest decision of a reviewer, or bring back what was undone last."""
    who, ledger = _named(reviewer), open_ledger(workspace, name)
    done = (ledger.undo if back else ledger.redo)(who)
    for one in done:
        _tell_reversed(one, back)
    if not done:
        typer.echo(f"nothing of {reviewer} to {'undo' if back else 'redo'}")


def one(workspace: Workspace, name: str, reviewer: str, line: int, back: bool) -> None:
    """Take back the decision of a line of the log, or bring it back."""
    who, ledger = _named(reviewer), open_ledger(workspace, name)
    entry = dict(ledger.log.read().entries).get(line)
    if not isinstance(entry, Decision):
        found = (
            f"there is no line {line} that can be read"
            if entry is None
            else f"line {line} is no decision but the {entry.kind} of one"
        )
        raise ErrataError(f"{found}; give the line of a decision, as `errata decisions {name}` shows it")
    _tell_reversed((ledger.take_back if back else ledger.put_back)(entry.id, who), back)


def _named(reviewer: str) -> str:
    if not reviewer:
        raise ErrataError("say whose decision with --reviewer; nobody undoes another's")
    return checked_reviewer(reviewer)


def _tell_reversed(decision: Decision, back: bool) -> None:
    typer.echo(f"{'took back' if back else 'brought back'}: {_says(decision)} for {decision.image_id}")


def _moment(text: str) -> Moment | None:
    return (int(text) if text.isdecimal() else parse_moment(text, day_ends=True)) if text else None


def _tell_problems(ledger: Ledger) -> None:
    for problem in ledger.problems():
        typer.secho(problem, err=True, fg="yellow")


def _says(decision: Decision) -> str:
    new = f" {', '.join(decision.new_labels)}" if decision.new_labels else ""
    return f"{decision.decision}{new}"


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _print_table(lines: Sequence[Line], last: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = lines[-last:] if last else lines
    if len(shown) < len(lines):
        typer.echo(f"{_number(len(lines) - len(shown), 'earlier line')}; --last 0 shows all")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("line", "time", "reviewer", "image", "label", "decision", "status"):
        table.add_column(column, justify="right" if column == "line" else "left", overflow="fold")
    for line in shown:
        table.add_row(*map(Text, _cells(line)), style="dim" if line.status in ("undone", "replaced") else "")
    Console(width=None if sys.stdout.isatty() else 1_000).print(table)  # a file has no edge to fold lines at


def _cells(line: Line) -> list[str]:
    when = datetime.fromisoformat(line.entry.time).astimezone().strftime("%Y-%m-%d %H:%M:%S")  # the person's own time
    label = line.about.label if line.about else ""
    said = _says(line.about) if line.about else "what is not in this log"
    if isinstance(line.entry, Reversal):
        said = f"{line.entry.kind} of {said}"
    elif line.entry.adjudicates:
        said = f"{said} (adjudicated)"
    cells = (str(line.number), when, line.entry.reviewer, line.image_id, label, said, line.status)
    return [cell if cell.isprintable() else ascii(cell) for cell in cells]  # a merged log may hold anything


def _print_summary(state: State) -> None:
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(state.counts().items()))
    who = ", ".join(state.reviewers()) or "nobody"
    typer.echo(f"in force: {counts or 'nothing'}; {len(state.images())} images judged by {who}")
    found = agreement(state)
    if found.images:
        kappa = "no kappa: all say the same" if found.kappa is None else f"{found.method}'s kappa {found.kappa:.2f}"
        least = found.classes[0]
        typer.echo(
            f"{found.images} of {found.judged} images were judged by several: "
            f"{found.share:.0%} of their verdicts agree ({kappa}), least on {least.category}: {least.agreement:.0%}"
        )
    if disputed := disagreements(state):
        first = ", ".join(one.image_id for one in disputed[:3])
        typer.echo(f"{len(disputed)} to adjudicate, most serious first: {first}{', …' if len(disputed) > 3 else ''}")
