"""Many trained runs side by side: a line for each recipe, its seeds together."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.reports.training.figures import run_figures
from curation.results.runs import finished_runs
from curation.results.trained import load_run, load_seeds
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.files.atomic import write_json, write_text

SCHEMA_VERSION = 1
_HEAD = (
    "recipe", "network", "data", "train / test images", "accuracy", "AUROC", "parameters", "training, s",
    "images/s",
)  # fmt: skip
_NONE = "–"  # noqa: RUF001


def run_table(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the figures of trained runs, a line for each group of seeds, in the order the groups first appear.

    Args:
        folders: run folders; those called <group>-s0, <group>-s1, … are seeds of one recipe.

    Returns:
        for each group its `recipe`, `variant` (ARCH@MODE), `dataset`, `classes` (how many), `images` (split -> n) and
        `seeds` (finished) of `started`; over the finished ones `split` (test; val where there is no test image), `n`,
        `accuracy`, `auroc` (of two classes only), `seconds` and `images_per_s` as {mean, std}, the std None for one
        seed, `low` and `high` (the 95 % Wilson interval of the mean accuracy), and `parameters`. A figure that is not
        there yet is None.

    Raises:
        ErrataError: a folder holds no run, seeds of one group were trained differently, or a file is damaged.
    """
    groups: dict[str, list[Path]] = {}
    for folder in folders:
        groups.setdefault(load_run(folder).group, []).append(folder)
    return [_line(name, own) for name, own in groups.items()]


def _line(group: str, folders: Sequence[Path]) -> dict[str, Any]:
    runs = load_seeds(folders)
    finished = [run for run in runs if run.metrics]
    figures = run_figures(finished or runs, None)
    judged: dict[str, dict[str, Any]] = figures["splits"]
    split = next(iter(judged), "test")
    own = judged.get(split, {})
    area = own.get("auroc")
    return {
        "group": group,
        **{name: figures[name] for name in ("recipe", "variant", "dataset", "images", "parameters")},
        **{name: figures[name] for name in ("seconds", "images_per_s")},
        "classes": len(figures["classes"]),
        "seeds": len(finished),
        "started": len(runs),
        "split": split,
        **{name: own.get(name) for name in ("n", "accuracy", "low", "high")},
        "auroc": area["value"] if area and area["kind"] == "binary" else None,
    }


def markdown_table(lines: Sequence[dict[str, Any]]) -> str:
    """Return what `run_table` found as a Markdown table.

    Accuracy is mean ± standard deviation over the seeds; of one seed it stands with its 95 % interval.
    """
    rows = [_HEAD, ("---",) * len(_HEAD), *(_cells(line) for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(line: dict[str, Any]) -> tuple[str, ...]:
    images = {split: f"{n:,}" for split, n in line["images"].items()}
    if line["n"] is not None:
        images[line["split"]] = f"{line['n']:,}"
    held_out = images.get(line["split"], _NONE) + (" (val)" if line["split"] == "val" else "")
    return (
        _plain(line["recipe"] or line["group"]),
        _plain(line["variant"] or _NONE),
        _plain(line["dataset"] or _NONE),
        f"{images.get('train', _NONE)} / {held_out}",
        _accuracy(line),
        _spread(line["auroc"], 3),
        _NONE if line["parameters"] is None else f"{line['parameters']:,}",
        _spread(line["seconds"], 0),
        _spread(line["images_per_s"], 0, deviation=False),
    )


def _accuracy(line: dict[str, Any]) -> str:
    own = line["accuracy"]
    if own is None:
        return f"{_NONE} (0 of {line['started']} seeds finished)"
    if own["std"] is None:
        shown = f"{100 * own['mean']:.1f} % ({100 * line['low']:.1f}–{100 * line['high']:.1f})"  # noqa: RUF001
        return shown if line["started"] == 1 else f"{shown}, 1 of {line['started']} seeds"
    unfinished = f" of {line['started']}" if line["seeds"] < line["started"] else ""
    return f"{100 * own['mean']:.1f} ± {100 * own['std']:.1f} % ({line['seeds']}{unfinished} seeds)"


def _spread(own: dict[str, Any] | None, decimals: int, deviation: bool = True) -> str:
    if own is None:
        return _NONE
    around = f" ± {own['std']:,.{decimals}f}" if deviation and own["std"] is not None else ""
    return f"{own['mean']:,.{decimals}f}{around}"


def _plain(name: str) -> str:
    """Return a name that neither ends a cell nor a line."""
    return re.sub(r"\s+", " ", name).replace("|", r"\|")


def write_run_table(folders: Sequence[Path], output: Path) -> None:
    """Write `output/runs.json` and `output/runs.md`, each whole or not at all.

    Args:
        folders: as for `run_table`.
        output: a folder, made if it is not there.

    Raises:
        ErrataError: as `run_table`, or the folder cannot be written.
    """
    lines = run_table(folders)
    write_json(output / "runs.json", {"schema_version": SCHEMA_VERSION, "runs": lines})
    write_text(output / "runs.md", markdown_table(lines))


def training_figures(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return a line for each recipe and version with its finished seeds together, the oldest first."""
    folders = finished_runs(workspace, dataset=name)
    runs = [load_run(folder) for folder in folders]
    version = {run.group: str(run.config.get("version", ORIGINAL)) for run in runs}
    return [{**one, "version": version[one["group"]]} for one in run_table(folders)]
