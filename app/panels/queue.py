"""The queue of audits and trainings on a screen: what runs, waits and ended; the same in every tab."""

import time
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import sentence
from app.html_parts.templates import macros
from app.jobs.actions import cancel_job, resume_job
from app.jobs.process import memory_mb
from app.jobs.queue import Job, jobs
from app.jobs.result import read_result
from app.jobs.words import since, stage_words
from app.jobs.worker import ensure_worker
from app.panels.job import POLL_S, log_expander
from app.panels.running.learning_curves import training_curves
from app.panels.running.training_progress import progress_of, started_runs
from app.pressed import pressed
from app.state import workspace
from models.errors import ErrataError

ENDED = 4  # jobs that are over and still shown, the latest first
_HTML = macros(__file__)


def queue_panel(dataset: str) -> None:
    """Show all waiting and running jobs, refreshed every second, and the latest ended jobs of a data set."""
    ensure_worker(workspace())
    all_jobs = jobs(workspace())
    if any(job.open for job in all_jobs):
        st.fragment(_panel, run_every=POLL_S)(dataset, [job.id for job in all_jobs if job.open])
    elif any(job.dataset == dataset for job in all_jobs):
        _ended_jobs(all_jobs, dataset)
    else:
        st.html(_HTML.empty())


def other_jobs(folder: Path) -> None:
    """Show the queue if a job of another folder waits or runs."""
    if any(job.open and job.folder != folder for job in jobs(workspace())):
        st.html("<h3>Queue</h3>")
        queue_panel("")


def _panel(dataset: str, open_before: list[str]) -> None:
    try:
        _open_jobs(dataset, open_before)
    except ErrataError as error:  # a fragment runs without the screen's own handler
        st.error(sentence(error))


def _open_jobs(dataset: str, open_before: list[str]) -> None:
    """Show the open jobs and those that ended; draw the whole screen again where a job began or ended."""
    all_jobs = jobs(workspace())
    open_jobs = [job for job in all_jobs if job.open]
    if [job.id for job in open_jobs] != open_before:
        st.rerun(scope="app")  # the table of finished runs has changed
    for place, job in enumerate(open_jobs):
        with st.container(border=True, key=f"queue-{job.id}", gap="small"):
            if job.state == "waiting":
                _head(job, f"{job.kind} of {job.dataset}, {place} before it")
            else:
                _running(job)
    _ended_jobs(all_jobs, dataset)


def _head(job: Job, note: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(_HTML.open_job(job, note), width="stretch")
        if pressed("Cancel", f"queue.cancel-{job.id}", icon=":material/stop:"):
            cancel_job(workspace(), job.id)
            st.rerun(scope="app")


def _running(job: Job) -> None:
    memory = memory_mb(job.folder)
    used = f", {memory:,.0f} MB of memory" if memory else ""
    _head(job, f"{job.kind} of {job.dataset}, for {since(job.launched)}{used}")
    (share, text), chart = stage_words(job.progress), Markup()
    try:
        result = read_result(job.folder)
        if result and (runs := started_runs(workspace(), result)):
            epochs_share, epochs = progress_of(runs, len(result.runs), job.launched)
            share, text = (epochs_share, epochs) if epochs else (share, text)
            chart = training_curves(runs)
    except ErrataError as error:  # the job itself goes on
        st.error(sentence(error))
    st.progress(share, text=text)
    if chart:
        st.html(chart)
    log_expander(job.progress, "Log")


def _ended_jobs(all_jobs: list[Job], dataset: str) -> None:
    """Show the latest jobs that are over; one that did not finish can be resumed."""
    ended = [job for job in all_jobs if not job.open and job.dataset == dataset][-ENDED:]
    for job in reversed(ended):
        with st.container(horizontal=True, vertical_alignment="center", key=f"queue-{job.id}"):
            began = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.launched or job.added))
            st.html(_HTML.ended_job(job, began), width="stretch")
            if job.progress.log and job.state != "finished":
                with st.popover("Log"):
                    st.code("\n".join(job.progress.log), language=None)
            if job.state != "finished" and pressed("Resume", f"queue.resume-{job.id}", icon=":material/resume:"):
                resume_job(workspace(), job.id)
                st.rerun(scope="app")
        if job.progress.error:
            st.html(Markup("<small>{}</small>").format(job.progress.error))
