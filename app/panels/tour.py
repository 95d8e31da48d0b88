"""The first way through the app: five steps on the real screens, done as the workspace's files show; shown once."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.html_parts.templates import macros
from app.jobs.process import job_folder, watch
from app.jobs.queue import jobs
from app.panels.bench import bench
from app.panels.running.audit_steps import seconds_until
from app.state import audit_name_of, chosen_dataset, workspace
from curation.results.runs import finished_runs
from curation.results.trained import load_run
from curation.words import counted, duration
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audited, version_names
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as

VERDICTS = 3  # of the second step
_POLL_S = 2.0
_FIRST_PART = "Decisions"  # of the screen Splits
_WENT = "tour.went"  # to another screen, by a button of the tour
_HTML = macros(__file__)


@dataclass(frozen=True)
class _Tour:
    """What tour.json says."""

    state: str = "over"


@dataclass(frozen=True)
class Step:
    """One step of the tour."""

    title: str
    text: str  # what to do, one sentence
    address: dict[str, str]  # of the screen where it is done


STEPS = (
    Step(
        "Look at the worst label",
        "The list begins with the label that fits its image worst. Beside it: the image, what each network says, why.",
        {"screen": "audit"},
    ),
    Step(
        f"Judge {VERDICTS}",
        "Is the label right? Press the key of a verdict under the image.",
        {"screen": "review"},
    ),
    Step(
        "Make a version",
        "Your verdicts become a version of the labels; the labels as given stay as they are.",
        {"screen": "splits", "part": "New version"},
    ),
    Step(
        "Retrain and compare",
        "A frozen network learns from both versions, three seeds each; the comparison opens by itself.",
        {"screen": "train"},
    ),
    Step("Export", "The version becomes a folder of files for other programs.", {"screen": "splits", "part": "Export"}),
)


def tour(screen: str) -> None:
    """Show the tour below the screen, the first time that a workspace is looked at.

    Args:
        screen: the one that is shown.
    """
    if _state(workspace()) != "over":
        st.fragment(_panel, run_every=_POLL_S)(screen)


def end_tour(workspace: Workspace) -> None:
    """Never show the tour of this workspace again."""
    write_json(workspace.root / "tour.json", {"state": "over"})


def steps_done(workspace: Workspace, name: str, looked: bool) -> tuple[tuple[bool, ...], int]:
    """Return which steps are done on a data set, and how many of its images are judged.

    Args:
        workspace: its files tell.
        name: of the data set's audit.
        looked: whether the worst label was looked at, which no file tells.

    Raises:
        ErrataError: a file of the audit, or the log, is damaged.
    """
    opened = bench(workspace, name)
    judged = int(opened.tally().seen.sum()) if opened else 0
    made = len(version_names(workspace, name)) > 1
    done = (looked or judged > 0, judged >= VERDICTS, made, made and _retrained(workspace, name))
    return (*done, made and _exported(workspace, name)), judged


def _retrained(workspace: Workspace, name: str) -> bool:
    """Return whether a network has learned from a version, and none is about to."""
    if any(job.open and job.kind == "train" and job.dataset == name for job in jobs(workspace)):
        return False
    runs = finished_runs(workspace, dataset=name)
    return any(load_run(run).config.get("version", ORIGINAL) != ORIGINAL for run in runs)


def _exported(workspace: Workspace, name: str) -> bool:
    kept = any(workspace.exports.glob(f"{name}-*/manifest.json"))
    return kept or watch(job_folder(workspace, f"export-{name}"[:64])).state == "finished"


def _state(workspace: Workspace) -> str:
    """Return `open`, `looked` or `over`: a workspace that somebody has worked in before needs no tour."""
    file = workspace.root / "tour.json"
    if not file.exists():
        used = any(folder.is_dir() and any(folder.iterdir()) for folder in _of_work(workspace))
        write_json(file, {"state": "over" if used else "open"})
    try:
        return read_as(file, _Tour).state
    except ErrataError:  # damaged: nobody misses it
        return "over"


def _of_work(workspace: Workspace) -> list[Path]:
    return [workspace.decisions, workspace.splits, workspace.exports]


def _panel(screen: str) -> None:
    if st.session_state.pop(_WENT, False):
        st.rerun(scope="app")  # a button of a fragment runs the fragment alone
    state = _state(workspace())
    if state == "over":
        return
    try:
        name = audit_name_of(chosen_dataset())
        if screen == "review" and state == "open" and name in audited(workspace()):
            state = "looked"
            write_json(workspace().root / "tour.json", {"state": state})
        done, judged = steps_done(workspace(), name, state == "looked")
    except ErrataError:  # the screen above says what is wrong
        return
    place = next((place for place, is_done in enumerate(done) if not is_done), len(STEPS))
    text = _text(name, place, judged)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour"):
        st.html(_HTML.tour(STEPS, done, place, text), width="stretch")
        if place == len(STEPS):
            st.button("Close", type="primary", key="tour.close", on_click=end_tour, args=(workspace(),))
            return
        if name in audited(workspace()):
            _way(screen, place)
        st.button(
            "Skip the tour", type="tertiary", key="tour.skip", on_click=end_tour, args=(workspace(),),
            help="It does not come back.",
        )  # fmt: skip


def _way(screen: str, place: int) -> None:
    """Show the button that leads to the screen of a step; on that screen, of the first step, to the next one."""
    here = screen == STEPS[place].address["screen"]
    away = not here or st.query_params.get("part", _FIRST_PART) != STEPS[place].address.get("part", _FIRST_PART)
    if place == 0 and here:
        st.button("Next", type="primary", key="tour.next", on_click=_looked)
    elif away:
        st.button("Show me", type="primary", key="tour.show", on_click=_go, args=(STEPS[place].address,))


def _text(name: str, place: int, judged: int) -> str:
    """Return what to do now, in one sentence or two."""
    if place == len(STEPS):
        return "That was the whole way: found, judged, corrected, compared, handed on. This line does not come back."
    if name in audited(workspace()):
        left = f" {counted(judged, 'image')} of {VERDICTS} judged." if place == 1 else ""
        return STEPS[place].text + left
    folder = audit_folder(workspace(), name)
    left_s = seconds_until(folder, watch(folder), "judge")
    when = f" It stands in about {duration(left_s, rough=True)} at the latest." if left_s else ""
    return f"The audit makes the list of labels, the worst first.{when}"


def _looked() -> None:
    write_json(workspace().root / "tour.json", {"state": "looked"})
    _go(STEPS[1].address)


def _go(address: dict[str, str]) -> None:
    for key, value in address.items():
        st.query_params[key] = value
    if part := address.get("part"):
        st.session_state["part"] = part
    st.session_state[_WENT] = True
