"""Everything known about a data set as one page to share, and as JSON."""

import time
from pathlib import Path

import streamlit as st

from app.html_parts.assets import FORMS
from app.html_parts.markdown import command
from app.jobs.process import job_folder, start
from app.panels.data_bar import audit_as_given, data_bar
from app.panels.job import job_panel, log_expander, open_page
from app.pressed import pressed
from app.state import workspace
from curation.decisions.ledger import log_of
from curation.results.audit import Audit
from curation.words import file_size

_CONTENTS = (
    "Decisions and who made them, the versions of the labels and what they changed, every training, the comparison of "
    "the networks, and the audit with its most suspicious images. The page is a single file: it makes no request and "
    "runs no script, so it can be mailed or published beside a paper."
)


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-report"):
        chosen = data_bar()
    audit = audit_as_given(
        chosen,
        "The report shows audit, decisions, versions and trainings on one page.",
        "The report of {base} has all versions: choose it above.",
    )
    if audit is None:
        return
    folder = job_folder(workspace(), f"report-{audit.name}"[:64])
    html, json = (folder / f"report.{kind}" for kind in ("html", "json"))
    st.subheader("Everything on one page")
    st.write(_CONTENTS)
    job_state = job_panel(folder, "The report", "report.job")
    if job_state.state == "failed":
        log_expander(job_state)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = pressed(
            "Write it again" if html.exists() else "Write the report", "report.start", disabled=job_state.active,
            type="secondary" if html.exists() else "primary", icon=":material/description:",
        )  # fmt: skip
        if html.exists() and json.exists() and not job_state.active:
            open_page(html, "Open the report", "report")
            _downloads(audit, html, json)
    st.caption(f"The same in a terminal: {command('errata', 'report', audit.name, '--html', 'FILE', '--json', 'FILE')}")
    if asked:
        start(folder, ["report", audit.name, "--html", str(html), "--json", str(json)])
        st.rerun()


def _downloads(audit: Audit, html: Path, json: Path) -> None:
    name = audit.name
    for path, kind, mime in ((html, "Page", "text/html"), (json, "JSON", "application/json")):
        st.download_button(
            f"{kind}, {file_size(path.stat().st_size)}", path.read_bytes, f"errata-report-{name}{path.suffix}", mime,
            icon=":material/download:",
            key=f"report.{path.suffix[1:]}",
        )  # fmt: skip
    written = time.strftime("%Y-%m-%d %H:%M", time.localtime(html.stat().st_mtime))
    newer = _newest(audit) > html.stat().st_mtime
    st.caption(f"written {written}{'; something was judged, made or trained since: write it again' if newer else ''}")


def _newest(audit: Audit) -> float:
    """Return when anything that the report is about was last written, in seconds since 1970."""
    home = workspace()
    files = [audit.folder / "results.json", log_of(home, audit.name).path]
    files += [*home.splits.glob(f"{audit.name}/*/split.json"), *home.runs.glob("*/metrics.json")]
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


screen()
