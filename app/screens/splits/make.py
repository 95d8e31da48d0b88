"""A new version of the labels: what is asked for, what it would hold, and its making as a process of its own."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

import streamlit as st

from app.jobs.process import JobState, job_folder, start
from app.panels.job import job_panel, log_of, summary_of
from app.panels.reviewer_name import reviewer
from app.screens.splits.data import preview
from app.state import workspace
from curation.review.bench import Bench
from curation.versions.make import VersionPreview
from curation.versions.request import VersionRequest
from curation.versions.shares import parse_shares
from curation.workspace.names import ORIGINAL, versions
from models.errors import ErrataError

_KEEP, _REMAKE = "as they are", "made anew"
_BELOW = 0.2  # label quality offered first as the limit of automatic labels


def make_part(bench: Bench) -> None:
    """Show the form, what it would make, and how a version under way or the last one went."""
    name = bench.audit.name
    folder = job_folder(workspace(), f"split-{name}"[:64])
    left, right = st.columns([10, 13], gap="large")
    with left:
        request, remake = _form(name)
    with right:
        st.html("<h3>What it would hold</h3>")
        try:
            found = preview(bench, request)
        except ErrataError as error:
            st.error(str(error))
            found = None
        if found:
            st.html(preview_html(found))
        arguments = split_arguments(name, request, remake)
        there = request.name in versions(workspace(), name)
        if there:
            st.info(f"Version {request.name} is there already, and versions never change: give another name.")
        progress = job_panel(folder, "Making the version", "splits.make")
        made = st.button(
            f"Make {request.name}", type="primary", icon=":material/lock:", key="splits.make",
            disabled=found is None or there or progress.active,
        )  # fmt: skip
        st.caption(f"The same in a terminal: `errata {' '.join(arguments)}`")
        if made:
            start(folder, arguments)
            st.rerun()
        _after(folder, progress)


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
    """Return the name that follows: v1, or one more than the highest there is."""
    numbers = [int(found[1]) for one in known if (found := re.fullmatch(r"v(\d+)", one))]
    return f"v{max(numbers, default=0) + 1}"


def _form(name: str) -> tuple[VersionRequest, str]:
    known = versions(workspace(), name)
    with st.container(horizontal=True):
        version = st.text_input(
            "Name of the version", next_version(known), max_chars=40, key=f"splits.version-{len(known)}"
        )
        parent = st.selectbox(
            "Made from", known, index=0, key="splits.parent",
            help="Whose splits, left-out copies and automatic labels it takes over. Decisions count from the labels as "
            "given, whatever it is made from.",
        )  # fmt: skip
    how = st.segmented_control("Train, val and test", [_KEEP, _REMAKE], default=_KEEP, key="splits.how", required=True)
    remake, seed = "keep", 0
    if how == _REMAKE:
        with st.container(horizontal=True):
            shares = {
                split: st.number_input(f"{split}, %", 0, 100, first, 5, key=f"splits.share-{split}")
                for split, first in (("train", 80), ("val", 10), ("test", 10))
            }
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="splits.seed")
        remake = ",".join(f"{split}={share / 100:g}" for split, share in shares.items())
        st.caption(
            "Stratified by class, copies together. Accuracies are then not comparable with the given test split."
        )
    drop = st.toggle("Leave out images with a twin in a split further on", key="splits.drop")
    auto = st.toggle("Take the models' label where a train or val label fits badly, unseen", key="splits.auto")
    below: float | None = None
    where: tuple[str, ...] = ("train", "val")
    if auto:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            below = st.slider("for a label quality below", 0.01, 1.0, _BELOW, 0.01, key="splits.below")
            where = tuple(
                st.pills("in", ["train", "val"], selection_mode="multi", default=["train", "val"], key="splits.where")
            ) or ("train",)
        st.caption(
            "Never in test: test labels are changed by people only. The version says how many were taken unseen."
        )
    who = st.text_input("Made by", reviewer(), max_chars=64, key="splits.who", placeholder="the user of this computer")
    return VersionRequest(
        version.strip(), str(parent), parse_shares(remake), int(seed), drop, below, where, who.strip()
    ), remake


def preview_html(found: VersionPreview) -> str:
    """Return how many images each split would have, what changes, and what has to be known."""
    total = {split: sum(classes.values()) for split, classes in found.counts.items()}
    cells = "".join(f"<div><b>{n:,}</b><span>{split} images</span></div>" for split, n in total.items())
    changed, out = sum(found.changed.values()), sum(found.out.values())
    cells += f"<div><b>{changed:,}</b><span>labels changed</span></div><div><b>{out:,}</b><span>left out</span></div>"
    said = [f"<li>{escape(sentence)}</li>" for sentence in found.statements]
    if found.below:
        said.append(
            f'<li class="er-warns">{found.below:,} of the changed labels would be taken from the models without '
            "anybody having looked at the image</li>"
        )
    if found.added_classes:
        said.append(f"<li>new classes: {escape(', '.join(found.added_classes))}</li>")
    details = _by("labels changed by", found.changed) + _by("left out as", found.out)
    return f'<div class="er-counts">{cells}</div><ul class="er-says">{details}{"".join(said)}</ul>'


def _by(what: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    return f"<li>{what} {', '.join(f'{escape(kind)}: {n:,}' for kind, n in counts.items())}</li>"


def _after(folder: Path, job_state: JobState) -> None:
    if job_state.state == "finished":
        summary = summary_of(folder)
        st.success(f"The last version is made. Retrain on it to see what it changes, or export it. {summary}")
        st.button("Train on it", key="splits.train", icon=":material/fitness_center:", on_click=_open, args=("train",))
    elif job_state.state == "failed":
        log_of(job_state)


def _open(screen: str) -> None:
    st.query_params["screen"] = screen
