"""The audit of a data set: its start, its progress, and its end where it went wrong."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.commands.queue import job_request
from app.html_parts.assets import FORMS
from app.html_parts.markdown import code, command, plain, sentence
from app.html_parts.templates import macros
from app.jobs.actions import cancel_job, enqueue
from app.jobs.process import JobState, cancel, memory_mb, watch
from app.jobs.queue import Job, jobs
from app.jobs.words import left_words, loading_words, since
from app.jobs.worker import ensure_worker
from app.panels.audit_options import audit_options
from app.panels.audit_unchanged import nothing_changed
from app.panels.dataset.look import look, minutes, show_look
from app.panels.first_list import results_stamp
from app.panels.job import POLL_S, log_expander
from app.panels.running.audit_steps import AuditStep, audit_steps, seconds_until
from app.panels.running.learning_curves import audit_curves
from app.pressed import pressed
from app.state import workspace
from curation.datasets.catalog import DatasetSpec

_HTML = macros(__file__)


def audit_button(name: str, folder: Path, label: str, primary: bool = False) -> None:
    """Show the options of an audit and the button that adds it to the queue.

    Args:
        name: what `errata audit` is given.
        folder: the run folder of the audit.
        label: of the button.
        primary: whether it is the main button of the screen.
    """
    options = audit_options(folder)
    if not pressed(label, "audit.start", type="primary" if primary else "secondary", icon=":material/play_arrow:"):
        return
    if unchanged := nothing_changed(workspace(), name, folder, options):
        st.toast(sentence(unchanged), icon=":material/check_circle:", duration="long")
        return
    enqueue(workspace(), job_request(workspace(), ["audit", name, *options]))
    st.rerun()


def waiting_job(folder: Path) -> Job | None:
    """Return the job that waits to compute an audit; None where there is none."""
    return next((job for job in jobs(workspace()) if job.folder == folder and job.state == "waiting"), None)


def not_audited(name: str, folder: Path, spec: DatasetSpec | None) -> None:
    """Say what an audit does and offer to start it, or say where its images are to come from."""
    st.subheader("Not audited yet")
    if spec and not spec.made_here and not spec.root.is_dir():
        st.info(
            f"The images of **{plain(spec.title)}** are not at {code(spec.root)}. Run "
            f"{command('errata', 'fetch', spec.name)}, which gets them or says where to get them. Or set ERRATA_DATA "
            "to the folder that holds them and start the app again."
        )
        return
    st.write(
        "An audit trains models on parts of the images, and each model judges only the images it has **not** seen. "
        "The labels that fit worst come first, with the places in the image that speak for the given and for the "
        "suggested label."
    )
    looked = look(spec) if spec and spec.root.is_dir() else None
    if looked is not None:
        show_look(looked)
    audit_button(name, folder, "Start the audit", primary=not (looked and looked.refusal))
    takes = "An audit of a few thousand images takes some minutes on two cores."
    if looked is not None and minutes(looked):
        takes = f"With these settings the audit takes {minutes(looked)}."
    st.caption(f"{takes} The same in a terminal: {command('errata', 'audit', name)}")


def progress_panel(folder: Path, job_state: JobState, name: str) -> None:
    """Show a waiting or running audit, refreshed every second, or why the last one did not finish."""
    st.html(FORMS)
    if waiting_job(folder):
        ensure_worker(workspace())
        st.fragment(_waiting, run_every=POLL_S)(folder)
    elif job_state.active:
        st.fragment(_running, run_every=POLL_S)(folder, results_stamp(folder))
    elif job_state.state in ("failed", "cancelled", "interrupted"):
        _unfinished(folder, job_state, name)


def _waiting(folder: Path) -> None:
    waiting = waiting_job(folder)
    if waiting is None:
        st.rerun(scope="app")
    earlier = [job.title for job in jobs(workspace()) if job.open and job.id < waiting.id]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="audit-waiting"):
        st.markdown(
            f"**Audit waiting** for {plain(', '.join(earlier))}" if earlier else "**Audit waiting**, it starts at once."
        )
        st.space("stretch")
        if pressed("Cancel", "audit.cancel", icon=":material/stop:"):
            cancel_job(workspace(), waiting.id)
            st.rerun(scope="app")


def _running(folder: Path, shown: int) -> None:
    job_state = watch(folder)
    if not job_state.active or results_stamp(folder) != shown:
        st.rerun(scope="app")
    steps = audit_steps(folder, job_state)
    with st.container(border=True, key="audit-progress"):
        _head(folder, job_state)
        current = next((step for step in steps if step.state == "now"), AuditStep("Start", "now"))
        if current.name == "Start":
            share, text = loading_words(job_state)
            st.progress(share, text=f"{text[0].upper()}{text[1:]}")
        else:
            st.progress(current.share, text=_stage_text(current, job_state))
        if shown:  # the list below matters more than how it is made
            with st.expander("Steps"):
                _details(folder, job_state, steps)
        else:
            _details(folder, job_state, steps)


def _details(folder: Path, job_state: JobState, steps: tuple[AuditStep, ...]) -> None:
    """Show the steps, the learning curves of the training under way, and the log."""
    curves = audit_curves(folder, job_state)
    if curves:
        table, chart = st.columns([10, 9], gap="medium")
        table.html(step_list(steps, narrow=True))
        chart.html(curves)
    else:
        st.html(step_list(steps))
    if job_state.log:
        with st.popover("Log"):
            st.code("\n".join(job_state.log), language=None)


def _head(folder: Path, job_state: JobState) -> None:
    """Show how long the audit runs and how much memory it uses, and the button that ends it."""
    memory, left = memory_mb(folder), seconds_until(folder, job_state)
    used = f" It uses {memory:,.0f} MB of memory." if memory else ""
    rest = f", {left_words(left)}" if left else ""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(
            f"**Audit running** for {since(job_state.started)}{rest}.{used} It goes on when this page is closed."
        )
        if pressed("Cancel", "audit.cancel", icon=":material/stop:"):
            cancel(folder)
            st.rerun(scope="app")


def _stage_text(step: AuditStep, job_state: JobState) -> str:
    figures = f": {job_state.done:,} of {job_state.total:,}" if job_state.total > 1 else " …"
    left = f", {left_words(step.left)} in this step" if step.left else ""
    return f"{step.name}{figures}{left}"


def step_list(steps: tuple[AuditStep, ...], narrow: bool = False) -> Markup:
    """Return the steps of an audit with their marks and bars; a narrow list has a single column."""
    return _HTML.steps(steps, narrow)


def _unfinished(folder: Path, job_state: JobState, name: str) -> None:
    texts: dict[str, tuple[Callable[[str], object], str]] = {
        "failed": (st.error, f"The last audit failed: {sentence(job_state.error)}"),
        "cancelled": (st.warning, "The last audit was cancelled. What it finished is kept."),
        "interrupted": (st.warning, "The last audit was interrupted: its process is gone. What it finished is kept."),
    }
    show, text = texts[job_state.state]
    show(text)
    log_expander(job_state)
    audit_button(name, folder, "Resume the audit", primary=True)
