"""The finished trainings of a data set as a table: accuracy with its interval, seconds, labels they learned from."""

from html import escape
from pathlib import Path
from typing import Any

from curation.run_report.trained import load_run
from curation.run_table import run_table
from curation.runs_of import finished_runs
from curation.workspace import Workspace

_HEAD = ("trained", "on", "test accuracy", "images: train, test", "parameters", "seconds", "seeds")


def runs_table(workspace: Workspace, dataset: str) -> str:
    """Return a line for each recipe and version, the latest first; empty where nothing is trained."""
    folders = finished_runs(workspace, dataset=dataset)
    if not folders:
        return ""
    version = {line_group(folder): load_run(folder).config.get("version", "original") for folder in folders}
    lines = [(one, str(version[one["group"]])) for one in reversed(run_table(folders))]
    rows = "".join(_row(one, on) for one, on in lines)
    head = "".join(f"<th{' class=er-n' if i > 1 else ''}>{name}</th>" for i, name in enumerate(_HEAD))
    return (
        f'<table class="er-list"><tr>{head}</tr>{rows}</table><p><small>Mean ± standard deviation over seeds; of one '
        "seed with its 95 % interval. Each is measured on the test labels of the version it was trained on.</small></p>"
    )


def line_group(folder: Path) -> str:
    """Return what the seeds of one training share."""
    return load_run(folder).group


def _row(one: dict[str, Any], version: str) -> str:
    name = escape(str(one["recipe"] or one["group"]))
    variant = (
        f"<br><small>{escape(one['variant'])}</small>" if one["variant"] and one["variant"] != one["recipe"] else ""
    )
    own = one["accuracy"]
    if own is None:
        accuracy = "–"  # noqa: RUF001
    elif own["std"] is None:
        accuracy = f"<b>{own['mean']:.1%}</b> <small>({one['low']:.1%} to {one['high']:.1%})</small>"
    else:
        accuracy = f"<b>{own['mean']:.1%}</b> <small>± {own['std']:.1%}</small>"
    images = f"{one['images'].get('train', 0):,}, {one['n'] or 0:,}"
    cells = (
        accuracy,
        images,
        f"{one['parameters'] or 0:,}",
        f"{one['seconds']['mean']:,.0f}" if one["seconds"] else "",
    )
    numbers = "".join(f'<td class="er-n">{cell}</td>' for cell in (*cells, f"{one['seeds']}"))
    return f"<tr><td>{name}{variant}</td><td>{escape(version)}</td>{numbers}</tr>"
