"""A new version of the labels: its form, a preview of what it would hold, and its making as a process of its own."""

import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import command, plain, sentence
from app.html_parts.tables import Figure, figures
from app.html_parts.templates import macros
from app.jobs.process import JobState, job_folder, start
from app.panels.data_bar import open_screen
from app.panels.job import job_panel, log_expander, summary_of
from app.panels.reviewer_name import current_reviewer
from app.pressed import pressed
from app.screens.splits.loaded import preview
from app.state import workspace
from curation.review.bench import Bench
from curation.versions.make import VersionPreview
from curation.versions.request import VersionRequest
from curation.versions.shares import parse_shares
from curation.workspace.names import ORIGINAL, version_names
from models.errors import ErrataError

_KEEP, _REMAKE = "as they are", "made anew"
_BELOW = 0.2  # label quality offered first as the limit of automatic labels
_HTML = macros(__file__)


@dataclass(frozen=True)
class _Automatic:
    """Which labels are taken from the models without a person having looked."""

    below: float | None  # label quality; None: no label is
    splits: tuple[str, ...] = ("train", "val")


def make_part(bench: Bench) -> None:
    """Show the form, a preview, and the progress or result of making the version."""
    left, right = st.columns([10, 13], gap="large")
    with left:
        request, remake = _form(bench.audit.name)
    with right:
        st.html("<h3>What it would hold</h3>")
        try:
            previewed = preview(bench, request)
        except ErrataError as error:
            st.error(sentence(error))
            previewed = None
        if previewed:
            st.html(preview_html(previewed))
        _make(bench.audit.name, request, remake, valid=previewed is not None)


def _make(name: str, request: VersionRequest, remake: str, valid: bool) -> None:
    """Show the button that makes the version, the progress, and what can be done with the last version."""
    folder, arguments = job_folder(workspace(), f"split-{name}"[:64]), split_arguments(name, request, remake)
    exists = request.name in version_names(workspace(), name)
    if exists:
        st.info(f"Version {plain(request.name)} exists already, and versions never change: choose another name.")
    job_state = job_panel(folder, "Making the version", "splits.make")
    asked = pressed(
        f"Make {plain(request.name)}", "splits.make", type="primary", icon=":material/lock:",
        disabled=not valid or exists or job_state.active,
    )  # fmt: skip
    st.caption(f"The same in a terminal: {command('errata', *arguments)}")
    if asked:
        start(folder, arguments)
        st.rerun()
    _ended(folder, job_state)


def split_arguments(name: str, request: VersionRequest, remake: str) -> list[str]:
    """Return the command that makes this version."""
    options = ["--version", request.name]
    if request.parent != ORIGINAL:
        options += ["--parent", request.parent]
    if request.shares:
        options += ["--remake", remake, "--seed", str(request.seed)]
    if request.drop_leaks:
        options.append("--drop-leaks")
    if request.auto_accept is not None:
        options += ["--auto-accept", f"{request.auto_accept:g}", "--accept-in", ",".join(request.auto_splits)]
    return ["split", name, *options, *(["--reviewer", request.reviewer] if request.reviewer else [])]


def next_version(known: tuple[str, ...]) -> str:
    """Return the name that follows: v1, or one more than the highest number that is used."""
    matches = (re.fullmatch(r"v(\d+)", name) for name in known)
    return f"v{max((int(match[1]) for match in matches if match), default=0) + 1}"


def _form(name: str) -> tuple[VersionRequest, str]:
    """Show the form; return what it asks for, and the shares of the splits as the command takes them."""
    known = version_names(workspace(), name)
    with st.container(horizontal=True):
        version = st.text_input(
            "Name of the version", next_version(known), max_chars=40, key=f"splits.version-{len(known)}"
        )
        parent = st.selectbox(
            "Made from", known, index=0, key="splits.parent",
            help="Its splits, left-out copies and automatic labels are taken over. Decisions always apply to the "
            "labels as given.",
        )  # fmt: skip
    remake, seed = _shares()
    drop = st.toggle("Leave out images with a copy in a later split", key="splits.drop")
    automatic = _automatic()
    maker = st.text_input(
        "Made by", current_reviewer(), max_chars=64, key="splits.who", placeholder="the user of this computer"
    )
    request = VersionRequest(
        version.strip(), str(parent), parse_shares(remake), seed, drop, automatic.below, automatic.splits, maker.strip()
    )
    return request, remake


def _shares() -> tuple[str, int]:
    """Show how images are shared among the splits; return the shares as the command takes them, and the seed."""
    how = st.segmented_control("Train, val and test", [_KEEP, _REMAKE], default=_KEEP, key="splits.how", required=True)
    if how == _KEEP:
        return "keep", 0
    with st.container(horizontal=True):
        shares = {
            split: st.number_input(f"{split}, %", 0, 100, first, 5, key=f"splits.share-{split}")
            for split, first in (("train", 80), ("val", 10), ("test", 10))
        }
        seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="splits.seed"))
    st.caption("Stratified by class, copies together. Accuracies are then not comparable with the given test split.")
    return ",".join(f"{split}={share / 100:g}" for split, share in shares.items()), seed


def _automatic() -> _Automatic:
    """Show which labels the models may change without a person, and return the choice."""
    if not st.toggle(
        "Take the models' label, with no person looking, where a train or val label fits badly", key="splits.auto"
    ):
        return _Automatic(None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        below = st.slider("for a label quality below", 0.01, 1.0, _BELOW, 0.01, key="splits.below")
        splits = tuple(
            st.pills("in", ["train", "val"], selection_mode="multi", default=["train", "val"], key="splits.where")
        )
    st.caption(
        "Never in test: only people change test labels. The version records how many labels were taken this way."
    )
    return _Automatic(below, splits or ("train",))


def preview_html(preview: VersionPreview) -> Markup:
    """Return how many images each split would have, what changes, and what people have to know about it."""
    entries = [Figure(sum(classes.values()), f"{split} images") for split, classes in preview.counts.items()]
    entries += [Figure(sum(preview.changed.values()), "labels changed"), Figure(sum(preview.out.values()), "left out")]
    return _HTML.preview(figures(entries), preview)


def _ended(folder: Path, job_state: JobState) -> None:
    if job_state.state == "finished":
        summary = summary_of(folder)
        st.success(f"The last version is made. Retrain on it to see what it changes, or export it. {sentence(summary)}")
        st.button(
            "Train on it", key="splits.train", icon=":material/fitness_center:", on_click=open_screen, args=("train",)
        )
    elif job_state.state == "failed":
        log_expander(job_state)
