"""The comparison as a page and as JSON to share: written by a process of its own, then downloaded."""

from pathlib import Path
from typing import Any

import streamlit as st

from app.jobs.process import start, watch
from app.panels.job import job_panel
from app.screens.compare.loaded import Compared
from app.state import workspace
from curation.comparison.pages.job import compare_folder
from models.errors import ErrataError
from models.files.schemas import read_as


def report_buttons(comparison: Compared, source: str) -> None:
    """Show the button that writes the report of this comparison, or those that download it.

    Args:
        comparison: of the screen.
        source: what `errata compare` is given as the data set.
    """
    html, json = _files(comparison)
    if _is_written(comparison) and html.exists() and json.exists():
        for path, kind, mime in ((html, "Page", "text/html"), (json, "JSON", "application/json")):
            st.download_button(
                kind, path.read_bytes, file_name=f"errata-compare-{comparison.board.dataset}{path.suffix}", mime=mime,
                icon=":material/download:", key=f"compare.get-{kind}",
            )  # fmt: skip
        return
    st.button(
        "Write report",
        icon=":material/description:",
        key="compare.write",
        help="One page to share, and JSON; measures how long each network takes for an image, and draws its maps.",
        disabled=watch(
            compare_folder(workspace(), comparison.board.dataset)
        ).active,  # one report of a data set at a time
        on_click=_write,
        args=(comparison, source),
    )


def report_progress(comparison: Compared) -> None:
    """Show the progress of the report, or why it could not be written."""
    job_panel(compare_folder(workspace(), comparison.board.dataset), "The report", "compare.job")


def _write(comparison: Compared, source: str) -> None:
    html, json = _files(comparison)
    names = [contestant.name for contestant in comparison.board.contestants]
    chosen = ["--runs", ",".join(names), "--versions", ",".join(comparison.board.versions)]
    arguments = ["compare", source, *chosen, "--html", str(html), "--json", str(json)]
    start(compare_folder(workspace(), comparison.board.dataset), arguments)


def _files(comparison: Compared) -> tuple[Path, Path]:
    folder = workspace().reports / comparison.board.dataset / "compare"
    return folder / "report.html", folder / "report.json"


def _is_written(comparison: Compared) -> bool:
    """Return whether the written report holds the same comparison as the screen."""
    try:
        written = read_as(_files(comparison)[1], dict[str, Any])
    except ErrataError:
        return False
    return all(
        written.get(part) == comparison.figures[part] for part in ("contestants", "versions", "images", "review")
    )
