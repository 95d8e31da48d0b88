"""Many trained runs in a table: a line for each recipe, its seeds together."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.reports.numbers import NOT_KNOWN, mean_number
from curation.reports.training.figures import run_figures
from curation.results.runs import finished_runs
from curation.results.trained import load_run, load_seeds
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL

_HEAD = (
    "recipe", "network", "data", "train / test images", "accuracy", "AUROC", "parameters", "training, s",
    "images/s",
)  # fmt: skip


def run_table(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the figures of trained runs, a line for each group of seeds, in the order the groups first appear.

    Args:
        folders: run folders; folders named <group>-s0, <group>-s1, … are seeds of one recipe.

    Returns:
        for each group `recipe`, `variant` (ARCH@MODE), `dataset`, `classes` (their number), `images` (split -> n),
        `seeds` (the number of finished ones) and `started`; over the finished seeds `split` (test; val where there is
        no test image), `n`, `accuracy`, `auroc` (of two classes only), `seconds` and `images_per_s` as {mean, std}, the
        std None for one seed, `low` and `high` (the 95 % Wilson interval of the mean accuracy), and `parameters`. A
        figure that is not known yet is None.

    Raises:
        ErrataError: a folder holds no run, seeds of one group were trained differently, or a file is damaged.
    """
    groups: dict[str, list[Path]] = {}
    for folder in folders:
        groups.setdefault(load_run(folder).group, []).append(folder)
    return [_group_figures(group, members) for group, members in groups.items()]


def training_figures(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return the figures of each recipe and version, its finished seeds together, the oldest first."""
    folders = finished_runs(workspace, dataset=name)
    runs = [load_run(folder) for folder in folders]
    versions = {run.group: str(run.config.get("version", ORIGINAL)) for run in runs}
    return [{**line, "version": versions[line["group"]]} for line in run_table(folders)]


def markdown_table(lines: Sequence[dict[str, Any]]) -> str:
    """Return the figures of `run_table` as a Markdown table.

    An accuracy is the mean ± standard deviation over the seeds; for one seed it has its 95 % interval.
    """
    rows = [_HEAD, ("---",) * len(_HEAD), *(_cells(line) for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _group_figures(group: str, folders: Sequence[Path]) -> dict[str, Any]:
    runs = load_seeds(folders)
    finished = [run for run in runs if run.metrics]
    figures = run_figures(finished or runs, None)
    splits: dict[str, dict[str, Any]] = figures["splits"]
    split = next(iter(splits), "test")
    summary = splits.get(split, {})
    area = summary.get("auroc")
    return {
        "group": group,
        **{name: figures[name] for name in ("recipe", "variant", "dataset", "images", "parameters")},
        **{name: figures[name] for name in ("seconds", "images_per_s")},
        "classes": len(figures["classes"]),
        "seeds": len(finished),
        "started": len(runs),
        "split": split,
        **{name: summary.get(name) for name in ("n", "accuracy", "low", "high")},
        "auroc": area["value"] if area and area["kind"] == "binary" else None,
    }


def _cells(line: dict[str, Any]) -> tuple[str, ...]:
    images = {split: f"{n:,}" for split, n in line["images"].items()}
    if line["n"] is not None:
        images[line["split"]] = f"{line['n']:,}"
    held_out = images.get(line["split"], NOT_KNOWN) + (" (val)" if line["split"] == "val" else "")
    return (
        _plain(line["recipe"] or line["group"]),
        _plain(line["variant"] or NOT_KNOWN),
        _plain(line["dataset"] or NOT_KNOWN),
        f"{images.get('train', NOT_KNOWN)} / {held_out}",
        _accuracy(line),
        mean_number(line["auroc"], 3),
        NOT_KNOWN if line["parameters"] is None else f"{line['parameters']:,}",
        mean_number(line["seconds"], 0),
        NOT_KNOWN if line["images_per_s"] is None else f"{line['images_per_s']['mean']:,.0f}",
    )


def _accuracy(line: dict[str, Any]) -> str:
    accuracy = line["accuracy"]
    if accuracy is None:
        return f"{NOT_KNOWN} (0 of {line['started']} seeds finished)"
    if accuracy["std"] is None:
        shown = f"{100 * accuracy['mean']:.1f} % ({100 * line['low']:.1f}–{100 * line['high']:.1f})"  # noqa: RUF001
        return shown if line["started"] == 1 else f"{shown}, 1 of {line['started']} seeds"
    unfinished = f" of {line['started']}" if line["seeds"] < line["started"] else ""
    return f"{100 * accuracy['mean']:.1f} ± {100 * accuracy['std']:.1f} % ({line['seeds']}{unfinished} seeds)"


def _plain(name: str) -> str:
    """Return a name that is safe inside a Markdown table cell."""
    return re.sub(r"\s+", " ", name).replace("|", r"\|")
