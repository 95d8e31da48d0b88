"""Other data sets: one in a folder or CSV on this machine, and those of the catalogue that are not there yet."""

from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st

from app.html_parts.picks import pick
from app.jobs.process import job_folder, start, watch
from app.jobs.words import stage_words
from app.state import workspace
from curation.datasets.catalog import DatasetSpec, find_dataset, load_catalog
from curation.workspace.folders import data_root
from curation.workspace.names import audited
from models.errors import ErrataError

POLL_S = 1.0
_DOWNLOADED = ("kaggle:", "torchvision:", "embedded:")  # what `errata fetch` can get


def add_dataset() -> None:
    """Show what can be opened beside the audited data sets, and how to get it."""
    path = st.text_input("An image folder or a CSV on this machine", key="dataset.path", placeholder="/home/me/photos")
    st.caption(
        "A folder holds `split/class/*.jpg` or `class/*.jpg`, a CSV `filepath,label[,split]`. The audit is next."
    )
    if path:
        try:
            spec = find_dataset(path.strip(), workspace())
        except ErrataError as error:
            st.error(f"{error}.")
        else:
            label = f"Go on to the audit of {escape(spec.name)}"
            st.html(pick(label, "er-go", screen="audit", dataset=path.strip()))
    known = audited(workspace())
    head = "<tr><td>name</td><td>data set</td><td>images</td></tr>"
    st.html(f'<table class="er-table">{head}{"".join(_line(spec, known) for spec in _catalogue())}</table>')


def _line(spec: DatasetSpec, known: list[str]) -> str:
    state = "audited" if spec.name in known else "here, not audited" if spec.root.is_dir() else "not here yet"
    name = pick(escape(spec.name), "er-link", dataset=spec.name)
    return f"<tr><th>{name}</th><td>{escape(spec.title)}</td><td>{state}</td></tr>"


def _catalogue() -> list[DatasetSpec]:
    home, here = workspace(), data_root()
    return [replace(spec, root=(home.drawn if spec.embedded else here) / spec.root) for spec in load_catalog().values()]


def not_here(spec: DatasetSpec) -> None:
    """Say where the images of a data set come from, and get them where Errata can."""
    folder = job_folder(workspace(), f"fetch-{spec.name}")
    if not spec.source.startswith(_DOWNLOADED):
        st.info(
            f"Errata cannot download this data set: take {spec.source}, and put the images into "
            f"`{spec.root}/train/CLASS/` and `{spec.root}/test/CLASS/`."
        )
        return
    if watch(folder).active:
        st.fragment(_fetching, run_every=POLL_S)(folder, spec.root)
        return
    progress = watch(folder)
    if progress.state in ("failed", "interrupted"):
        st.error(f"The images could not be fetched: {progress.error or 'the process is gone'}.")
    st.write(f"Its images go to `{spec.root}`.")
    st.button(
        "Try again" if progress.state in ("failed", "interrupted") else "Fetch the images",
        key="dataset.fetch",
        type="primary",
        icon=":material/download:",
        on_click=start,
        args=(folder, ["fetch", spec.name]),
    )
    st.caption(f"The same in a terminal: `errata fetch {spec.name}`")


def _fetching(folder: Path, root: Path) -> None:
    progress = watch(folder)
    if not progress.active or root.is_dir():
        st.rerun(scope="app")
    st.html(f'<p class="er-doing">Fetching the images: {escape(stage_words(progress)[1])}</p>')
