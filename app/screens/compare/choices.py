"""Who is compared on which labels: chosen on the screen, kept in the address."""

from collections.abc import Sequence

import streamlit as st

from curation.comparison.contestants import Contestant
from curation.workspace.names import ORIGINAL


def choose_runs(name: str, every: Sequence[Contestant]) -> tuple[str, ...]:
    """Show the choice of networks and return the names of those chosen; none means all."""
    titles = {one.name: one.title for one in every}
    wanted = _in_address("runs")
    names = {one.name: one.names | {run.name for run in one.runs} for one in every}
    linked = [one for one, own in names.items() if own & set(wanted)]
    strange = set(wanted) - set().union(*names.values())
    if strange:
        st.warning(
            f"There is no trained run {sorted(strange)[0]!r} of {name}; the link is of another data set or time."
        )
    key = f"compare.runs-{name}"
    chosen = st.multiselect(
        "Networks",
        list(titles),
        default=linked,
        format_func=titles.__getitem__,  # not a function of our own: the session must be serialisable
        placeholder=f"all {len(titles)} finished trainings",
        key=key,
        label_visibility="collapsed",
        on_change=_to_address,
        args=("runs", key),
    )
    return tuple(chosen)


def choose_versions(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Show the choice of the labels to test on and return it; as given and the newest curated split by default."""
    linked = [version for version in known if version in _in_address("versions")]
    key = f"compare.versions-{name}"
    chosen = st.pills(
        "Tested on the labels",
        list(known),
        selection_mode="multi",
        default=linked or list(dict.fromkeys([ORIGINAL, known[-1]])),
        format_func=_said,
        key=key,
        label_visibility="collapsed",
        on_change=_to_address,
        args=("versions", key),
    )
    return tuple(version for version in known if version in chosen)


def _said(version: str) -> str:
    return "labels as given" if version == ORIGINAL else f"labels of {version}"


def _in_address(parameter: str) -> list[str]:
    return [one for one in st.query_params.get(parameter, "").split(",") if one]


def _to_address(parameter: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen:
        st.query_params[parameter] = ",".join(chosen)
    else:
        st.query_params.pop(parameter, None)
