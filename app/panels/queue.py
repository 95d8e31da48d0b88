"""The queue of audits and trainings on a screen: what runs, what waits, what ended; the same in every tab."""

import time
from html import escape
from pathlib import Path

import streamlit as st

from app.jobs.actions import cancel_job, resume_job
from app.jobs.process import memory_mb
from app.jobs.queue import Job, jobs
from app.jobs.result import read_result
from app.jobs.words import since, stage_words
from app.jobs.worker import ensure_worker
from app.panels.job import POLL_S
from app.panels.training_progress import curves_chart, progress_of, started_runs
from app.state import workspace
from models.errors import ErrataError

ENDED = 4  # jobs that are over and still shown, the latest first


def queue_panel(dataset: str) -> None:
    """Show the jobs of a data set, and how many of others are before them; looked at again while one is open."""
    ensure_worker(workspace())
    every = jobs(workspace())
    if any(job.open for job in every):
        st.fragment(_panel, run_every=POLL_S)(dataset, [job.id for job in every if job.open])
    elif any(job.dataset == dataset for job in every):
        _ended(every, dataset)
    else:
        st.html("<p>Nothing waits or runs. What you start stands here, and goes on when this page is closed.</p>")


def other_jobs(folder: Path) -> None:
    """Show what waits or runs beside one run, where anything does."""
    if any(job.open and job.folder != folder for job in jobs(workspace())):
        st.html("<h3>Queue</h3>")
        queue_panel("")


def _panel(dataset: str, before: list[str]) -> None:
    try:
        _open_jobs(dataset, before)
    except ErrataError as error:  # the screen's own handler is not there when a fragment runs alone
        st.error(str(error))


def _open_jobs(dataset: str, before: list[str]) -> None:
    every = jobs(workspace())
    now_open = [job for job in every if job.open]
    if [job.id for job in now_open] != before:
        st.rerun(scope="app")  # the table of finished runs has one more
    for job in now_open:
        with st.container(border=True, key=f"queue-{job.id}", gap="small"):
            (_waiting if job.state == "waiting" else _running)(job, now_open)
    _ended(every, dataset)


def _head(job: Job, said: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        mark = f'<span class="er-state er-{job.state}">{job.state}</span>'
        st.html(f"<b>{escape(job.title)}</b> {mark}<br><small>{escape(said)}</small>", width="stretch")
        if st.button("Cancel", icon=":material/stop:", key=f"queue.cancel-{job.id}"):
            cancel_job(workspace(), job.id)
            st.rerun(scope="app")


def _waiting(job: Job, now_open: list[Job]) -> None:
    place = [one.id for one in now_open].index(job.id)
    _head(job, f"{job.kind} of {job.dataset}, {place} before it")


def _running(job: Job, _: list[Job]) -> None:
    memory = memory_mb(job.folder)
    held = f", {memory:,.0f} MB of memory" if memory else ""
    _head(job, f"{job.kind} of {job.dataset}, for {since(job.launched)}{held}")
    (share, text), chart = stage_words(job.progress), ""
    try:
        result = read_result(job.folder)
        if result and (runs := started_runs(workspace(), result)):
            share, text = progress_of(runs, len(result.runs))
            chart = curves_chart(runs)
    except ErrataError as error:  # the job itself goes on
        st.error(str(error))
    st.progress(share, text=text)
    if chart:
        st.html(chart)
    if job.progress.log:
        with st.expander("Log"):
            st.code("\n".join(job.progress.log), language=None)


def _ended(every: list[Job], dataset: str) -> None:
    """Show the latest jobs that are over; one that did not finish can go on."""
    over = [job for job in every if not job.open and job.dataset == dataset][-ENDED:]
    for job in reversed(over):
        with st.container(horizontal=True, vertical_alignment="center", key=f"queue-{job.id}"):
            mark = f'<span class="er-state er-{job.state}">{job.state}</span>'
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.launched or job.added))
            st.html(f"{mark} {escape(job.title)} <small>{job.kind}, {when}</small>", width="stretch")
            if job.progress.log and job.state != "finished":
                with st.popover("Log"):
                    st.code("\n".join(job.progress.log), language=None)
            if job.state != "finished" and st.button("Resume", icon=":material/resume:", key=f"queue.resume-{job.id}"):
                resume_job(workspace(), job.id)
                st.rerun(scope="app")
        if job.progress.error:
            st.html(f"<small>{escape(job.progress.error)}</small>")
