"""The offer to carry verdicts over where these images were judged under another name or in another place."""

import os
from functools import lru_cache
from pathlib import Path

import streamlit as st

from app.html_parts.markdown import plain
from app.panels.bench import bench
from app.state import workspace
from curation.decisions.carry import Carriable, carriable, carry
from curation.results.audit import Audit
from curation.words import counted
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL

CARRY_KEY = "Shift+O"  # for the first of the offers
_Stamps = tuple[tuple[str, int, int], ...]  # name, bytes and modification time of each decision log


def carry_offer(audit: Audit) -> None:
    """Show for each data set that holds verdicts on these images how many, and the button that brings them here."""
    if audit.config["version"] != ORIGINAL:
        return
    home = workspace()
    for place, other in enumerate(_offers(home, audit.name, audit.folder.name, _stamps(home))):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"carry-{other.name}"):
            st.markdown(f":material/drive_file_move: {plain(other.sentence())}.", width="content")
            st.button(
                f"Carry over {counted(other.verdicts, 'verdict')}", key=f"carry.{other.name}", on_click=_carry,
                args=(audit.name, other.name), shortcut=None if place else CARRY_KEY,
                help="Appends them to the decisions on this data set, each once; the other log stays as it is.",
            )  # fmt: skip


def _carry(name: str, other: str) -> None:
    if opened := bench(workspace(), name):
        carried = carry(workspace(), name, opened.ledger, other)
        images = counted(carried.images, "image")
        st.toast(f"Carried over: {counted(carried.verdicts, 'verdict')} on {images}", icon=":material/check:")


def _stamps(home: Workspace) -> _Stamps:
    logs = sorted(home.decisions.glob("[!.]*.jsonl"))
    return tuple((log.name, stat.st_size, stat.st_mtime_ns) for log in logs if (stat := _stat(log)))


def _stat(log: Path) -> os.stat_result | None:
    try:
        return log.stat()
    except OSError:  # the log of this data set says so itself, another's offers nothing
        return None


@lru_cache(maxsize=8)
def _offers(home: Workspace, name: str, folder: str, stamps: _Stamps) -> tuple[Carriable, ...]:
    """Return what could be carried; read again where a log has changed."""
    if all(log == f"{name}.jsonl" for log, _, _ in stamps):
        return ()
    opened = bench(home, name)
    return tuple(carriable(home, name, opened.ledger)) if opened else ()
