"""The choice of the networks and of the labels, kept in the address."""

from collections.abc import Sequence

import streamlit as st

from app.html_parts.markdown import plain
from curation.comparison.contestants import Contestant
from curation.workspace.names import ORIGINAL


def choose_runs(name: str, contestants: Sequence[Contestant]) -> tuple[str, ...]:
    """Show the choice of networks and return the chosen names; none means all.

    Args:
        name: of the data set.
        contestants: all networks that can be compared.
    """
    titles = {contestant.name: contestant.title for contestant in contestants}
    wanted = set(_in_address("runs"))
    names = {contestant.name: contestant.names | {run.name for run in contestant.runs} for contestant in contestants}
    linked = [contestant for contestant, its_names in names.items() if its_names & wanted]
    if unknown := wanted - set().union(*names.values()):
        st.warning(
            f"There is no trained run {plain(repr(min(unknown)))} of {plain(name)}; the link is of another "
            "data set or of another time."
        )
    key = f"compare.runs-{name}"
    chosen = st.multiselect(
        "Networks",
        list(titles),
        default=linked,
        format_func=titles.__getitem__,  # not a function of this module: the session must be serialisable
        placeholder=f"all {len(titles)} finished trainings",
        key=key,
        label_visibility="collapsed",
        on_change=_to_address,
        args=("runs", key),
    )
    return tuple(chosen)


def choose_versions(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Show the choice of the labels to test on and return it; by default as given and the newest version."""
    linked = [version for version in known if version in _in_address("versions")]
    key = f"compare.versions-{name}"
    chosen = st.pills(
        "Tested on the labels",
        list(known),
        selection_mode="multi",
        default=linked or list(dict.fromkeys([ORIGINAL, known[-1]])),
        format_func=_labels_text,
        key=key,
        label_visibility="collapsed",
        on_change=_to_address,
        args=("versions", key),
    )
    return tuple(version for version in known if version in chosen)


def _labels_text(version: str) -> str:
    return "labels as given" if version == ORIGINAL else f"labels of {version}"


def _in_address(parameter: str) -> list[str]:
    return [name for name in st.query_params.get(parameter, "").split(",") if name]


def _to_address(parameter: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen:
        st.query_params[parameter] = ",".join(chosen)
    else:
        st.query_params.pop(parameter, None)
