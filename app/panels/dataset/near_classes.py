"""Verdicts on whole classes: names that are probably one class, classes that are gone, and what was merged."""

from functools import lru_cache

import numpy as np
import streamlit as st

from app.commands.queue import job_request
from app.html_parts.markdown import plain, sentence
from app.jobs.actions import enqueue
from app.panels.audit_options import last_options
from app.panels.bench import bench
from app.state import workspace
from curation.datasets.classes.merges import noted_merges
from curation.datasets.classes.near_names import NearNames, near_names
from curation.decisions.merged_classes import change_merges
from curation.decisions.today import Asking
from curation.results.audit import Audit
from curation.words import counted
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError


def near_classes(audit: Audit, source: str) -> None:
    """Show what is probably one class, with a button that reads it as one and audits again, and what was merged so far.

    Args:
        audit: of the labels as given; nothing is shown for that of a version.
        source: what `errata audit` is given.
    """
    if audit.config["version"] != ORIGINAL:
        return
    classes = audit.rows.classes
    for group in _near(classes, tuple(np.bincount(audit.rows.labels, minlength=len(classes)).tolist())):
        names = " and ".join(f"**{plain(name)}** ({n:,})" for name, n in zip(group.names, group.images, strict=True))
        _row(audit, source, f"{names} differ {group.reason}.", group.pairs())
    for name, (asking, now) in _gone(audit).items():
        asks = f"{counted(len(asking), 'verdict')} {'names' if len(asking) == 1 else 'name'} **{plain(name)}**, which"
        _row(audit, source, f"{asks} the data set no longer has.", {name: now} if now else {})
    if noted := noted_merges(workspace(), audit.name):
        told = ", ".join(f"{plain(name)} as **{plain(now)}**" for name, now in noted.items())
        with _line("taken-back"):
            st.markdown(f":material/merge: Read as one class: {told}.", width="content")
            st.button("Take back", key="classes.take_back", on_click=_merge, args=(audit, source, {}))


@lru_cache(maxsize=8)
def _near(classes: tuple[str, ...], images: tuple[int, ...]) -> list[NearNames]:
    """Return the groups of near names; a screen is drawn anew at each click, and thousands of names take a while."""
    return near_names(dict(zip(classes, images, strict=True)))


def _row(audit: Audit, source: str, text: str, pairs: dict[str, str]) -> None:
    with _line(text):
        st.markdown(f":material/merge: {text}", width="content")
        if pairs:
            now = next(iter(pairs.values()))
            names, read = " and ".join(pairs), " and ".join(map(plain, pairs))
            st.button(
                f"Read {read} as {plain(now)}", key=f"classes.{names}", on_click=_merge, args=(audit, source, pairs),
                help="From now on these images have that label, and verdicts that name the class mean it too. The data "
                "set is audited again; no file is changed.",
            )  # fmt: skip


def _line(key: str) -> "st.delta_generator.DeltaGenerator":
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"classes-{abs(hash(key))}")


def _merge(audit: Audit, source: str, pairs: dict[str, str]) -> None:
    try:
        change_merges(workspace(), source, pairs)
        arguments = ["audit", source, *last_options(audit.folder, audit.config["architectures"])]
        enqueue(workspace(), job_request(workspace(), arguments))
    except ErrataError as error:
        st.toast(sentence(error), icon=":material/error:")


def _gone(audit: Audit) -> dict[str, tuple[list[Asking], str]]:
    """Return class -> the verdicts that name it though it is gone, and what it is probably called now."""
    opened = bench(workspace(), audit.name)
    if opened is None:
        return {}
    with opened.ledger.reading() as state:
        gone, likely = state.gone()
    return {name: (asking, likely.get(name, "")) for name, asking in gone.items()}
