"""`errata compare` and `errata check`: trained networks against each other, and conditions for CI."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.arguments import DatasetName, LabelVersion, audited_dataset, comma_separated, print_written
from app.terminal import tell
from curation.words import counted, sentence
from models.errors import ErrataError, unknown

if TYPE_CHECKING:
    from curation.comparison.gate import Outcome
    from curation.workspace.folders import Workspace

_RUNS = "runs, recipes or architectures, by commas, as `errata runs` lists them; by default all that are finished"
_SHOWN_PAIRS = 10  # on the screen; --json writes all


def compare(
    name: DatasetName,
    runs: Annotated[str, typer.Option(help=_RUNS, show_default=False)] = "",
    versions: Annotated[
        str,
        typer.Option(
            help="labels to test on, by commas; by default original and the newest version", show_default=False
        ),
    ] = "",
    html: Annotated[Path | None, typer.Option(help="write a page to read and share here")] = None,
    json: Annotated[Path | None, typer.Option(help="write every number here")] = None,
) -> None:
    """Compare networks on labels as given and as curated.

    Before any training, the architectures of the audit are compared among themselves.
    """
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.comparison.pages.job import comparison, write_comparison

    workspace, dataset = audited_dataset(name)
    chosen_runs, chosen_versions = comma_separated(runs), comma_separated(versions)
    if html or json:
        with stage_display() as show:
            figures = write_comparison(workspace, dataset, chosen_runs, chosen_versions, html, json, show)
    else:
        figures = comparison(workspace, dataset, chosen_runs, chosen_versions)[1]
    _print_all(figures)
    if beside := figures["audit"]:
        tell("\nthe architectures of the audit, compared among themselves only:")
        _print_all(beside)
    record(dataset, outputs=print_written({"html": html, "json": json}))


def _print_all(figures: dict[str, Any]) -> None:
    """Print a comparison: the table, what it says, the tests behind it, and what could be trained."""
    from curation.comparison.headline import headline_sentence

    _print_table(figures)
    tell(sentence(headline_sentence(figures)))
    _print_choices(figures)
    _print_pairs(figures)
    _print_missing_trainings(figures)


def _print_table(figures: dict[str, Any]) -> None:
    """Print a line for each network: its accuracy by the labels of each version."""
    images, versions = figures["images"], [version["version"] for version in figures["versions"]]
    left_out = "".join(f", {count:,} {reason}" for reason, count in images["left_out"].items())
    of = counted(images["of"], f"{images['split']} image")
    tell(f"{figures['dataset']}: {images['n']:,} of {of} compared{left_out}")
    contestants = figures["contestants"]
    width = max(len(contestant["title"]) for contestant in contestants)
    means = [contestant["models"] or counted(len(contestant["runs"]), "seed") for contestant in contestants]
    models = max(len("models"), *map(len, means))
    tell(
        "  ".join(
            ["network".ljust(width), "models".ljust(models), *(f"on {version}".ljust(23) for version in versions)]
        )
    )
    for contestant, mean in zip(contestants, means, strict=True):
        cells = [_accuracy(contestant["on"][version]).ljust(23) for version in versions]
        tell("  ".join([contestant["title"].ljust(width), mean.ljust(models), *cells]))
    for contestant in contestants:
        if contestant["stale"]:
            tell(
                f"{contestant['title']} learned from an earlier state of its labels or images; "
                "train it again to be sure"
            )
    for name, reason in figures["skipped"].items():
        tell(f"left out: {name}, {reason}")


def _accuracy(measured: dict[str, Any]) -> str:
    return f"{100 * measured['accuracy']['mean']:.1f} % ({100 * measured['low']:.1f} to {100 * measured['high']:.1f})"


def _print_choices(figures: dict[str, Any]) -> None:
    """Print which network wins before and after curation, for each version trained on."""
    titles = {contestant["name"]: contestant["method"] for contestant in figures["contestants"]}
    for contest in figures["contests"]:
        first, second = (
            " and ".join(titles[name] for name in contest["winner"][contest[moment]]) for moment in ("before", "after")
        )
        before, after = contest["before"], contest["after"]
        if first == second:
            choice = f"{first} wins on {before} and {after}"
        else:
            choice = f"{before} picks {first}, {after} {second}"
        tell(
            f"trained on {contest['trained']}: {choice}; {before} would pick another one with probability "
            f"{100 * contest['wrong_pick']:.0f} %"
        )


def _print_pairs(figures: dict[str, Any]) -> None:
    """Print the paired tests on the newest version, the smallest p first."""
    titles = {contestant["name"]: contestant["title"] for contestant in figures["contestants"]}
    version = figures["versions"][-1]["version"]
    pairs = sorted(figures["pairs"][version], key=lambda pair: float(pair["p_holm"]))
    for pair in pairs[:_SHOWN_PAIRS]:
        tell(
            f"{version}: {titles[pair['first']]} {100 * pair['difference']:+.1f} points "
            f"({100 * pair['low']:+.1f} to {100 * pair['high']:+.1f}) against {titles[pair['second']]}, "
            f"p = {pair['p_holm']:.3g} after {counted(len(pairs), 'test')}"
        )
    if len(pairs) > _SHOWN_PAIRS:
        tell(f"and {len(pairs) - _SHOWN_PAIRS} more pairs; --json writes all")


def _print_missing_trainings(figures: dict[str, Any]) -> None:
    """Print the commands that train on the labels on which a network was not trained yet."""
    commands = [command for change in figures["what_changed"] for command in change["missing"].values()]
    if commands:
        tell("to see what training on the other labels changes:")
    for command in commands:
        tell(f"  {command}")


def check(
    name: DatasetName,
    max_errors: Annotated[
        str, typer.Option(help="highest share of wrong labels, as 2% or 0.02", show_default=False)
    ] = "",
    no_leaks: Annotated[
        bool, typer.Option("--no-leaks", help="no image has a copy in a split further on (train, val, test)")
    ] = False,
    min_accuracy: Annotated[
        str, typer.Option(help="least accuracy on test of each network in --runs, as 85% or 0.85", show_default=False)
    ] = "",
    version: LabelVersion = "original",
    runs: Annotated[
        str,
        typer.Option(
            help="runs, recipes or architectures, by commas; by default the most accurate one", show_default=False
        ),
    ] = "",
    split: Annotated[str, typer.Option(help="whose labels --max-errors counts: train, val, test or all")] = "all",
) -> None:
    """Check conditions on a data set, for CI. Exit code 0: all hold, 1: one fails, 2: bad input."""
    workspace, dataset = audited_dataset(name)
    outcomes = _outcomes(workspace, dataset, version, max_errors, no_leaks, min_accuracy, comma_separated(runs), split)
    for outcome in outcomes:
        mark = typer.style("ok    ", fg="green") if outcome.holds else typer.style("FAILED", fg="red")
        tell(f"  {dataset} {version}: {outcome.text}", mark=mark)
    raise typer.Exit(0 if all(outcome.holds for outcome in outcomes) else 1)


def _outcomes(
    workspace: "Workspace",
    dataset: str,
    version: str,
    max_errors: str,
    no_leaks: bool,
    min_accuracy: str,
    runs: tuple[str, ...],
    split: str,
) -> "list[Outcome]":
    """Return what each named condition came to.

    Raises:
        ErrataError: no condition is named, or a share, split, version or run is not allowed.
    """
    from curation.comparison.gate import ALL, check_accuracy, check_errors, check_leaks, parse_share
    from curation.datasets.rows import SPLITS

    if not (max_errors or no_leaks or min_accuracy):
        raise ErrataError("name a condition to check: --max-errors 2%, --no-leaks or --min-accuracy 85%")
    if split not in (*SPLITS, ALL):
        raise unknown("split", split, (*SPLITS, ALL))
    most = parse_share("--max-errors", max_errors) if max_errors else None
    least = parse_share("--min-accuracy", min_accuracy) if min_accuracy else None
    outcomes: list[Outcome] = []
    if most is not None:
        outcomes.append(check_errors(workspace, dataset, version, most, split))
    if no_leaks:
        outcomes.append(check_leaks(workspace, dataset, version))
    if least is not None:
        outcomes += check_accuracy(workspace, dataset, version, least, runs)
    return outcomes
