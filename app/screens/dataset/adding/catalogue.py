"""The data sets that Errata knows, and how to get those that are not on this machine yet."""

from dataclasses import replace
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import code, command, plain, sentence
from app.html_parts.picks import pick
from app.html_parts.templates import macros
from app.jobs.process import job_folder, start, watch
from app.jobs.words import stage_words
from app.panels.job import POLL_S
from app.state import workspace
from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.fetch import can_fetch
from curation.workspace.folders import data_root
from curation.workspace.names import audited

_HTML = macros(__file__)


def catalogue() -> None:
    """Show the data sets that Errata knows, and whether their images are on this machine."""
    known = audited(workspace())
    lines = [
        (pick(spec.name, "er-link", dataset=spec.name, add=""), spec.title, _state(spec, known))
        for spec in _catalogue()
    ]
    st.html(_HTML.catalogue(lines))


def _state(spec: DatasetSpec, known: list[str]) -> str:
    if spec.name in known:
        return "audited"
    return "here, not audited" if spec.root.is_dir() else "not here yet"


def _catalogue() -> list[DatasetSpec]:
    home, data = workspace(), data_root()
    return [replace(spec, root=(home.drawn if spec.embedded else data) / spec.root) for spec in load_catalog().values()]


def not_here(spec: DatasetSpec) -> None:
    """Say where the images of a data set come from, and fetch them where Errata can."""
    folder = job_folder(workspace(), f"fetch-{spec.name}")
    if not can_fetch(spec):
        st.info(
            f"Errata cannot download this data set: take {plain(spec.source)}, and put the images into "
            f"{code(f'{spec.root}/train/CLASS/')} and {code(f'{spec.root}/test/CLASS/')}."
        )
        return
    job_state = watch(folder)
    if job_state.active:
        st.fragment(_fetching, run_every=POLL_S)(folder, spec.root)
        return
    failed = job_state.state in ("failed", "interrupted")
    if failed:
        st.error(f"The images could not be fetched: {sentence(job_state.error or 'the process is gone')}.")
    st.write(f"The images go to {code(spec.root)}.")
    st.button(
        "Try again" if failed else "Fetch the images", key="dataset.fetch", type="primary",
        icon=":material/download:", on_click=start, args=(folder, ["fetch", spec.name]),
    )  # fmt: skip
    st.caption(f"The same in a terminal: {command('errata', 'fetch', spec.name)}")


def _fetching(folder: Path, root: Path) -> None:
    job_state = watch(folder)
    if not job_state.active or root.is_dir():
        st.rerun(scope="app")
    st.html(Markup('<p class="er-doing">Fetching the images: {}</p>').format(stage_words(job_state)[1]))
