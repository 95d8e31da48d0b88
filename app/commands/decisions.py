"""`errata decisions`: list the decisions of reviewers, merge their logs, undo and redo."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import DatasetName, audited_dataset
from app.commands.listing import Json, print_json
from app.terminal import tell
from curation.words import counted, first_few, visible
from curation.workspace.folders import Workspace
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.decisions.decision import Decision
    from curation.decisions.ledger import Ledger
    from curation.decisions.lines.followed_log import Moment
    from curation.decisions.state import State
    from curation.decisions.table import LogLine, Wanted

_CHANGES = ("--merge", "--import", "--carry", "--undo", "--redo", "--take-back", "--put-back")
_OLDEST = "only from this time on: 2026-01-31 or 2026-01-31T12:00"


def decisions(
    name: DatasetName,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="with --merge: decision logs of other people; with --import: files of labelling tools",
            show_default=False,
        ),
    ] = None,
    reviewer: Annotated[
        str, typer.Option(help="only this reviewer's; with --import, --undo and the like: whose verdicts they are")
    ] = "",
    decision: Annotated[
        str, typer.Option(help="only these: keep, relabel, ambiguous, multi-label, none-of-these, exclude or unsure")
    ] = "",
    split: Annotated[str, typer.Option(help="only train, val or test")] = "",
    image: Annotated[str, typer.Option(help="only this image_id")] = "",
    since: Annotated[str, typer.Option(help=_OLDEST)] = "",
    until: Annotated[str, typer.Option(help="only up to this time; a day counts whole")] = "",
    at: Annotated[str, typer.Option(help="the state at this line of the log, or at this time")] = "",
    last: Annotated[int, typer.Option(help="how many of the newest lines are on the screen; 0 = all", min=0)] = 100,
    csv: Annotated[Path | None, typer.Option(help="write all of them here instead of to the screen")] = None,
    as_json: Json = False,
    import_: Annotated[
        bool, typer.Option("--import", help="read verdicts from Label Studio, CVAT, LightlyStudio or FiftyOne files")
    ] = False,
    merge: Annotated[bool, typer.Option("--merge", help="append what the FILEs hold and this log does not")] = False,
    carry: Annotated[
        str, typer.Option(help="append what was decided on these images as another data set: its name or path")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="take back the latest decision of --reviewer")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="bring back what --reviewer undid last")] = False,
    take_back: Annotated[int | None, typer.Option(help="take back the decision of this line, however old")] = None,
    put_back: Annotated[int | None, typer.Option(help="bring back the decision of this line")] = None,
) -> None:
    """List the decisions of reviewers, newest last. Also merges the logs of several people, undoes and redoes."""
    if sum((merge, import_, bool(carry), undo, redo, take_back is not None, put_back is not None)) > 1:
        raise ErrataError(f"give one of {', '.join(_CHANGES[:-1])} and {_CHANGES[-1]}, not several")
    if files and not (merge or import_):
        raise ErrataError(f"{files[0]} is one argument too many; to merge decision logs give --merge")
    workspace, dataset = audited_dataset(name)
    from curation.decisions.ledger import open_ledger

    if merge:
        _merge(open_ledger(workspace, dataset), dataset, files or [])
    elif import_:
        _import(workspace, open_ledger(workspace, dataset), reviewer, files or [])
    elif carry:
        _carry(workspace, dataset, open_ledger(workspace, dataset), carry)
    elif undo or redo:
        _undo_latest(open_ledger(workspace, dataset), reviewer, back=undo)
    elif (number := put_back if take_back is None else take_back) is not None:
        _reverse_line(open_ledger(workspace, dataset), dataset, reviewer, number, back=take_back is not None)
    else:
        from curation.decisions.table import Wanted, parse_moment

        start, end = parse_moment(since) if since else None, parse_moment(until, day_ends=True) if until else None
        wanted = Wanted(reviewer, decision, split, image, start, end).checked()
        ledger = open_ledger(workspace, dataset)
        _list(ledger, dataset, wanted, at, last, csv, as_json)
        if not (csv or as_json):
            print_carriable(workspace, dataset, ledger)


def _list(
    ledger: "Ledger", dataset: str, wanted: "Wanted", at: str, last: int, csv: Path | None, as_json: bool
) -> None:
    """Print the lines of the log that are wanted, or write them."""
    from curation.decisions.table import records, write_table

    for problem in ledger.problems():
        tell(problem, err=True, fg="yellow")
    to_print = last if wanted.is_everything and not (csv or as_json) else 0
    lines, earlier, state = _lines(ledger, at, to_print)
    chosen = [line for line in lines if wanted.holds(line)]
    if csv:
        write_table(chosen, csv)
        tell(f"{counted(len(chosen), 'line')} written to {csv}")
    elif as_json:
        print_json(records(chosen))
    elif chosen:
        _print_table(chosen, last, earlier)
        _print_summary(state)
    else:
        tell(f"no {'such ' if lines else ''}decisions on {dataset} yet")


def _lines(ledger: "Ledger", at: str, newest: int) -> "tuple[list[LogLine], int, State]":
    """Return the newest lines of the log (0 = all), how many are before them, and what all of them add up to.

    Lines after the line or time that `at` names, where it names one, do not count.
    """
    from curation.decisions.table import lines_of

    moment = _moment(at)
    entries = ledger.entries(moment)
    earlier = max(0, len(entries) - newest) if newest else 0
    splits = dict(zip(ledger.rows.image_ids.tolist(), ledger.rows.splits.tolist(), strict=True))
    if moment is not None:
        state = ledger.at(moment)
        return lines_of(entries, state, splits, newest), earlier, state
    with ledger.reading() as state:
        return lines_of(entries, state, splits, newest), earlier, state


def _moment(text: str) -> "Moment | None":
    from curation.decisions.table import parse_moment

    return (int(text) if text.isdecimal() else parse_moment(text, day_ends=True)) if text else None


def _merge(ledger: "Ledger", dataset: str, files: Sequence[Path]) -> None:
    """Append what other people's logs hold and this one does not."""
    from curation.decisions.merge import merge_into

    if not files:
        raise ErrataError("--merge takes one file or more: the NAME.jsonl of other people")
    added = merge_into(ledger.log, files, ledger.classes)
    tell(f"new: {counted(added, 'line')} of {counted(len(files), 'log')}")
    with ledger.reading() as state:
        missing = len(state.missing())
    if missing:
        tell(f"{counted(missing, 'decision')} in the log about images that {dataset} does not have")


def print_carriable(workspace: Workspace, dataset: str, ledger: "Ledger") -> None:
    """Print which other data sets hold verdicts on these images, and the command that brings them here."""
    import shlex

    from curation.decisions.carry import carriable

    for other in carriable(workspace, dataset, ledger):
        command = shlex.join(["errata", "decisions", dataset, "--carry", other.name])
        tell(f"{other.sentence()}; `{command}` brings {counted(other.verdicts, 'verdict')} here")


def _carry(workspace: Workspace, dataset: str, ledger: "Ledger", other: str) -> None:
    """Append what another data set's log says of these images."""
    from curation.decisions.carry import carry as carry_decisions

    carried = carry_decisions(workspace, dataset, ledger, other)
    tell(
        f"carried: {counted(carried.verdicts, 'verdict')} on {counted(carried.images, 'image')} from {carried.name}"
        + (f"; {counted(carried.elsewhere, 'image')} judged there {dataset} does not have" if carried.elsewhere else "")
    )
    with ledger.reading() as state:
        print_asking(state)


def print_asking(state: "State") -> None:
    """Print which verdicts no longer count, since classes were renamed or images moved to other class folders."""
    from curation.decisions.today import MOVED, gone_sentence

    gone, likely = state.gone()
    if gone:
        tell(gone_sentence(gone, likely))
    if moved := [asking.image_id for asking in state.asking() if asking.reason == MOVED]:
        tell(f"to judge again: {counted(len(moved), 'image')} kept in another class ({first_few(moved)})")


def _import(workspace: Workspace, ledger: "Ledger", reviewer: str, files: Sequence[Path]) -> None:
    """Read verdicts from files of other tools."""
    from curation.decisions.reviewer import kept_reviewer
    from curation.handover.labelling_tools.importing import import_opinions

    if not files:
        raise ErrataError("--import takes one file or more of Label Studio, CVAT, LightlyStudio or FiftyOne")
    for path in files:
        imported = import_opinions(ledger, path, reviewer or kept_reviewer(workspace))
        tell(imported.sentence())


def _undo_latest(ledger: "Ledger", reviewer: str, back: bool) -> None:
    """Take back the latest decision of a reviewer, or bring back what was undone last."""
    name = _named(reviewer)
    reversed_decisions = ledger.undo(name) if back else ledger.redo(name)
    for decision in reversed_decisions:
        _print_reversed(decision, back)
    if not reversed_decisions:
        tell(f"nothing of {reviewer} to {'undo' if back else 'redo'}")


def _reverse_line(ledger: "Ledger", dataset: str, reviewer: str, number: int, back: bool) -> None:
    """Take back the decision of a line of the log, or bring it back."""
    from curation.decisions.decision import Decision

    name = _named(reviewer)
    entry = dict(ledger.entries()).get(number)
    if not isinstance(entry, Decision):
        problem = (
            f"there is no line {number} that can be read"
            if entry is None
            else f"line {number} is not a decision but the {entry.kind} of one"
        )
        raise ErrataError(f"{problem}; give the line of a decision, as `errata decisions {dataset}` shows it")
    _print_reversed((ledger.take_back if back else ledger.put_back)(entry.id, name), back)


def _named(reviewer: str) -> str:
    from curation.decisions.decision import checked_reviewer

    if not reviewer:
        raise ErrataError("name the reviewer with --reviewer; reviewers undo only their own decisions")
    return checked_reviewer(reviewer)


def _print_reversed(decision: "Decision", back: bool) -> None:
    tell(f"{'took back' if back else 'brought back'}: {_verdict(decision)} for {decision.image_id}")


def _verdict(decision: "Decision") -> str:
    labels = f" {', '.join(decision.new_labels)}" if decision.new_labels else ""
    return f"{decision.decision}{labels}"


def _print_table(lines: "Sequence[LogLine]", last: int, earlier: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = lines[-last:] if last else lines
    if earlier := earlier + len(lines) - len(shown):
        tell(f"{counted(earlier, 'earlier line')}; --last 0 shows all")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("line", "time", "reviewer", "image", "label", "decision", "status"):
        table.add_column(column, justify="right" if column == "line" else "left", overflow="fold")
    for line in shown:
        table.add_row(
            *(Text(visible(cell)) for cell in _cells(line)),
            style="dim" if line.status in ("undone", "replaced") else "",
        )
    Console(width=None if sys.stdout.isatty() else 1_000).print(table)  # a file has no edge to fold lines at


def _cells(line: "LogLine") -> list[str]:
    from curation.decisions.decision import Reversal

    time = datetime.fromisoformat(line.entry.time).astimezone().strftime("%Y-%m-%d %H:%M:%S")  # in the local time zone
    label = line.decision.label if line.decision else ""
    verdict = _verdict(line.decision) if line.decision else "an entry that is not in this log"
    if isinstance(line.entry, Reversal):
        verdict = f"{line.entry.kind} of {verdict}"
    elif line.entry.adjudicates:
        verdict = f"{verdict} (adjudicated)"
    cells = (str(line.number), time, line.entry.reviewer, line.image_id, label, verdict, line.status)
    return [cell if cell.isprintable() else ascii(cell) for cell in cells]  # a merged log may hold control characters


def _print_summary(state: "State") -> None:
    from curation.decisions.agreement import disagreements, reviewer_agreement

    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(state.counts().items()))
    reviewers = ", ".join(state.reviewers()) or "nobody"
    tell(f"in force: {counts or 'nothing'}; {counted(len(state.images()), 'image')} judged by {reviewers}")
    agreed = reviewer_agreement(state)
    if agreed.images:
        kappa = "no kappa: all say the same" if agreed.kappa is None else f"{agreed.method}'s kappa {agreed.kappa:.2f}"
        least = agreed.classes[0]
        tell(
            f"{agreed.images} of {agreed.judged} images were judged by several: "
            f"{agreed.share:.0%} of their verdicts agree ({kappa}), least on {least.category}: {least.agreement:.0%}"
        )
    print_asking(state)
    if disputed := disagreements(state):
        images = first_few([disagreement.image_id for disagreement in disputed])
        tell(f"{len(disputed)} to adjudicate, most serious first: {images}")
