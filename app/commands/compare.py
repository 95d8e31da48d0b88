"""`errata compare`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.commands.progress import stage_display
from curation.comparison.pages.job import comparison, write_comparison
from curation.workspace.folders import Workspace

_SHOWN = 10  # pairs on the screen


def compare(
    workspace: Workspace,
    name: str,
    runs: Sequence[str],
    versions: Sequence[str],
    html: Path | None,
    json: Path | None,
) -> None:
    """Print who is right how often by which labels, or write the whole comparison to files."""
    if html or json:
        with stage_display() as show:
            figures = write_comparison(workspace, name, runs, versions, html, json, show)
    else:
        figures = comparison(workspace, name, runs, versions)[1]
    _print_table(figures)
    _print_choice(figures)
    _print_pairs(figures)
    _print_missing(figures)
    for path in filter(None, (html, json)):
        typer.echo(f"written: {path}")


def _print_table(figures: dict[str, Any]) -> None:
    images, versions = figures["images"], [own["version"] for own in figures["versions"]]
    out = "".join(f", {count:,} {why}" for why, count in images["left_out"].items())
    typer.echo(f"{figures['dataset']}: {images['n']:,} of {images['of']:,} test images compared{out}")
    width = max(len(one["title"]) for one in figures["contestants"])
    typer.echo("  ".join(["network".ljust(width), "seeds", *(f"on {version}".ljust(23) for version in versions)]))
    for one in figures["contestants"]:
        cells = [_accuracy(one["on"][version]).ljust(23) for version in versions]
        typer.echo("  ".join([one["title"].ljust(width), f"{len(one['runs']):>5}", *cells]))
    for one in figures["contestants"]:
        if one["stale"]:
            typer.echo(
                f"{one['title']} learned from an earlier state of its labels or images; train it again to be sure"
            )
    for name, why in figures["skipped"].items():
        typer.echo(f"left out: {name}, {why}")


def _accuracy(own: dict[str, Any]) -> str:
    return f"{100 * own['accuracy']['mean']:.1f} % ({100 * own['low']:.1f} to {100 * own['high']:.1f})"


def _print_choice(figures: dict[str, Any]) -> None:
    titles = {one["name"]: one["method"] for one in figures["contestants"]}
    for own in figures["contests"]:
        first, then = (
            " and ".join(titles[name] for name in own["winner"][own[version]]) for version in ("before", "after")
        )
        before, after = own["before"], own["after"]
        said = f"{first} wins on {before} and {after}" if first == then else f"{before} picks {first}, {after} {then}"
        typer.echo(
            f"trained on {own['trained']}: {said}; {before} would pick another one with probability "
            f"{100 * own['wrong_pick']:.0f} %"
        )


def _print_pairs(figures: dict[str, Any]) -> None:
    titles = {one["name"]: one["title"] for one in figures["contestants"]}
    version = figures["versions"][-1]["version"]
    pairs = sorted(figures["pairs"][version], key=lambda one: float(one["p_holm"]))
    for one in pairs[:_SHOWN]:
        typer.echo(
            f"{version}: {titles[one['first']]} {100 * one['difference']:+.1f} points "
            f"({100 * one['low']:+.1f} to {100 * one['high']:+.1f}) against {titles[one['second']]}, "
            f"p = {one['p_holm']:.3g} after {len(pairs)} {'test' if len(pairs) == 1 else 'tests'}"
        )
    if len(pairs) > _SHOWN:
        typer.echo(f"and {len(pairs) - _SHOWN} more pairs: --json writes all")


def _print_missing(figures: dict[str, Any]) -> None:
    missing = [command for line in figures["what_changed"] for command in line["missing"].values()]
    if missing:
        typer.echo("to see what training on the other labels changes:")
    for command in missing:
        typer.echo(f"  {command}")
