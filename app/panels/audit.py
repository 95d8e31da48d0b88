"""The audit of a data set: starting it, watching it, and what to do where it went wrong."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from app.commands.queue import job_request
from app.html_parts.styles import FORMS
from app.jobs.actions import cancel_job, enqueue
from app.jobs.process import JobState, cancel, memory_mb, watch
from app.jobs.queue import Job, jobs
from app.jobs.words import about_time, since
from app.jobs.worker import ensure_worker
from app.panels.audit_options import audit_options
from app.panels.audit_steps import Step, audit_steps, training_curves
from app.state import workspace
from curation.datasets.catalog import DatasetSpec

POLL_S = 1.0


def audit_button(name: str, folder: Path, label: str, primary: bool = False) -> None:
    """Show the button that adds the audit of a data set to the queue, and the choices for it."""
    options = audit_options(folder)
    asked = st.button(
        label, type="primary" if primary else "secondary", icon=":material/play_arrow:", key="audit.start"
    )
    if asked:
        enqueue(workspace(), job_request(workspace(), ["audit", name, *options]))
        st.rerun()


def waiting_job(folder: Path) -> Job | None:
    """Return the job that waits to compute an audit."""
    return next((job for job in jobs(workspace()) if job.folder == folder and job.state == "waiting"), None)


def not_audited(name: str, folder: Path, spec: DatasetSpec | None) -> None:
    """Say what an audit will do, or what has to be done before."""
    st.subheader("Not audited yet")
    if spec and not spec.embedded and not spec.root.is_dir():
        st.info(
            f"The images of **{spec.title}** are not at `{spec.root}`. Run `errata fetch {spec.name}`, which gets them "
            "or says where to get them, or set ERRATA_DATA to the folder that holds them and start the app again."
        )
        return
    st.write(
        "An audit trains models on parts of the images and lets each one judge the images it has **not** seen. "
        "The labels that fit worst come first, with the places in the picture that speak for the given and for the "
        "suggested label."
    )
    audit_button(name, folder, "Start the audit", primary=True)
    st.caption(f"A few minutes on two cores for some thousand images. The same in a terminal: `errata audit {name}`")


def progress_panel(folder: Path, progress: JobState, name: str) -> None:
    """Show the running audit, looked at again every second; or how the last one ended where it did not finish."""
    st.html(FORMS)
    if waiting_job(folder):
        ensure_worker(workspace())
        st.fragment(_waiting, run_every=POLL_S)(folder)
    elif progress.active:
        st.fragment(_running, run_every=POLL_S)(folder)
    elif progress.state in ("failed", "cancelled", "interrupted"):
        _ended(folder, progress, name)


def _waiting(folder: Path) -> None:
    job = waiting_job(folder)
    if job is None:
        st.rerun(scope="app")
    before = [one.title for one in jobs(workspace()) if one.open and one.id < job.id]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="audit-waiting"):
        st.markdown(f"**Audit waiting** for {', '.join(before)}" if before else "**Audit waiting**, it begins at once.")
        st.space("stretch")
        if st.button("Cancel", icon=":material/stop:", key="audit.cancel"):
            cancel_job(workspace(), job.id)
            st.rerun(scope="app")


def _running(folder: Path) -> None:
    progress = watch(folder)
    if not progress.active:
        st.rerun(scope="app")
    steps = audit_steps(folder, progress)
    now = next((step for step in steps if step.state == "now"), Step("Start", "now"))
    memory = memory_mb(folder)
    held = f" It holds {memory:,.0f} MB of memory." if memory else ""
    with st.container(border=True, key="audit-progress"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**Audit running** for {since(progress.started)}.{held} It goes on when this page is closed.")
            if st.button("Cancel", icon=":material/stop:", key="audit.cancel"):
                cancel(folder)
                st.rerun(scope="app")
        figures = f": {progress.done:,} of {progress.total:,}" if progress.total > 1 else " …"
        left = f", about {about_time(now.left)} left in this step" if now.left else ""
        st.progress(now.share, text=f"{now.name}{figures}{left}")
        curves = training_curves(folder, progress)
        if curves:
            table, chart = st.columns([10, 9], gap="medium")
            table.html(_step_list(steps, "er-narrow"))
            chart.html(curves)
        else:
            st.html(_step_list(steps))
        if progress.log:
            with st.expander("Log"):
                st.code("\n".join(progress.log), language=None)


def _step_list(steps: tuple[Step, ...], kind: str = "") -> str:
    marks = {"done": "✓", "now": "●", "waiting": "○"}
    items = "".join(
        f'<li class="er-{step.state}"><span>{marks[step.state]}</span> {escape(step.name)}'
        f"{f' <small>{step.seconds:.0f} s</small>' if step.seconds >= 1 else ''}"
        f'<span class="er-track"><span style="width:{step.share:.0%}"></span></span></li>'
        for step in steps
    )
    return f'<ol class="er-steps {kind}">{items}</ol>'


def _ended(folder: Path, progress: JobState, name: str) -> None:
    texts: dict[str, tuple[Callable[[str], object], str]] = {
        "failed": (st.error, f"The last audit failed: {progress.error}"),
        "cancelled": (st.warning, "The last audit was cancelled. What it finished is kept."),
        "interrupted": (st.warning, "The last audit was interrupted: its process is gone. What it finished is kept."),
    }
    show, text = texts[progress.state]
    show(text)
    if progress.log:
        with st.expander("Last lines of its log"):
            st.code("\n".join(progress.log), language=None)
    audit_button(name, folder, "Go on where it was", primary=True)
