"""What is done to the queue of audits and trainings: add a job, take it out or end it, and let it go on."""

import secrets
import time

from app.jobs.process import cancel, job_folder
from app.jobs.queue import Job, changing, find_job, forget_job, jobs, read_entry, write_entry
from app.jobs.request import JobRequest, command_line
from app.jobs.worker import ensure_worker
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError


def enqueue(workspace: Workspace, request: JobRequest) -> Job:
    """Add a command behind the others, and start a worker if none works.

    Raises:
        ErrataError: the same command waits or runs already, or the workspace cannot be written.
    """
    with changing(workspace):
        if any(job.open and job.arguments == request.arguments for job in jobs(workspace)):
            raise ErrataError(f"`{command_line(request.arguments)}` waits or runs already; wait for it or cancel it")
        name = f"{time.time_ns():019d}-{secrets.token_hex(2)}"
        is_audit = request.command == "audit"
        folder = audit_folder(workspace, request.dataset) if is_audit else job_folder(workspace, f"job-{name}")
        where = {"folder": str(folder.relative_to(workspace.root))}
        write_entry(
            workspace, name, {**request.entry(), **where, "added": time.time(), "launched": 0.0, "dropped": False}
        )
    ensure_worker(workspace)
    return find_job(workspace, name)


def cancel_job(workspace: Workspace, name: str) -> bool:
    """End a job, or take it out before it begins; return whether it was open. What it finished is kept.

    Raises:
        ErrataError: there is no such job.
    """
    with changing(workspace):
        job = find_job(workspace, name)
        if job.state == "waiting":
            write_entry(workspace, job.id, {**read_entry(workspace, job.id), "dropped": True})
            return True
    return cancel(job.folder) if job.open else False


def resume_job(workspace: Workspace, name: str) -> Job:
    """Add a job that is over once more, behind the others; it continues where it stopped.

    Raises:
        ErrataError: it waits or runs, or there is no such job.
    """
    job = find_job(workspace, name)
    if job.open:
        raise ErrataError(f"{job.title} is {job.state}; cancel it first, or wait for it")
    with changing(workspace):
        forget_job(workspace, job.id)
    return enqueue(workspace, job.request)
