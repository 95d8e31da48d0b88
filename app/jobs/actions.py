"""What is done to the queue of audits and trainings: add, take out or end, and go on."""

import secrets
import time
from collections.abc import Sequence

from app.jobs.process import cancel, job_folder
from app.jobs.queue import Job, about_job, changing, find_job, forget_job, jobs, note_job
from app.jobs.worker import ensure_worker
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError, unknown


def enqueue(workspace: Workspace, dataset: str, title: str, arguments: Sequence[str]) -> Job:
    """Add a command behind the others, and see to it that somebody works.

    Args:
        workspace: whose queue it is.
        dataset: the name it is audited under.
        title: what people see.
        arguments: of `errata`: an audit or a training.

    Raises:
        ErrataError: the same command waits or runs already, or the workspace cannot be written.
    """
    if arguments[0] not in ("audit", "train"):
        raise unknown("command for the queue", arguments[0], ("audit", "train"))
    with changing(workspace):
        if any(job.open and job.arguments == tuple(arguments) for job in jobs(workspace)):
            raise ErrataError(f"`errata {' '.join(arguments)}` waits or runs already; wait for it or cancel it")
        name = f"{time.time_ns():019d}-{secrets.token_hex(2)}"
        folder = audit_folder(workspace, dataset) if arguments[0] == "audit" else job_folder(workspace, f"job-{name}")
        about = {
            "title": title,
            "dataset": dataset,
            "arguments": list(arguments),
            "added": time.time(),
            "launched": 0.0,
        }
        note_job(workspace, name, {**about, "folder": str(folder.relative_to(workspace.root)), "dropped": False})
    ensure_worker(workspace)
    return find_job(workspace, name)


def cancel_job(workspace: Workspace, name: str) -> bool:
    """End a job, or take it out before it begins; return whether it was open. What it finished is kept."""
    with changing(workspace):
        job = find_job(workspace, name)
        if job.state == "waiting":
            note_job(workspace, job.id, {**about_job(workspace, job.id), "dropped": True})
            return True
    return cancel(job.folder) if job.open else False


def resume_job(workspace: Workspace, name: str) -> Job:
    """Add a job that is over once more, behind the others; it goes on where it was.

    Raises:
        ErrataError: it waits or runs, or there is none.
    """
    job = find_job(workspace, name)
    if job.open:
        raise ErrataError(f"{job.title} is {job.state}; cancel it first, or wait for it")
    with changing(workspace):
        forget_job(workspace, job.id)
    return enqueue(workspace, job.dataset, job.title, job.arguments)
