"""The comparison as a page and as JSON to share: written by a process of its own, then handed out."""

from pathlib import Path

import streamlit as st

from app.jobs.process import start, watch
from app.panels.job import job_panel
from app.screens.compare.data import Compared
from app.state import workspace
from curation.comparison.pages.job import compare_folder
from models.errors import ErrataError
from models.files.atomic import read_json


def report_buttons(own: Compared, source: str) -> None:
    """Show the button that writes the report of this comparison, or those that hand it out.

    Args:
        own: what is compared.
        source: what `errata compare` is given as the data set.
    """
    html, json = _files(own)
    if _is_of(own) and html.exists() and json.exists():
        for path, what, mime in ((html, "Page", "text/html"), (json, "JSON", "application/json")):
            st.download_button(
                what, path.read_bytes, file_name=f"errata-compare-{own.board.dataset}{path.suffix}", mime=mime,
                icon=":material/download:", key=f"compare.get-{what}",
            )  # fmt: skip
        return
    st.button(
        "Write report",
        icon=":material/description:",
        key="compare.write",
        help="One page to share, and JSON; measures how long each network takes for an image, and draws its maps.",
        disabled=watch(compare_folder(workspace(), own.board.dataset)).active,  # one report of a data set at a time
        on_click=_write,
        args=(own, source),
    )


def report_progress(own: Compared) -> None:
    """Show how far the report is, while it is written, or why it was not."""
    job_panel(compare_folder(workspace(), own.board.dataset), "The report", "compare.job")


def _write(own: Compared, source: str) -> None:
    html, json = _files(own)
    names = [one.name for one in own.board.contestants]
    whom = ["--runs", ",".join(names), "--versions", ",".join(own.board.versions)]
    arguments = ["compare", source, *whom, "--html", str(html), "--json", str(json)]
    start(compare_folder(workspace(), own.board.dataset), arguments)


def _files(own: Compared) -> tuple[Path, Path]:
    folder = workspace().reports / own.board.dataset / "compare"
    return folder / "report.html", folder / "report.json"


def _is_of(own: Compared) -> bool:
    """Return whether the report that is there says the same as the screen."""
    try:
        written = read_json(_files(own)[1])
    except ErrataError:
        return False
    return all(written.get(part) == own.figures[part] for part in ("contestants", "versions", "images", "review"))
